import { describe, expect, it } from 'vitest';
import { addDays, parseDay } from '../../src/domain/day.js';
import { add, formatDecimal, parseDecimal, ZERO, type Decimal } from '../../src/domain/decimal.js';
import { restateDemo } from '../../src/emulator/demo-restatement.js';
import { editRows } from '../../src/emulator/edits.js';
import { expectedTotals, sumBy } from '../../src/emulator/expected.js';
import { generateWorld, lazyWorld, rowsOfDay, type GenerateOptions } from '../../src/emulator/generate.js';
import { EMULATED } from '../../src/emulator/list.js';
import { DEMO_ANOMALY, DEMO_DAYS, demoWorld } from '../../src/emulator/synthetic.js';
import { amountToken, priced } from '../../src/emulator/tokens.js';
import { amountText, worldRow, type World, type WorldRow } from '../../src/emulator/world.js';
import { ask, unix } from '../helpers/ask.js';
import { anOrganization, NOON, openEmulator } from '../helpers/emulator.js';

const TODAY = parseDay('2026-11-23');
const SPAN = { since: addDays(TODAY, 1 - DEMO_DAYS), until: TODAY };

function allRows({ organizations }: World): WorldRow[] {
  return organizations.flatMap(({ days }) => [...days.values()].flat());
}

describe('the world of the demo', () => {
  it('has every emulated provider, 90 days and 7,500 to 8,500 rows, on any day', () => {
    for (const today of ['2026-11-23', '2026-03-01', '2028-02-29', '2027-01-02'].map(parseDay)) {
      const world = demoWorld(today);
      expect(new Set(world.organizations.map(({ provider }) => provider))).toEqual(
        new Set(EMULATED.map(({ provider }) => provider)),
      );
      expect([...(world.organizations[0]?.days.keys() ?? [])]).toHaveLength(DEMO_DAYS);
      expect(world.organizations[0]?.days.has(today)).toBe(true);
      expect(allRows(world).length).toBeGreaterThan(7500);
      expect(allRows(world).length).toBeLessThan(8500);
    }
  });

  it('is the same whenever it is made for the same day', () => {
    expect(demoWorld(TODAY)).toEqual(demoWorld(TODAY));
  });

  it('has credits, rows without project or line item, and amounts in every form', () => {
    const rows = allRows(demoWorld(TODAY));
    expect(rows.some(({ amount }) => amount.startsWith('-'))).toBe(true);
    expect(rows.some(({ amount }) => amount.includes('e'))).toBe(true);
    expect(rows.some(({ amount, dimensions }) => dimensions === null && amount.startsWith('"'))).toBe(true);
    expect(rows.some(({ projectId, lineItem }) => projectId === null && lineItem === null)).toBe(true);
    expect(new Set(rows.map(({ dimensions }) => dimensions?.contextWindow))).toContain('200k-1M');
  });

  it('has one project that costs about three times as much on one day', () => {
    const totals = expectedTotals(demoWorld(TODAY), SPAN, NOON).filter(
      ({ projectId }) => projectId === DEMO_ANOMALY.projectId,
    );
    const cost = (ago: number): number => Number(totals.find(({ day }) => day === addDays(TODAY, -ago))?.cost ?? 0n);
    const ratio = cost(DEMO_ANOMALY.daysAgo) / cost(DEMO_ANOMALY.daysAgo + 7);
    expect(ratio).toBeGreaterThan(2.7);
    expect(ratio).toBeLessThan(3.3);
  });

  it('is restated on three closed days, a row vanishes and one comes late', () => {
    const world = demoWorld(TODAY);
    const before = allRows(world);
    expect(restateDemo(world, TODAY)).toEqual({ rows: 11, days: 3 });
    const after = allRows(world);
    expect(after.filter((row) => !before.includes(row))).toHaveLength(10);
    expect(before.filter((row) => !after.includes(row))).toHaveLength(10);
  });
});

const OPTIONS: GenerateOptions = {
  seed: 11,
  until: TODAY,
  days: 30,
  organizations: [
    { provider: 'openai', id: 'org-a', projects: 4, lineItems: 12, currencies: ['EUR'] },
    { provider: 'anthropic', id: 'b7c1f0aa-0000-4000-8000-000000000001', projects: 3, lineItems: 16 },
  ],
};

describe('a generated world', () => {
  it('follows from its seed', () => {
    expect(generateWorld(OPTIONS)).toEqual(generateWorld(OPTIONS));
    expect(allRows(generateWorld(OPTIONS))).not.toEqual(allRows(generateWorld({ ...OPTIONS, seed: 12 })));
  });

  it('gives a day the same rows however many days are made', () => {
    const week = generateWorld({ ...OPTIONS, days: 7 }).organizations[0]?.days.get(TODAY);
    expect(week).toEqual(generateWorld(OPTIONS).organizations[0]?.days.get(TODAY));
  });

  it('can make its days when they are asked for, and keeps those that were edited', () => {
    const [organization] = lazyWorld(OPTIONS).organizations;
    const [whole] = generateWorld(OPTIONS).organizations;
    if (organization === undefined || whole === undefined) throw new Error('The options name organizations.');
    expect(organization.days.size).toBe(0);
    expect(rowsOfDay(organization, TODAY)).toEqual(rowsOfDay(whole, TODAY));
    expect(rowsOfDay(organization, addDays(TODAY, 1))).toEqual([]);
    editRows(organization, TODAY, () => null);
    expect(rowsOfDay(organization, TODAY)).toEqual([]);
    expect(rowsOfDay(organization, addDays(TODAY, -1))).not.toEqual([]);
  });

  it('holds everything a bill may hold', () => {
    const world = generateWorld(OPTIONS);
    const rows = allRows(world);
    const plain = rows.map(({ amount }) => amountText(amount));
    expect(rows.some(({ projectId }) => projectId === null)).toBe(true);
    expect(rows.some(({ lineItem }) => lineItem === null)).toBe(true);
    expect(rows.some(({ currency }) => currency === 'eur')).toBe(true);
    expect(plain.some((text) => text.startsWith('-'))).toBe(true);
    expect(plain.some((text) => /e-?\d+$/.test(text))).toBe(true);
    expect(plain.some((text) => text.replace(/\D/g, '').length === 20)).toBe(true);
    expect(rows.some(({ amount, dimensions }) => dimensions === null && amount.startsWith('"'))).toBe(true);
    const [bucket = []] = world.organizations[0]?.days.values() ?? [];
    expect(new Set(bucket.map((row) => JSON.stringify(row))).size).toBeLessThan(bucket.length);
    for (const { amount } of rows) expect(() => parseDecimal(amountText(amount), -2)).not.toThrow();
  });

  it('is what both emulated providers say it is, to the last digit', async () => {
    const world = generateWorld(OPTIONS);
    const emulator = await openEmulator({ world });
    const since = addDays(TODAY, -29);
    const expected = sumBy(
      expectedTotals(world, { since, until: TODAY }, NOON),
      ({ organizationId, day, currency }) => `${organizationId} ${day} ${currency}`,
    );
    const seen = new Map<string, Decimal>();
    const note = (id: string, day: string, row: string, shift: number): void => {
      const [, amount = '', currency = ''] = /^"?([^",]+)"?,"?([a-zA-Z]{3})/.exec(row) ?? [];
      const key = `${id} ${day.slice(0, 10)} ${currency.toUpperCase()}`;
      seen.set(key, add(seen.get(key) ?? ZERO, parseDecimal(amount, shift)));
    };
    const [openai, anthropic] = OPTIONS.organizations.map(({ id }) => id) as [string, string];
    const costs = await ask(
      emulator,
      openai,
      `/v1/organization/costs?start_time=${unix(since)}&limit=31&group_by=project_id,line_item`,
    );
    for (const bucket of costs.text.split('"start_time":').slice(1)) {
      const day = new Date(parseInt(bucket) * 1000).toISOString();
      for (const row of bucket.matchAll(/"value":("?[^,]+"?),"currency":"(\w+)"/g))
        note(openai, day, `${row[1] ?? ''},${row[2] ?? ''}`, 0);
    }
    const report = await ask(
      emulator,
      anthropic,
      `/v1/organizations/cost_report?starting_at=${since}T00:00:00Z&ending_at=2026-11-24T00:00:00Z&limit=31&group_by[]=workspace_id&group_by[]=description`,
    );
    for (const { starting_at, results } of report.json.data) {
      for (const { amount, currency } of results)
        note(anthropic, starting_at, `${String(amount)},${String(currency)}`, -2);
    }
    const sorted = (sums: Map<string, Decimal>): string[] =>
      [...sums].map(([key, cost]) => `${key} ${formatDecimal(cost)}`).sort();
    expect(sorted(seen)).toEqual(sorted(expected));
  });
});

describe('expected totals', () => {
  it('are in dollars for both providers, and leave out what is not charged yet', () => {
    const day = TODAY;
    const world: World = {
      organizations: [
        anOrganization({
          provider: 'openai',
          id: 'a',
          days: new Map([[day, [worldRow({ amount: '1.5e-1' }), worldRow({ amount: '9', hour: 20 })]]]),
        }),
        anOrganization({
          provider: 'anthropic',
          id: 'b',
          days: new Map([[day, [worldRow({ amount: '"123.45"', currency: 'USD', projectId: 'w' })]]]),
        }),
      ],
    };
    const totals = expectedTotals(world, { since: day, until: day }, NOON);
    expect(totals.map(({ projectId, currency, cost }) => [projectId, currency, formatDecimal(cost)])).toEqual([
      ['unassigned', 'USD', '0.15'],
      ['w', 'USD', '1.2345'],
    ]);
  });
});

describe('an amount token', () => {
  it.each([
    ['0.0025945', 'exponent', '2.5945e-3'],
    ['-120', 'exponent', '-1.2e2'],
    ['0', 'exponent', '0'],
    ['0.173915', 'string', '"0.1739150000000000000000000000"'],
    ['7', 'plain', '7'],
  ] as const)('of %s as %s is %s', (text, form, token) => {
    expect(amountToken(text, form)).toBe(token);
    expect(parseDecimal(amountText(token))).toBe(parseDecimal(text));
  });

  it('of a count and a price is exact', () => {
    expect(priced(218550011, 125)).toBe('27.318751375');
    expect(priced(218550011, 125, 2)).toBe('2731.8751375');
  });
});
