import { describe, expect, it } from 'vitest';
import { command as explain } from '../../src/commands/explain.js';
import { perform } from '../../src/commands/perform.js';
import { addDays, daysOf, endOfDay, parseDay, startOfDay } from '../../src/domain/day.js';
import { formatDecimal, parseDecimal, subtract, sum } from '../../src/domain/decimal.js';
import { EFFECTS } from '../../src/domain/effects.js';
import type { Cause, ExplainedDifference, Explanation } from '../../src/domain/explanation.js';
import type { ExplainRequest } from '../../src/library/explain.js';
import { recordContext } from '../helpers/context.js';
import { useTestDatabase } from '../helpers/database.js';
import { bill, fillProjects, markRead } from '../helpers/spend.js';

const NOW = new Date('2026-11-23T12:00:00Z');
const yesterday = parseDay('2026-11-22');
const ORGANIZATIONS: [string, string][] = [
  ['openai', 'org-1'],
  ['openai', 'org-2'],
  ['anthropic', 'org-3'],
];
const days = daysOf({ since: addDays(yesterday, -69), until: yesterday });
const isSunday = (day: string) => new Date(`${day}T00:00:00Z`).getUTCDay() === 0;
/** What is looked at: the weekday of yesterday, and this month. */
const billed = days.filter((day) => isSunday(day) || day >= '2026-11-01');

interface Line {
  lineItem: string;
  model?: string;
  /** Cost and quantity of every day, and of yesterday; null where it was not there. */
  usual: [cost: string, quantity?: string] | null;
  now: [cost: string, quantity?: string] | null;
  currency?: string;
  tokenType?: string;
}

/** Ten weeks of the same day over and over, all of it read, and a yesterday that has a cause. */
async function start(projects: Record<string, Line[]>, { json = true, unread = [] as [string, string][] } = {}) {
  const { database } = await useTestDatabase('postgresql');
  const { prisma } = database;
  await fillProjects(prisma);
  for (const [projectId, lines] of Object.entries(projects))
    for (const { usual, now, lineItem, ...line } of lines)
      for (const day of billed) {
        const [cost, quantity] = (day === yesterday ? now : usual) ?? [];
        if (cost === undefined) continue;
        const measured = quantity === undefined ? {} : { quantity, quantityUnit: 'tokens' };
        await bill(prisma, projectId, day, cost, { lineItem, ...line, ...measured });
      }
  for (const origin of ORGANIZATIONS)
    await markRead(
      prisma,
      origin,
      days.filter((day) => !unread.some(([id, missing]) => id === origin[1] && missing === day)),
      NOW,
    );
  const { context, last, text } = recordContext(database, NOW, { json });
  const run = async (options: ExplainRequest = {}) => {
    await perform(explain, { groupBy: ['project'], ...options }, context);
    const document = last() as Explanation;
    addsUp(document);
    return document;
  };
  return { prisma, explain: run, text };
}

/** Effects add up to each difference, rows to the totals, to the last digit. */
function addsUp({ rows, others = [], totals }: Explanation) {
  const check = (row: ExplainedDifference) => {
    const { now, before, difference, effects } = row;
    expect(formatDecimal(subtract(parseDecimal(now), parseDecimal(before)))).toBe(difference);
    expect(formatDecimal(sum(EFFECTS.map((effect) => parseDecimal(effects[effect]))))).toBe(difference);
  };
  [...rows, ...others, ...totals].forEach(check);
  for (const total of totals) {
    const parts = [...rows, ...others].filter(({ currency }) => currency === total.currency);
    const added = (pick: (row: ExplainedDifference) => string) =>
      formatDecimal(sum(parts.map((row) => parseDecimal(pick(row)))));
    expect([added((row) => row.now), added((row) => row.before)]).toEqual([total.now, total.before]);
    for (const effect of EFFECTS) expect(added((row) => row.effects[effect])).toBe(total.effects[effect]);
  }
}

const input = (usual: Line['usual'], now: Line['now'], more: Partial<Line> = {}): Line => ({
  ...{ lineItem: 'gpt-5, input', model: 'gpt-5', tokenType: 'uncached_input_tokens', usual, now },
  ...more,
});
const steady = input(['5.000000000000000000000000000001', '4000000'], ['5.000000000000000000000000000001', '4000000']);

describe('costs explain', () => {
  it.each<[string, Line[], Partial<Cause> & { amount: string }, string]>([
    [
      'volume',
      [input(['10', '8000000'], ['25', '20000000'])],
      { effect: 'volume', amount: '15', name: 'gpt-5' },
      'Search used 2.5 times the tokens, most of it gpt-5',
    ],
    [
      'price',
      [input(['10', '8000000'], ['30', '8000000'])],
      {
        effect: 'price',
        amount: '20',
        name: 'gpt-5',
        price: { before: '0.00000125', now: '0.00000375', unit: 'tokens' },
      },
      'gpt-5 costs more per unit in Search: 1.25 per 1M tokens → 3.75 per 1M tokens',
    ],
    [
      'mix',
      [
        input(['2', '8000000'], null, { lineItem: 'gpt-5-mini, input', model: 'gpt-5-mini' }),
        input(['0.125', '100000'], ['10.125', '8100000']),
      ],
      { effect: 'mix', amount: '8', name: 'gpt-5', from: 'gpt-5-mini' },
      'Search moved from gpt-5-mini to gpt-5',
    ],
    ['new', [input(null, ['7', '70'])], { effect: 'new', amount: '7', whole: true }, 'Search is new'],
    ['gone', [input(['7', '70'], null)], { effect: 'gone', amount: '-7', whole: true }, 'Search is gone'],
    [
      'a credit',
      [input(['10', '8000000'], ['10', '8000000']), { lineItem: 'Promotional credit', usual: null, now: ['-4'] }],
      { effect: 'other', amount: '-4', reason: 'credit' },
      'a credit or correction in Search, "Promotional credit"',
    ],
    [
      'no quantity',
      [{ lineItem: 'Vector storage', usual: ['1'], now: ['9'] }],
      { effect: 'other', amount: '8', reason: 'no-quantity' },
      '"Vector storage" in Search, of which no quantity is known',
    ],
  ])('names the cause first: %s', async (_, lines, cause, words) => {
    const { explain } = await start({ search: lines, assistant: [{ ...steady, lineItem: 'steady' }] });
    const { causes, sentence, totals, rows } = await explain();
    expect(causes).toHaveLength(1);
    expect(causes[0]).toMatchObject({ project: 'Search', ...cause });
    expect(totals[0]?.difference).toBe(cause.amount);
    expect(rows[0]).toMatchObject({ project: 'Search', difference: cause.amount });
    expect(sentence).toContain(`: ${words} (`);
    expect(sentence).toMatch(
      /^Sun 22 Nov cost \d+\.\d\d USD, \d+\.00 (more|less)( \([+−]\d+ %\))? than a usual Sunday \(15 Nov\)/,
    );
  });

  it('compares with the real day of the lower-median total of the last eight of its weekday', async () => {
    const { explain, prisma } = await start({ search: [steady] });
    const sundays = days.filter(isSunday);
    for (const [index, day] of sundays.entries())
      await bill(prisma, 'assistant', day, String((index * 7) % 10), { lineItem: 'noise' });
    // The eight before yesterday cost 4, 1, 8, 5, 2, 9, 6, 3 beside the rest: the fourth of them is 4, eight weeks ago.
    expect(sundays.slice(-9, -1)).toHaveLength(8);
    const { against, usual } = await explain();
    const costs = sundays.slice(-9, -1).map((day) => [day, (sundays.indexOf(day) * 7) % 10] as const);
    const fourth = [...costs].sort(([, a], [, b]) => a - b)[3]?.[0] as string;
    expect(usual).toEqual([{ day: yesterday, currency: 'USD', against: fourth }]);
    expect(against).toEqual({ kind: 'usual', since: fourth, until: fourth });
  });

  it('an unread day is never a decrease: its organization leaves both sides and is named', async () => {
    const { explain } = await start(
      { search: [steady], assistant: [{ ...steady, lineItem: 'big', usual: ['500', '9'], now: null }] },
      { unread: [['org-3', yesterday]] },
    );
    const { totals, unread, sentence } = await explain();
    expect(totals).toMatchObject([{ difference: '0', now: steady.now?.[0] }]);
    expect(unread).toEqual([
      { organization: 'EU', organizationId: 'org-3', side: 'now', since: yesterday, until: yesterday },
    ]);
    expect(sentence).toContain('Not read, and left out of both sides: EU 22 Nov.');
  });

  it('refuses what fewer than four days tell, and compares with a period all the same', async () => {
    const unread = days.filter((day) => day < '2026-10-28').map((day): [string, string] => ['org-1', day]);
    const { explain } = await start({ search: [input(['10', '5'], ['14', '7'])] }, { unread });
    await expect(explain({ organization: 'Prod' })).rejects.toMatchObject({ code: 'usage' });
    const { totals, against } = await explain({ organization: 'Prod', period: 'last-7d', against: '2026-11' });
    expect(against).toEqual({ kind: 'period', since: '2026-11-01', until: '2026-11-07' });
    expect(totals).toMatchObject([{ currency: 'USD', now: '74', before: '70' }]);
    // Days that stand against nothing are on neither side, and in no sentence.
    const { sentence } = await explain({ organization: 'Prod', period: 'last-7d', against: '2026-11-03' });
    expect(sentence).toBe('Mon 16 Nov cost 10.00 USD, as much as Tue 3 Nov.');
  });

  it('holds currencies apart, each with its own sentence and its own usual day', async () => {
    const euro = { lineItem: 'x [EUR]', currency: 'EUR' };
    const { explain } = await start({ search: [steady, input(['3', '3'], ['9', '9'], euro)] });
    const { totals, sentence } = await explain();
    expect(totals).toMatchObject([
      { currency: 'EUR', difference: '6', effects: { volume: '6' } },
      { currency: 'USD', difference: '0' },
    ]);
    expect(sentence).toMatch(/^Sun 22 Nov cost 9.00 EUR, 6.00 more .* Sun 22 Nov cost 5.00 USD, as much as/);
  });

  it('tells of each tag what a report does when a project got another: it has the spend of its days', async () => {
    const { explain, prisma } = await start({ search: [input(['10', '5'], ['14', '7'])] });
    await prisma.projectTag.createMany({
      data: [
        { projectId: 'search', key: 'product', value: 'Old', validFrom: new Date('1970-01-01') },
        { projectId: 'search', key: 'product', value: 'New', validFrom: new Date(`${yesterday}T00:00:00Z`) },
      ],
    });
    expect((await explain({ groupBy: ['tag:product'] })).rows).toMatchObject([
      { 'tag:product': 'New', before: '0', now: '14', effects: { new: '14' } },
      { 'tag:product': 'Old', before: '10', now: '0', effects: { gone: '-10' } },
    ]);
    expect((await explain({ groupBy: ['project'] })).rows).toMatchObject([{ effects: { volume: '4', new: '0' } }]);
  });

  it('by API key, names the key that is new', async () => {
    const { explain, prisma } = await start({ search: [input(['10', '100'], ['14', '140'])] });
    await prisma.costByApiKey.createMany({
      data: [...billed.map((day) => [day, 'key_old', '10', '100']), [yesterday, 'key_new', '4', '40']].map(
        ([day = '', apiKeyId = '', cost = '', quantity = ''], index) => ({
          ...{
            id: `cut-${index}`,
            projectId: 'search',
            source: 'bill',
            apiKeyId,
            cost,
            quantity,
            quantityUnit: 'tokens',
          },
          ...{ bucketStartTime: startOfDay(parseDay(day)), bucketEndTime: endOfDay(parseDay(day)), currency: 'USD' },
          ...{
            lineItem: 'gpt-5, input',
            model: 'gpt-5',
            tokenType: 'uncached_input_tokens',
            serviceTier: '',
            product: '',
          },
        }),
      ),
    });
    const { rows, sentence } = await explain({ groupBy: ['api-key'] });
    expect(rows[0]).toMatchObject({ apiKeyId: 'key_new', difference: '4', effects: { new: '4' } });
    expect(sentence).toContain('key_new is new (+4.00).');
  });

  it('takes quantities from usage where the bill has none, for all of a family', async () => {
    const claude = {
      lineItem: 'Claude Sonnet 4.5 Usage - Output Tokens',
      model: 'claude-sonnet-4-5',
      tokenType: 'output_tokens',
    };
    const { explain, prisma } = await start({ assistant: [input(['10'], ['30'], claude)] });
    const use = (day: string, quantity: string) =>
      prisma.$executeRaw`
        INSERT INTO usage_data (id, project_id, bucket_width, bucket_start_time, bucket_end_time, endpoint, token_type, unit, model, service_tier, batch, api_key_id, context_window, inference_geo, detail, quantity)
        VALUES (${`u-${day}`}, 'assistant', '1d', ${day}::timestamp, ${day}::timestamp + interval '1 day', 'messages', 'output_tokens', 'tokens', 'claude-sonnet-4-5', '', '', '', '', '', '', ${quantity}::numeric)`;
    for (const day of [yesterday, '2026-11-15']) {
      await use(day, day === yesterday ? '3000' : '1000');
      await prisma.$executeRaw`
        INSERT INTO collected_usage (ai_provider, ai_organization_id, endpoint, bucket_width, day, read_at, rows, run_id)
        VALUES ('anthropic', 'org-3', 'messages', '1d', ${day}::date, ${NOW}, 1, 'run-1')`;
    }
    const { rows } = await explain();
    expect(rows[0]).toMatchObject({
      effects: { volume: '20', other: '0' },
      drivers: [{ model: 'claude-sonnet-4-5', quantityBefore: '1000', quantityNow: '3000', unit: 'tokens' }],
    });
  });

  it('adds up what --top leaves out, and shows people a table that says what its columns are', async () => {
    const { explain, text } = await start(
      { search: [input(['10', '5'], ['14', '7'])], labs: [input(['2', '1'], ['2.5', '1'])], assistant: [steady] },
      { json: false },
    );
    expect((await explain({ top: 1 })).others).toMatchObject([
      { rows: 2, difference: '0.5', effects: { price: '0.5' } },
    ]);
    expect(text()).toContain('2 others');
    expect(text()).toContain('volume: how much was used; price: the price per unit.');
  });

  it('refuses today, and to group by time', async () => {
    const { explain } = await start({ search: [steady] });
    await expect(explain({ period: 'today' })).rejects.toThrow('Today is not over');
    await expect(explain({ groupBy: ['day'] })).rejects.toThrow('both sides are times');
  });
});
