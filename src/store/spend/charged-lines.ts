import { SQL } from '../sql.js';
import { addDays, type Day, type DaySpan } from '../../domain/day.js';
import { add, parseDecimal, proportion, ZERO } from '../../domain/decimal.js';
import { dimensionOf, type GroupWord } from '../../domain/dimensions.js';
import type { ChargedLine, Quantity, ComparedDay } from '../../domain/explanation.js';
import type { ReportQuery } from '../../domain/report.js';
import { withReading } from '../../providers/registry.js';
import { arrayLiteral } from '../array-literal.js';
import { organizationRefOf } from '../organization-key.js';
import type { Statements } from '../statements.js';
import { columnsOf, groupSpend } from './query.js';
import { spendRows } from './relation.js';
import { CHARGE_COLUMNS, readUsageOfCharges, type Charge } from './usage-quantities.js';

/** What tells rows apart. */
type Identity = Omit<Charge, 'day'> &
  Omit<ChargedLine, 'cost' | 'hasCredit' | 'quantities' | 'lastDay'> & { estimated: boolean };

/** What they come to. */
interface Figures {
  cost: string;
  hasCredit: boolean;
  quantity: string | null;
  /** Every charge has one. */
  hasQuantity: boolean;
  units: (string | null)[];
  /** Its last day, and how often that is listed. */
  day: Day;
  times: number;
}

/**
 * What each line item of a query's projects cost on the days of either side, and how much of it was used. A day that is listed
 * twice counts twice. Quantities of usage are looked for where bills lack some, unless charges are grouped by a detail that
 * usage is not kept by.
 */
export async function readChargedLines(
  tx: Statements,
  query: ReportQuery,
  days: readonly ComparedDay[],
): Promise<ChargedLine[]> {
  const rows = await readRows(tx, query, days, { byDay: false });
  const lacking = rows.filter((row) => !row.estimated && quantityOf(row) === null && !row.cost.startsWith('-'));
  const ofCharge = query.groupBy.some((word) => dimensionOf(word).column !== undefined);
  const projectIds = [...new Set(lacking.map(({ projectId }) => projectId))];
  const used = ofCharge || projectIds.length === 0 ? null : await readUsed(tx, { ...query, projectIds }, days);
  return rows.map((row) => toLine(row, used?.get(keyOf(row)) ?? null));
}

/** By row: what was used of it on all of its days. */
async function readUsed(
  tx: Statements,
  query: ReportQuery,
  days: readonly ComparedDay[],
): Promise<Map<string, Quantity | null>> {
  const found = new Map<string, Quantity | null>();
  for (const span of stretchesOf(days)) {
    const usageOf = await readUsageOfCharges(tx, { ...query, ...span });
    const within = days.filter(({ day }) => day >= span.since && day <= span.until);
    for (const row of await readRows(tx, query, within, { byDay: true })) {
      const used = usageOf?.(row) ?? null;
      const amount = used === null ? null : proportion(used.quantity, BigInt(row.times));
      const key = keyOf(row);
      const known = found.get(key) ?? { amount: ZERO, unit: used?.unit ?? null };
      const same = found.get(key) !== null && amount !== null && known.unit === used?.unit;
      found.set(key, same ? { amount: add(known.amount, amount), unit: known.unit } : null);
    }
  }
  return found;
}

const FIGURES: readonly string[] = ['cost', 'hasCredit', 'quantity', 'hasQuantity', 'units', 'day', 'times'];

function keyOf(row: Identity & Figures): string {
  return JSON.stringify(Object.entries(row).filter(([name]) => !FIGURES.includes(name)));
}

async function readRows(
  tx: Statements,
  query: ReportQuery,
  days: readonly ComparedDay[],
  { byDay }: { byDay: boolean },
): Promise<(Identity & Figures)[]> {
  if (days.length === 0) return [];
  const words: GroupWord[] = [...new Set([...query.groupBy, 'provider' as const, 'project' as const])];
  const columns = [
    ...new Set([...CHARGE_COLUMNS, 'quantity', 'quantity_unit', ...columnsOf({ ...query, groupBy: words })]),
  ];
  const parts = stretchesOf(days).map((span) =>
    spendRows({ ...query, ...span }, { kinds: ['billed', 'estimated', 'legacy'], columns }),
  );
  const list = (pick: (day: ComparedDay) => string | null) => SQL`${arrayLiteral(days.map(pick))}::text[]`;
  const compared = SQL`
    SELECT s.*, k.side, k.place FROM (${SQL.join(parts, ' UNION ALL ')}) s
    JOIN projects o ON o.id = s.project_id
    JOIN unnest(${list(({ side }) => side)}, ${list(({ organization }) => organization)}, ${list(({ day }) => day)}, ${list(({ currency }) => currency)})
      WITH ORDINALITY AS k (side, organization, day, currency, place)
      ON k.organization = ${organizationRefOf('o.')} AND k.day::timestamp = s.day AND (k.currency IS NULL OR k.currency = s.currency)`;
  const described = CHARGE_COLUMNS.map((name) => SQL.raw(`c.${name}`));
  const rows = await tx.$queryRaw<(Identity & Figures)[]>`${groupSpend(
    { rows: compared, filter: query, groupBy: words },
    {
      by: [...described, SQL`c.currency`, SQL`c.side`, SQL`c.estimated`, ...(byDay ? [SQL`c.day`] : [])],
      select: [
        SQL`c.side, c.estimated, c.currency, coalesce(c.line_item, '') AS "lineItem", c.model, c.token_type AS "tokenType"`,
        SQL`c.service_tier AS "serviceTier", c.context_window AS "contextWindow", c.inference_geo AS "inferenceGeo"`,
        SQL`sum(c.cost)::text AS cost, sum(c.quantity)::text AS quantity, bool_or(c.cost < 0) AS "hasCredit"`,
        SQL`array_agg(DISTINCT c.quantity_unit) FILTER (WHERE c.quantity IS NOT NULL) AS units`,
        SQL`bool_and(c.quantity IS NOT NULL AND c.quantity >= 0 OR c.cost = 0) AS "hasQuantity"`,
        SQL`to_char(max(c.day), 'YYYY-MM-DD') AS day, count(DISTINCT c.place)::int AS times`,
      ],
    },
  )}`;
  return rows.map(withReading);
}

/** Few stretches of days, each looked through whole: a day or two apart they are one. */
function stretchesOf(days: readonly ComparedDay[]): DaySpan[] {
  const spans: DaySpan[] = [];
  for (const day of [...new Set(days.map((each) => each.day))].sort()) {
    const last = spans.at(-1);
    if (last !== undefined && addDays(last.until, 7) >= day) last.until = day;
    else spans.push({ since: day, until: day });
  }
  return spans;
}

/** Null where a charge has none, or they count different things. */
function quantityOf({ quantity, units, hasQuantity }: Figures): Quantity | null {
  if (quantity === null || !hasQuantity || units.length !== 1) return null;
  return { amount: parseDecimal(quantity), unit: units[0] ?? null };
}

/** An estimate is made of usage: its quantity is no bill's. */
function toLine(row: Identity & Figures, used: Quantity | null): ChargedLine {
  const own = quantityOf(row);
  return {
    ...row,
    cost: parseDecimal(row.cost),
    quantities: row.estimated ? { bill: null, usage: own } : { bill: own, usage: used },
    lastDay: row.day,
  };
}
