import { SQL, type Sql } from '../sql.js';
import type { DaySpan } from '../../domain/day.js';
import { parseDecimal } from '../../domain/decimal.js';
import type { ReportQuery, ReportRow } from '../../domain/report.js';
import type { CostTotal } from '../../domain/usage-store.js';
import type { Statements } from '../statements.js';
import { groupSpend, selectSpend } from './query.js';
import { inOneRow, selectMeasures, type UnitRow } from './measures.js';
import { addedSpend, isAddedUp, isMeasured, spendRows, type UnpricedItem } from './relation.js';
import { readUsedQuantities } from './used-quantities.js';

/**
 * Sums by the words of the query, exact, in PostgreSQL. Estimates stand beside bills in rows of their own, and so does what
 * has no price. Two currencies are never added.
 */
export async function sumSpend(
  tx: Statements,
  query: ReportQuery,
  unpriced: readonly UnpricedItem[],
): Promise<ReportRow[]> {
  const measured = isMeasured(query);
  const question = {
    rows: addedSpend(query, {
      ...{ byDay: false, unpriced },
      ...(measured ? { used: await readUsedQuantities(tx, query) } : {}),
    }),
    filter: query,
    groupBy: query.groupBy,
  };
  const select = (cost: Sql) => [
    SQL`c.currency`,
    SQL`trim_scale(${cost})::text AS cost`,
    SQL`c.estimated`,
    ...(measured ? selectMeasures() : []),
  ];
  const by = [...[SQL`c.currency`, SQL`c.estimated`, SQL`c.unknown`], ...(measured ? [SQL`c.unit`] : [])];
  const rows = await tx.$queryRaw<ReportRow[]>`${
    isAddedUp(query)
      ? selectSpend(question, select(SQL`c.cost`))
      : groupSpend(question, { by, select: select(SQL`sum(c.cost)`) })
  }`;
  for (const { cost } of rows) requireAmount(cost);
  return measured ? inOneRow(rows as UnitRow[]) : rows;
}

/** What somebody typed that is no amount makes none of its sum: said here, where the row is looked for, and not by whoever reads it. */
function requireAmount(cost: string | null): void {
  if (cost !== null && !/^-?\d/.test(cost)) throw new Error(`"${cost}" is not an amount.`);
}

/** See `SpendReader.lines`. */
export async function readLines(
  tx: Statements,
  teamId: string,
  span: DaySpan,
  kind: 'billed' | 'estimated',
): Promise<CostTotal[]> {
  const columns = ['line_item', 'model', 'token_type', 'service_tier', 'context_window'];
  const rows = await tx.$queryRaw<(Omit<CostTotal, 'cost'> & { cost: string })[]>`${groupSpend(
    {
      rows: spendRows({ ...span, basis: 'usage' }, { kinds: [kind], columns }),
      filter: { ...span, teamId },
      groupBy: ['provider', 'project', 'day', 'line-item', 'model', 'token-type'],
    },
    {
      by: [SQL`c.service_tier`, SQL`c.context_window`, SQL`c.currency`],
      select: [
        SQL`c.service_tier AS "serviceTier"`,
        SQL`c.context_window AS "contextWindow"`,
        SQL`c.currency`,
        SQL`sum(c.cost)::text AS cost`,
      ],
    },
  )} ORDER BY provider, "organizationId", project, day, "lineItem"`;
  return rows
    .map((row) => ({ ...row, cost: parseDecimal(row.cost) }))
    .filter(({ provider }: { provider: string | null }) => provider !== null);
}
