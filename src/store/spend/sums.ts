import { Prisma } from '../../generated/prisma/client.js';
import type { Day, DaySpan } from '../../domain/day.js';
import { parseDecimal } from '../../domain/decimal.js';
import type { ReportGroup } from '../../domain/dimensions.js';
import type { ReportQuery, ReportRow } from '../../domain/report.js';
import type { CostTotal } from '../../domain/usage-store.js';
import type { Transaction } from '../transaction.js';
import { groupSpend } from './query.js';
import { addedSpend, spendRows } from './relation.js';
import type { UnpricedItem } from './unpriced.js';

/**
 * Sums by the words of the query, exact, in PostgreSQL. Estimates stand beside bills in rows of their own, and so does what
 * has no price. Two currencies are never added.
 */
export async function sumSpend(
  tx: Transaction,
  query: ReportQuery,
  unpriced: readonly UnpricedItem[],
): Promise<ReportRow[]> {
  const rows = await tx.$queryRaw<(ReportRow & { unknown: boolean })[]>`${groupSpend(
    { rows: addedSpend(query, { byDay: false, unpriced }), filter: query, groupBy: query.groupBy },
    {
      by: [Prisma.sql`c.currency`, Prisma.sql`c.estimated`, Prisma.sql`c.unknown`],
      measures: [Prisma.sql`trim_scale(sum(c.cost))::text AS cost`],
    },
  )}`;
  return rows.map(({ cost, estimated, unknown: _, ...row }) => ({ ...row, cost, estimated }));
}

/** A sum of one day, with the organization whose reads say what the day is worth. */
export interface DailySum extends ReportGroup {
  currency: string;
  cost: string;
  ofDay: Day;
  ofOrganization: string | null;
}

/** As `sumSpend`, a row a day; what has no price is left out. */
export function sumSpendByDay(tx: Transaction, query: ReportQuery): Promise<DailySum[]> {
  return tx.$queryRaw<DailySum[]>`${groupSpend(
    { rows: addedSpend(query, { byDay: true, unpriced: [] }), filter: query, groupBy: query.groupBy },
    {
      by: [
        Prisma.sql`c.currency`,
        Prisma.sql`to_char(c.day, 'YYYY-MM-DD') AS "ofDay"`,
        Prisma.sql`p.ai_organization_id AS "ofOrganization"`,
      ],
      measures: [Prisma.sql`trim_scale(sum(c.cost))::text AS cost`],
    },
  )}`;
}

/** See `SpendReader.lines`. */
export async function readLines(
  tx: Transaction,
  teamId: string,
  span: DaySpan,
  kind: 'billed' | 'estimated',
): Promise<CostTotal[]> {
  const columns = ['line_item', 'model', 'token_type', 'service_tier'];
  const rows = await tx.$queryRaw<(Omit<CostTotal, 'cost'> & { cost: string })[]>`${groupSpend(
    {
      rows: spendRows({ ...span, basis: 'usage' }, { kinds: [kind], columns }),
      filter: { ...span, teamId },
      groupBy: ['provider', 'project', 'day', 'line-item', 'model', 'token-type'],
    },
    {
      by: [Prisma.sql`c.service_tier AS "serviceTier"`, Prisma.sql`c.currency`],
      measures: [Prisma.sql`sum(c.cost)::text AS cost`],
    },
  )} ORDER BY provider, "organizationId", project, day, "lineItem"`;
  return rows
    .map((row) => ({ ...row, cost: parseDecimal(row.cost) }))
    .filter(({ provider }: { provider: string | null }) => provider !== null);
}
