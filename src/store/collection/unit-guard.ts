import type { CostLine } from '../../domain/bucket.js';
import type { WindowWrite } from '../../domain/collection.js';
import type { Day } from '../../domain/day.js';
import { add, formatDecimal, parseDecimal, ZERO, type Decimal } from '../../domain/decimal.js';
import { PROVIDERS } from '../../domain/provider.js';
import { CostsError } from '../../errors.js';
import type { Transaction } from '../transaction.js';
import type { LockedDay } from './collected-days.js';
import type { LinesByDay } from './lines-by-day.js';

/** Prices change by a few per cent, now and then by a factor of ten. Cents taken for dollars are a factor of a hundred. */
const LARGEST_JUMP = 50;
/** A price for one instead of for a million is the widest that units lie apart; a larger factor has another cause. */
const LARGEST_UNIT = 10_000_000;
/** Factors are alike within this: prices move, and so does the mix of what a line item sums up. */
const ALIKE = 3;
/** A provider restates days, not months. */
const PART_OF_WINDOW = 0.25;
/** Where fewer line items have a price that holds from day to day, amounts do not follow from quantities at all. */
const LEAST_STEADY = 0.8;
/** How far from the window, and how many days of it, tell what things cost. */
const REFERENCE_REACH_DAYS = 31;
const REFERENCE_DAYS = 5;
/** Below this, in the currency, a factor is rounding: a line of a few tokens has few digits. */
const LEAST_AMOUNT = parseDecimal('0.01');

/** What was charged for how much. */
interface Charged {
  cost: Decimal;
  quantity: Decimal;
}

/** A line item of a day against what its quantity cost on other days. */
interface Comparison {
  day: Day;
  currency: string;
  lineItem: string;
  cost: Decimal;
  factor: number;
}

/**
 * Refuses an answer in which the same things suddenly cost more than fifty times as much, or as little, per unit: the mark of
 * a unit misread, by the provider or by us. Compared are line items that have a quantity and a steady price on the nearest
 * days that are stored; anything else says nothing about units.
 * @returns true when the answer would have been refused but was accepted by `--accept-restatement`.
 * @throws CostsError `unit`
 */
export async function guardAgainstUnits(
  tx: Transaction,
  write: WindowWrite,
  days: readonly LockedDay[],
  lines: LinesByDay,
): Promise<boolean> {
  const usual = await usualCharges(tx, write, days);
  if (usual.size === 0) return false;
  const writable = days.map(({ day }) => [day, lines.get(day) ?? []] as const);
  const jump = findJump(answeredCharges(writable), usual);
  if (jump === null) return false;
  if (write.acceptRestatement) return true;
  throw new CostsError('unit', `${PROVIDERS[write.provider].name} answered ${jump}; nothing was changed.`, {
    hint: 'A unit was probably misread, such as cents for dollars. If prices really changed so much, run the same command again with --accept-restatement.',
  });
}

/** By day, then by line item, currency and unit. A credit says nothing about a price. */
function answeredCharges(days: readonly (readonly [Day, readonly CostLine[]])[]): Map<Day, Map<string, Charged>> {
  const charges = new Map<Day, Map<string, Charged>>();
  const keyFor = rememberKeys();
  for (const [day, lines] of days) {
    const ofDay = new Map<string, Charged>();
    for (const line of lines) {
      const { quantity, cost } = line;
      if (quantity === null || quantity <= ZERO || cost <= ZERO) continue;
      const key = keyFor(line);
      const known = ofDay.get(key);
      if (known === undefined) ofDay.set(key, { cost, quantity });
      else {
        known.cost = add(known.cost, cost);
        known.quantity = add(known.quantity, quantity);
      }
    }
    if (ofDay.size > 0) charges.set(day, ofDay);
  }
  return charges;
}

/** The same line items come back in every project on every day: making a key costs more than finding it again. */
function rememberKeys(): (line: CostLine) => string {
  const known = new Map<string, { currency: string; quantityUnit: string | null; key: string }[]>();
  return ({ lineItem, currency, quantityUnit }) => {
    const alike = known.get(lineItem) ?? [];
    const same = alike.find((each) => each.currency === currency && each.quantityUnit === quantityUnit);
    if (same !== undefined) return same.key;
    const key = keyOf(lineItem, currency, quantityUnit);
    known.set(lineItem, [...alike, { currency, quantityUnit, key }]);
    return key;
  };
}

/** What line items with a steady price cost on the stored days nearest to the window. */
async function usualCharges(
  tx: Transaction,
  { provider, organizationId }: WindowWrite,
  days: readonly LockedDay[],
): Promise<Map<string, Charged>> {
  const [first, last] = [days[0]?.day, days.at(-1)?.day];
  const rows = await tx.$queryRaw<
    {
      lineItem: string;
      currency: string;
      unit: string | null;
      cost: string;
      quantity: string;
      isSteady: boolean | null;
    }[]
  >`
    WITH reference AS MATERIALIZED (
      SELECT day FROM collected_days
      WHERE ai_provider = ${provider} AND ai_organization_id = ${organizationId} AND api_version = 'costs_v1' AND rows > 0
        AND day BETWEEN ${first}::date - ${REFERENCE_REACH_DAYS}::int AND ${last}::date + ${REFERENCE_REACH_DAYS}::int
      ORDER BY abs(day - ${last}::date), day LIMIT ${REFERENCE_DAYS}
    )
    SELECT c.line_item AS "lineItem", c.currency, c.quantity_unit AS unit, sum(c.cost)::text AS cost, sum(c.quantity)::text AS quantity,
           CASE WHEN count(*) > 1 THEN max(c.cost / c.quantity) <= ${LARGEST_JUMP}::int * min(c.cost / c.quantity) END AS "isSteady"
    FROM projects p CROSS JOIN LATERAL (
      -- OFFSET 0 for the same reason as in storedRows.
      SELECT * FROM cost_data b
      WHERE b.project_id = p.id AND b.api_version = 'costs_v1' AND b.bucket_start_time = ANY (ARRAY (SELECT day::timestamp FROM reference))
      OFFSET 0
    ) c
    WHERE p.ai_provider = ${provider} AND p.ai_organization_id = ${organizationId} AND c.quantity > 0 AND c.cost > 0
    GROUP BY 1, 2, 3`;
  const seenTwice = rows.filter(({ isSteady }) => isSteady !== null);
  const steady = seenTwice.filter(({ isSteady }) => isSteady === true);
  if (steady.length < seenTwice.length * LEAST_STEADY) return new Map();
  return new Map(
    rows
      .filter(({ isSteady }) => isSteady !== false)
      .map(({ lineItem, currency, unit, cost, quantity }) => [
        keyOf(lineItem, currency, unit),
        { cost: parseDecimal(cost), quantity: parseDecimal(quantity) },
      ]),
  );
}

function keyOf(lineItem: string, currency: string, unit: string | null): string {
  return JSON.stringify([currency, lineItem, unit]);
}

/**
 * A misread unit spares nothing, and is wrong by the same factor everywhere: a quarter of all that can be compared, or most of
 * a day. Amounts that jump each by a factor of their own are spend.
 */
function findJump(
  answered: ReadonlyMap<Day, ReadonlyMap<string, Charged>>,
  usual: ReadonlyMap<string, Charged>,
): string | null {
  const byDay = [...answered].map(([day, charges]) =>
    [...charges].flatMap(([key, charged]) => compare(day, key, charged, usual.get(key))),
  );
  const all = byDay.flat();
  const alike = jumpsAlike(all);
  const enough = alike.length >= Math.max(2, all.length * PART_OF_WINDOW) || all.length === 1;
  if (alike[0] !== undefined && enough) return describe(alike[0], alike.length);
  for (const ofDay of byDay) {
    const [first, ...others] = jumpsAlike(ofDay);
    if (first !== undefined && others.length >= 2 && (others.length + 1) * 2 > ofDay.length)
      return describe(first, others.length + 1);
  }
  return null;
}

/** Those that jumped by about the same factor as the one in the middle of them. */
function jumpsAlike(compared: readonly Comparison[]): Comparison[] {
  const jumps = compared
    .filter(({ factor }) => isMisread(factor) || isMisread(1 / factor))
    .sort((a, b) => a.factor - b.factor);
  const middle = jumps[Math.floor(jumps.length / 2)]?.factor ?? 1;
  return jumps.filter(({ factor }) => factor <= middle * ALIKE && factor >= middle / ALIKE);
}

function isMisread(factor: number): boolean {
  return factor > LARGEST_JUMP && factor < LARGEST_UNIT;
}

function compare(day: Day, key: string, { cost, quantity }: Charged, known: Charged | undefined): Comparison[] {
  if (known === undefined) return [];
  const usual = ((known.cost * quantity) / known.quantity) as Decimal;
  if (usual <= ZERO || (cost < LEAST_AMOUNT && usual < LEAST_AMOUNT)) return [];
  const [currency, lineItem] = JSON.parse(key) as [string, string];
  // Only what is decided depends on the factor, no figure does.
  const factor = Number(formatDecimal(cost)) / Number(formatDecimal(usual));
  return [{ day, currency, lineItem, cost, factor }];
}

function describe({ day, currency, lineItem, cost, factor }: Comparison, count: number): string {
  const [times, way] = factor > 1 ? [factor, 'more'] : [1 / factor, 'less'];
  const others = count > 1 ? ` (and ${count - 1} more alike)` : '';
  return `${formatDecimal(cost)} ${currency} for "${lineItem}" on ${day}, ${Math.round(times)} times ${way} per unit than on other days${others}`;
}
