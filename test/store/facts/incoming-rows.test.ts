import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CostLine } from '../../../src/domain/bucket.js';
import { formatDecimal, parseDecimal } from '../../../src/domain/decimal.js';
import { BILLS } from '../../../src/store/facts/bills.js';
import { incomingRows } from '../../../src/store/facts/incoming-rows.js';
import { createTestDatabase, DATABASE_KINDS, type TestDatabase } from '../../helpers/database.js';
import { line } from '../../helpers/lines.js';

/** What differs in one property only, and what comes again after something else. */
const LINES: CostLine[] = [
  line('2026-01-01', 'p', 'a', '1'),
  line('2026-01-01', 'p', 'a', '2', { model: 'm' }),
  line('2026-01-01', 'p', 'a', '3', { model: 'm', inferenceGeo: 'eu' }),
  line('2026-01-01', 'p', 'a', '4', { model: 'm', inferenceGeo: 'us' }),
  line('2026-01-01', 'p', 'b', '5', { model: 'm', inferenceGeo: 'us' }),
  line('2026-01-02', 'p', 'a', '6', { model: 'm', inferenceGeo: 'eu' }),
  line('2026-01-02', 'q', 'a', '7', { model: 'm' }),
  line('2026-01-02', 'q', 'a', '8', { model: '', costType: 'tokens' }),
  line('2026-01-02', 'q', 'a', '9', { currency: 'EUR' }),
  line('2026-01-02', 'q', '', '10', { quantity: parseDecimal('0.5'), quantityUnit: 'hours' }),
  // A bucket that begins with one that is known, and one that ends with it.
  line('2026-01-02', 'p', 'a', '11', { bucketEnd: new Date('2026-01-02T01:00:00Z') }),
  line('2026-01-02', 'p', 'a', '12', { bucketStart: new Date('2026-01-02T23:00:00Z') }),
  line('2026-01-01', 'p', 'a', '13'),
  line('2026-01-02', 'q', 'a', '14', { currency: 'EUR' }),
];
const IDS = new Map([
  ['p', 'project-p'],
  ['q', 'project-q'],
]);

/** How many values of each column are sent, in the order of the columns. */
function sizes(lines: readonly CostLine[]): Record<string, number> {
  const arrays = incomingRows(BILLS, lines, IDS).values.map((value) => String(value).split(',').length);
  const [project, , , , , , projects, starts, ends, ...items] = arrays;
  expect(project).toBe(lines.length);
  expect(ends).toBe(starts);
  expect(new Set(items).size).toBe(1);
  return { projects: projects ?? 0, buckets: starts ?? 0, items: items[0] ?? 0 };
}

describe('rows on their way to the database', () => {
  it('send each project, bucket and set of texts once, however often and in whatever order they come', () => {
    const once = { projects: 2, buckets: 4, items: 8 };
    expect(sizes(LINES)).toEqual(once);
    expect(sizes([...LINES, ...LINES.toReversed(), ...LINES])).toEqual(once);
    expect(sizes(LINES.filter((_, index) => index % 2 === 0))).toEqual({ projects: 2, buckets: 3, items: 5 });
  });

  it('tell apart what differs in the last of its texts alone', () => {
    const geos = ['', 'eu', 'us', 'eu', '', 'asia', 'us'];
    const lines = geos.map((inferenceGeo) => line('2026-01-01', 'p', 'a', '1', { inferenceGeo }));
    expect(sizes(lines)).toEqual({ projects: 1, buckets: 1, items: 4 });
    expect(sizes([line('2026-01-01', 'p', 'a', '1'), ...lines])).toMatchObject({ items: 5 });
  });
});

describe.each(DATABASE_KINDS)('rows on their way to %s', (kind) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase(kind);
  });
  afterAll(() => test.drop());

  it('arrive as they were, whatever they share', async () => {
    const rows = await test.database.sql.$queryRaw<Record<string, unknown>[]>`
      SELECT project_id, to_char(bucket_start_time, 'YYYY-MM-DD HH24') AS since, to_char(bucket_end_time, 'YYYY-MM-DD HH24') AS until,
             line_item, currency, model, cost_type, inference_geo, quantity_unit, quantity::text AS quantity, cost::text AS cost
      FROM (${incomingRows(BILLS, LINES, IDS)}) i ORDER BY i.cost`;
    const hour = (at: Date) => at.toISOString().slice(0, 13).replace('T', ' ');
    expect(rows).toEqual(
      LINES.map((each) => ({
        project_id: IDS.get(each.providerProjectId),
        since: hour(each.bucketStart),
        until: hour(each.bucketEnd),
        line_item: each.lineItem,
        currency: each.currency,
        model: each.model,
        cost_type: each.costType,
        inference_geo: each.inferenceGeo,
        quantity_unit: each.quantityUnit,
        quantity: each.quantity === null ? null : formatDecimal(each.quantity),
        cost: formatDecimal(each.cost),
      })),
    );
  });
});
