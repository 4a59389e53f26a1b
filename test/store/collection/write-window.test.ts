import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CollectionStore, WindowWrite } from '../../../src/domain/collection.js';
import { addDays, daysOf, endOfDay, parseDay, type Day } from '../../../src/domain/day.js';
import { formatDecimal, parseDecimal } from '../../../src/domain/decimal.js';
import type { PrismaClient } from '../../../src/generated/prisma/client.js';
import type { StatementPool } from '../../../src/store/statements.js';
import { createCollectionStore } from '../../../src/store/collection/collection-store.js';
import { createTestDatabase, DATABASE_KINDS, type TestDatabase } from '../../helpers/database.js';
import { organizationOf, registerOrganization } from '../../helpers/organization.js';
import { line } from '../../helpers/lines.js';

describe.each(DATABASE_KINDS)('a window written to %s', (kind) => {
  let test: TestDatabase;
  let prisma: PrismaClient;
  let sql: StatementPool;
  let store: CollectionStore;

  beforeAll(async () => {
    test = await createTestDatabase(kind);
    ({ prisma, sql } = test.database);
    store = createCollectionStore(sql);
    await prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
    for (const id of ['org-1', 'org-2']) await registerOrganization(prisma, 'openai', id);
    await registerOrganization(prisma, 'anthropic', 'org-3');
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    await prisma.$executeRaw`TRUNCATE cost_data, restatements, collected_days, projects CASCADE`;
  });

  const d1 = parseDay('2026-01-01');
  const d2 = parseDay('2026-01-02');
  /** A request so many days after the second day's end. */
  const asked = (daysLater: number) => endOfDay(addDays(d2, daysLater));

  function write(lines: WindowWrite['lines'], change: Partial<WindowWrite> = {}) {
    return store.writeWindow({
      provider: 'openai',
      organizationId: 'org-1',
      organizationName: 'Prod',
      teamId: 'team-1',
      runId: 'run-1',
      lease: null,
      days: [d1, d2],
      requestedAt: asked(1),
      lines,
      projects: new Map(),
      acceptRestatement: false,
      forced: false,
      ...change,
    });
  }

  const stored = async () => {
    const rows = await prisma.$queryRaw<{ text: string }[]>`
      SELECT concat_ws('|', to_char(bucket_start_time, 'YYYY-MM-DD'), coalesce(p.ai_project_id, p.name), line_item, currency, trim_scale(cost)) AS text
      FROM cost_data c JOIN projects p ON p.id = c.project_id ORDER BY 1`;
    return rows.map(({ text }) => text);
  };
  const ledger = async () => {
    const rows = await prisma.$queryRaw<{ text: string }[]>`
      SELECT concat_ws('|', to_char(bucket_start_time, 'YYYY-MM-DD'), line_item, coalesce(trim_scale(old_cost)::text, 'null'),
                       coalesce(trim_scale(new_cost)::text, 'null'), cause, run_id) AS text
      FROM restatements ORDER BY id`;
    return rows.map(({ text }) => text).sort();
  };

  it('keeps every digit of an amount', async () => {
    const amounts = [
      '0.123456789012345678901234567891',
      '-12345678901234567890.000000000000000000000000000001',
      '99999999999999999999999999999999999',
    ];
    await write(amounts.map((amount, index) => line('2026-01-01', 'proj_1', `item ${index}`, amount)));
    expect(await stored()).toEqual(amounts.map((amount, index) => `2026-01-01|proj_1|item ${index}|USD|${amount}`));
  });

  it('gives each row a UUID of its own, over several windows', async () => {
    const lines = ['a', 'b', 'c'].map((item) => line('2026-01-01', 'proj_1', item, '1'));
    await write(lines);
    await write([...lines, line('2026-01-02', 'proj_1', 'd', '1')], { requestedAt: asked(2) });
    const ids = (await prisma.costData.findMany({ select: { id: true } })).map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('knows the place of an export that was once told, though a later delivery has its name alone', async () => {
    const from = (delivered: string) => write([line('2026-01-01', 'proj_1', 'a', '1')], { export: delivered });
    await from('daily');
    await from('s3://one/daily');
    await from('daily');
    await expect(from('s3://two/daily')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('keeps every character of a line item, and tells apart those that differ by anything', async () => {
    const items = [
      'NULL',
      'null',
      'a "quoted" one',
      'back\\slash',
      '{braces, commas}',
      "it's",
      ' spaces ',
      'two\nlines',
      'ünïcode ✓ 東京',
      '\\"',
    ];
    const lines = items.map((item) => line('2026-01-01', 'proj "1", {a}', item, '1'));
    expect(await write(lines)).toMatchObject({ inserted: items.length });
    const rows = await prisma.costData.findMany({ select: { lineItem: true } });
    expect(rows.map(({ lineItem }) => lineItem).sort()).toEqual([...items].sort());
    expect(await write(lines, { requestedAt: asked(2) })).toMatchObject({
      inserted: 0,
      updated: 0,
      unchanged: items.length,
    });
  });

  it('keeps what one line item says of itself in one project or on one day apart from what it says elsewhere', async () => {
    const lines = [
      line('2026-01-01', 'p', 'a', '1', { model: 'm', quantityUnit: 'tokens' }),
      line('2026-01-02', 'p', 'a', '1', { model: null, quantityUnit: '' }),
      line('2026-01-02', 'q', 'a', '1', { model: '', quantityUnit: null }),
    ];
    await write(lines);
    const rows = await prisma.costData.findMany({ orderBy: [{ bucketStartTime: 'asc' }, { model: 'asc' }] });
    expect(rows.map(({ model, quantityUnit }) => [model, quantityUnit])).toEqual([
      ['m', 'tokens'],
      ['', null],
      [null, ''],
    ]);
    // A model that is no longer named is forgotten, not kept.
    const nameless = lines.map((each) => ({ ...each, model: null }));
    expect(await write(nameless, { requestedAt: asked(2) })).toMatchObject({ updated: 2, unchanged: 1 });
    expect(await write(nameless, { requestedAt: asked(3) })).toMatchObject({ updated: 0, unchanged: 3 });
  });

  it('writes nothing the second time', async () => {
    const lines = [
      line('2026-01-01', 'proj_1', 'gpt-5, input', '0.5', {
        quantity: line('2026-01-01', 'p', 'x', '10').cost,
        quantityUnit: 'tokens',
        model: 'gpt-5',
      }),
      line('2026-01-02', 'unassigned', 'unspecified', '-3'),
    ];
    expect(await write(lines)).toMatchObject({ inserted: 2, updated: 0, deleted: 0, unchanged: 0, days: 2 });
    const tuples = await tupleAddresses();
    expect(await write(lines, { requestedAt: asked(2), runId: 'run-2' })).toMatchObject({
      inserted: 0,
      updated: 0,
      deleted: 0,
      unchanged: 2,
    });
    expect(await tupleAddresses()).toEqual(tuples);
    expect(await ledger()).toEqual([]);
  });

  /** Where rows lie and who locked them: even a row lock would show. */
  const tupleAddresses = () => prisma.$queryRaw`SELECT ctid::text, xmin::text, xmax::text FROM cost_data ORDER BY id`;

  it('replaces a day: changed rows are updated, vanished ones swept, new ones added', async () => {
    await write([
      line('2026-01-01', 'proj_1', 'a', '1'),
      line('2026-01-01', 'proj_1', 'b', '1'),
      line('2026-01-02', 'proj_2', 'a', '1'),
    ]);
    const outcome = await write(
      [
        line('2026-01-01', 'proj_1', 'a', '1.5'),
        line('2026-01-02', 'proj_2', 'a', '1'),
        line('2026-01-02', 'proj_3', 'c', '2'),
      ],
      { requestedAt: asked(2) },
    );
    expect(outcome).toMatchObject({ inserted: 1, updated: 1, deleted: 1, unchanged: 1 });
    expect(await stored()).toEqual([
      '2026-01-01|proj_1|a|USD|1.5',
      '2026-01-02|proj_2|a|USD|1',
      '2026-01-02|proj_3|c|USD|2',
    ]);
  });

  it('updates a row whose amount stayed but whose quantity or model did not', async () => {
    await write([line('2026-01-01', 'proj_1', 'a', '1')]);
    expect(
      await write([line('2026-01-01', 'proj_1', 'a', '1', { model: 'gpt-5' })], { requestedAt: asked(2) }),
    ).toMatchObject({ updated: 1 });
    expect(await ledger()).toEqual([]);
  });

  it('sweeps only its own organization, window and version', async () => {
    await write([line('2026-01-01', 'proj_1', 'a', '1')]);
    await write([line('2026-01-01', 'proj_9', 'a', '1')], { organizationId: 'org-2' });
    await write([line('2026-01-03', 'proj_1', 'a', '1')], { days: [parseDay('2026-01-03')], requestedAt: asked(5) });
    const project = await prisma.project.findFirstOrThrow({ where: { aiProjectId: 'proj_1' } });
    await prisma.costData.createMany({
      data: [
        { id: 'legacy', projectId: project.id, date: new Date('2026-01-01T00:00:00Z'), service: 'gpt-4', cost: '7' },
        {
          id: 'usage',
          projectId: project.id,
          cost: '8',
          bucketStartTime: new Date('2026-01-01T00:00:00Z'),
          bucketEndTime: new Date('2026-01-02T00:00:00Z'),
          lineItem: 'gpt-5',
          currency: 'USD',
        },
      ],
    });
    await write([line('2026-01-01', 'proj_1', 'b', '1')], { requestedAt: asked(6) });
    expect(await prisma.costData.findMany({ where: { id: { in: ['legacy', 'usage'] } } })).toHaveLength(2);
    expect((await stored()).filter((row) => !row.endsWith('|7') && !row.endsWith('|8'))).toEqual([
      '2026-01-01|proj_1|b|USD|1',
      '2026-01-01|proj_9|a|USD|1',
      '2026-01-03|proj_1|a|USD|1',
    ]);
  });

  it('keeps every change to a day that had been read after its end, with its cause', async () => {
    await write([
      line('2026-01-01', 'p', 'stays', '5'),
      line('2026-01-01', 'p', 'changes', '1'),
      line('2026-01-01', 'p', 'vanishes', '1'),
    ]);
    const outcome = await write(
      [
        line('2026-01-01', 'p', 'stays', '5'),
        line('2026-01-01', 'p', 'changes', '2'),
        line('2026-01-01', 'p', 'appears', '3'),
      ],
      {
        requestedAt: asked(2),
        runId: 'run-2',
      },
    );
    expect(await ledger()).toEqual([
      '2026-01-01|appears|null|3|late|run-2',
      '2026-01-01|changes|1|2|provider|run-2',
      '2026-01-01|vanishes|1|null|provider|run-2',
    ]);
    expect(outcome.restated).toMatchObject({ rows: 3, days: 1 });
    expect(outcome.restated.difference.map(({ currency, cost }) => `${formatDecimal(cost)} ${currency}`)).toEqual([
      '3 USD',
    ]);
  });

  it('keeps changes of a day that was still going on apart: it was not reported yet', async () => {
    const during = new Date('2026-01-02T12:00:00Z');
    await write([line('2026-01-02', 'p', 'a', '1')], { days: [d2], requestedAt: during });
    await write([line('2026-01-02', 'p', 'a', '2')], { days: [d2], requestedAt: asked(0) });
    expect(await ledger()).toEqual(['2026-01-02|a|1|2|open|run-1']);
    await write([line('2026-01-02', 'p', 'a', '3')], { days: [d2], requestedAt: asked(1) });
    expect(await ledger()).toEqual(['2026-01-02|a|1|2|open|run-1', '2026-01-02|a|2|3|provider|run-1']);
  });

  it('notes a change to a settled day that was read on request as forced', async () => {
    await write([line('2026-01-01', 'p', 'a', '1')], { requestedAt: asked(40) });
    await write([line('2026-01-01', 'p', 'a', '2')], { requestedAt: asked(41), forced: true });
    expect(await ledger()).toEqual(['2026-01-01|a|1|2|forced|run-1']);
    // Split, the sum as it was: no restatement, however it came to be read.
    const split = [line('2026-01-01', 'p', 'a', '1.5'), line('2026-01-01', 'p', 'b', '0.5')];
    expect(await write(split, { requestedAt: asked(42), forced: true })).toMatchObject({ restated: { rows: 0 } });
    expect(await ledger()).toContain('2026-01-01|b|null|0.5|regrouped|run-1');
  });

  it('notes a change to a day that is not settled as the provider’s own, though it was read on request', async () => {
    await write([line('2026-01-01', 'p', 'a', '1')], { requestedAt: asked(1) });
    await write([line('2026-01-01', 'p', 'a', '2'), line('2026-01-01', 'p', 'b', '1')], {
      requestedAt: asked(20),
      forced: true,
    });
    expect(await ledger()).toEqual(['2026-01-01|a|1|2|provider|run-1', '2026-01-01|b|null|1|late|run-1']);
  });

  describe('is refused', () => {
    it('when less than half of what is stored would remain, in any currency', async () => {
      await write([line('2026-01-01', 'p', 'a', '100'), line('2026-01-02', 'p', 'a [EUR]', '10', { currency: 'EUR' })]);
      const before = await stored();
      const answer = [
        line('2026-01-01', 'p', 'a', '100'),
        line('2026-01-02', 'p', 'a [EUR]', '4.99', { currency: 'EUR' }),
      ];
      await expect(write(answer, { requestedAt: asked(2) })).rejects.toMatchObject({ code: 'shrink' });
      expect(await stored()).toEqual(before);
      expect((await store.collectedDays(organizationOf('openai', 'org-1'))).map(({ readAt }) => readAt)).toEqual([
        asked(1),
        asked(1),
      ]);
    });

    it('when charges vanish behind a credit of the same size', async () => {
      await write([line('2026-01-01', 'p', 'charge', '100'), line('2026-01-01', 'p', 'credit', '-99')]);
      await expect(write([line('2026-01-01', 'p', 'charge', '1')], { requestedAt: asked(2) })).rejects.toMatchObject({
        code: 'shrink',
      });
    });

    it('when a settled day with money would become empty, however small it is', async () => {
      const lines = [line('2026-01-01', 'p', 'a', '0.01'), line('2026-01-02', 'p', 'a', '100')];
      await write(lines, { requestedAt: asked(40) });
      await expect(write(lines.slice(1), { requestedAt: asked(41) })).rejects.toThrow(/nothing for 1 Jan 2026/);
    });

    it('when a day whose credits took up its charges, and that somebody altered, would become empty', async () => {
      await write([line('2026-01-01', 'p', 'charge', '100'), line('2026-01-01', 'p', 'credit', '-100')]);
      await prisma.$executeRaw`UPDATE cost_data SET cost = 101 WHERE cost = 100`;
      await expect(write([], { requestedAt: asked(2) })).rejects.toThrow(/nothing for 1 Jan 2026, which had 2 rows/);
    });

    it('unless the restatement is accepted, which the history says', async () => {
      await write([line('2026-01-01', 'p', 'a', '100')]);
      await write([], { requestedAt: asked(2), acceptRestatement: true });
      expect(await stored()).toEqual([]);
      expect(await ledger()).toEqual(['2026-01-01|a|100|null|accepted|run-1']);
    });
  });

  it('is written however much its unit prices jump, and says what was charged for how much on each day', async () => {
    const quantity = parseDecimal('4');
    await write([line('2026-01-01', 'p', 'a', '1', { quantity })], { days: [d1] });
    const dear = [line('2026-01-02', 'p', 'a', '100', { quantity }), line('2026-01-02', 'q', 'a', '200', { quantity })];
    expect(await write(dear, { days: [d2] })).toMatchObject({ inserted: 2, changedDays: [d2] });
    const credit = line('2026-01-02', 'p', 'credit', '-5', { quantity });
    expect(await write([...dear, credit], { days: [d2], requestedAt: asked(2) })).toMatchObject({ changedDays: [d2] });
    expect(await write([...dear, credit], { days: [d2], requestedAt: asked(3) })).toMatchObject({ changedDays: [] });
    const charges = await store.dailyCharges(organizationOf('openai', 'org-1'), { since: d1, until: d2 });
    expect(charges.map(({ day, cost, quantity: count }) => [day, formatDecimal(cost), formatDecimal(count)])).toEqual(
      expect.arrayContaining([
        [d1, '1', '4'],
        [d2, '300', '8'],
      ]),
    );
    expect(charges).toHaveLength(2);
  });

  it('keeps what API keys spent on a day as one source tells it, the one that the latest key reads', async () => {
    const bill = [line('2026-01-01', 'p', 'a', '100')];
    const cut = {
      ...line('2026-01-01', 'p', '', '60'),
      apiKeyId: 'key_a',
      product: '',
      model: '',
      tokenType: '',
      serviceTier: '',
    };
    const sources = async () =>
      (
        await prisma.$queryRaw<{ text: string }[]>`
          SELECT concat_ws('|', source, trim_scale(cost)) AS text FROM cost_by_api_key ORDER BY 1`
      ).map(({ text }) => text);
    const report = (days: number) =>
      write(bill, { requestedAt: asked(days), reports: [{ source: 'analytics', days: [d1], costs: [cut] }] });
    await report(1);
    expect(await sources()).toEqual(['analytics rest|40', 'analytics|60']);
    await write(bill, { requestedAt: asked(2), keyed: [{ ...cut, lineItem: 'a', cost: parseDecimal('100') }] });
    expect(await sources()).toEqual(['bill|100']);
    await report(3);
    expect(await sources()).toEqual(['analytics rest|40', 'analytics|60']);
  });

  it('may shrink as it likes while the day goes on', async () => {
    const during = new Date('2026-01-02T12:00:00Z');
    await write([line('2026-01-02', 'p', 'a', '100')], { days: [d2], requestedAt: during });
    await write([], { days: [d2], requestedAt: new Date(during.getTime() + 1000) });
    expect(await stored()).toEqual([]);
  });

  it('leaves days alone that a later answer has written', async () => {
    await write([line('2026-01-01', 'p', 'a', '2')], { days: [d1], requestedAt: asked(3) });
    const outcome = await write([line('2026-01-01', 'p', 'a', '1'), line('2026-01-02', 'p', 'a', '1')], {
      requestedAt: asked(2),
    });
    expect(outcome).toMatchObject({ days: 1, inserted: 1 });
    expect(await stored()).toEqual(['2026-01-01|p|a|USD|2', '2026-01-02|p|a|USD|1']);
  });

  it('leaves the rows of the latest request when twenty answers arrive at once', async () => {
    const answers = Array.from({ length: 20 }, (_, index) => index).sort((a, b) => ((a * 7) % 20) - ((b * 7) % 20));
    await Promise.all(
      answers.map((n) =>
        write([line('2026-01-01', `p${n % 3}`, 'a', `${100 + n}`)], { requestedAt: asked(n), runId: `run-${n}` }),
      ),
    );
    expect(await stored()).toEqual([`2026-01-01|p1|a|USD|119`]);
  });

  it('marks days as collected, the empty ones too', async () => {
    await write([line('2026-01-02', 'p', 'a', '1'), line('2026-01-02', 'p', 'b', '1')]);
    expect(await store.collectedDays(organizationOf('openai', 'org-1'))).toEqual([
      { day: d1, readAt: asked(1), rows: 0, scope: null },
      { day: d2, readAt: asked(1), rows: 2, scope: null },
    ]);
  });

  it('writes many days in several statements as it would in one', async () => {
    const days: Day[] = daysOf({ since: d1, until: addDays(d1, 30) });
    const lines = days.flatMap((day) =>
      Array.from({ length: 400 }, (_, index) => line(day, `p${index % 20}`, `item ${index}`, '0.01')),
    );
    expect(await write(lines, { days, requestedAt: asked(60) })).toMatchObject({
      inserted: 12_400,
      unchanged: 0,
      days: 31,
    });
    expect(await write(lines, { days, requestedAt: asked(61) })).toMatchObject({
      inserted: 0,
      updated: 0,
      deleted: 0,
      unchanged: 12_400,
    });
  });

  describe('finds the project of a row', () => {
    it('by making one that is not linked, under the name the provider gives it', async () => {
      const projects = new Map([['proj_1', { id: 'proj_1', name: 'Search', archivedAt: null }]]);
      const outcome = await write(
        [
          line('2026-01-01', 'proj_1', 'a', '1'),
          line('2026-01-01', 'proj_2', 'a', '1'),
          line('2026-01-01', 'unassigned', 'a', '1'),
        ],
        { projects },
      );
      expect(outcome.newProjects.sort()).toEqual(['Prod (unassigned)', 'Search', 'proj_2']);
      expect(await prisma.project.count({ where: { linkedAt: null } })).toBe(3);
    });

    it('by making one with the name of its first row that has one, archived where the provider says so', async () => {
      const archivedAt = new Date('2025-12-01T00:00:00Z');
      const named = (providerProjectName: string | null) => ({ providerProjectName });
      const lines = [
        line('2026-01-01', 'proj_1', 'a', '1'),
        line('2026-01-01', 'proj_2', 'a', '1', named(null)),
        line('2026-01-01', 'proj_2', 'b', '1', named('Second')),
        line('2026-01-01', 'proj_2', 'c', '1', named('Third')),
        line('2026-01-01', 'proj_3', 'a', '1', named('  ')),
      ];
      await write(lines, { projects: new Map([['proj_1', { id: 'proj_1', name: 'Search', archivedAt }]]) });
      const projects = await prisma.project.findMany({ orderBy: { aiProjectId: 'asc' } });
      expect(projects.map((each) => [each.name, each.archivedAt])).toEqual([
        ['Search', archivedAt],
        ['Second', null],
        ['proj_3', null],
      ]);
    });

    it('and takes no project of the old system for one of a provider that it did not know', async () => {
      await prisma.project.create({ data: { id: 'old', teamId: 'team-1', name: 'Old', openaiProjectId: 'proj_1' } });
      await write([line('2026-01-01', 'proj_1', 'a', '1')], { provider: 'anthropic', organizationId: 'org-3' });
      expect(await prisma.project.findUnique({ where: { id: 'old' } })).toMatchObject({ aiProjectId: null });
      expect(await prisma.costData.count({ where: { projectId: 'old' } })).toBe(0);
    });

    it('in the legacy row that only has an OpenAI project id, and fills in where it comes from', async () => {
      await prisma.project.create({ data: { id: 'old', teamId: 'team-1', name: 'Old', openaiProjectId: 'proj_1' } });
      expect((await write([line('2026-01-01', 'proj_1', 'a', '1')])).adopted).toEqual([]);
      expect(await prisma.project.findMany()).toMatchObject([
        { id: 'old', name: 'Old', aiProvider: 'openai', aiOrganizationId: 'org-1', aiProjectId: 'proj_1' },
      ]);
      expect(await prisma.costData.findMany()).toMatchObject([{ projectId: 'old' }]);
    });

    it('in the legacy row even when an automatic one was made before it', async () => {
      await write([line('2026-01-01', 'proj_1', 'a', '1')]);
      await prisma.project.create({ data: { id: 'old', teamId: 'team-1', name: 'Old', openaiProjectId: 'proj_1' } });
      expect(await write([line('2026-01-01', 'proj_1', 'a', '1')], { requestedAt: asked(2) })).toMatchObject({
        inserted: 0,
        unchanged: 1,
        adopted: [{ project: 'Old', projectId: 'old', moved: { costs: 1 } }],
      });
      expect(await prisma.project.findMany()).toMatchObject([{ id: 'old' }]);
    });

    it('once, when windows that see it for the first time are written side by side', async () => {
      const days = daysOf({ since: d1, until: addDays(d1, 9) });
      await Promise.all(
        days.map((day) =>
          write(
            ['proj_3', 'proj_1', 'proj_2'].map((id) => line(day, id, 'a', '1')),
            { days: [day], requestedAt: asked(20) },
          ),
        ),
      );
      expect(await prisma.project.count()).toBe(3);
      expect(await prisma.costData.count()).toBe(30);
    });
  });

  it('refuses a bill without its key, which could be stored twice', async () => {
    await write([line('2026-01-01', 'p', 'a', '1')]);
    const project = await prisma.project.findFirstOrThrow();
    const data = {
      id: 'x',
      projectId: project.id,
      apiVersion: 'costs_v1' as const,
      cost: '1',
      currency: 'USD',
      lineItem: 'a',
    };
    await expect(prisma.costData.create({ data })).rejects.toThrow(/cost_data_costs_v1_check|constraint/);
  });
});
