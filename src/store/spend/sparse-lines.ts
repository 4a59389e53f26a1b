import type { Day } from '../../domain/day.js';
import { parseDecimal } from '../../domain/decimal.js';
import type { ReportQuery, SparseLine } from '../../domain/report.js';
import type { Statements } from '../statements.js';
import { fromSpend } from './query.js';
import { addedSpend } from './relation.js';

/**
 * See `SpendReader.sparseLines`. Nearly every line item has too many days: which have few is counted first, as putting the
 * days of all of them in lists takes twice as long.
 */
export async function readSparseLines(tx: Statements, query: ReportQuery, mostDays: number): Promise<SparseLine[]> {
  const rows = addedSpend({ ...query, groupBy: ['project', 'line-item'] }, { byDay: true, unpriced: [] });
  const found = await tx.$queryRaw<(Omit<SparseLine, 'costs'> & { days: Day[]; amounts: string[] })[]>`
    WITH lines AS MATERIALIZED (
      SELECT c.project_id, coalesce(c.line_item, '') AS line_item, c.currency, c.day, c.cost ${fromSpend({ rows, filter: query })}
    ), few AS (
      SELECT project_id, line_item, currency FROM lines GROUP BY 1, 2, 3 HAVING count(*) <= ${mostDays}::int
    )
    SELECT project_id AS "projectId", currency, json_agg(to_char(day, 'YYYY-MM-DD')) AS days, json_agg(cost::text) AS amounts
    FROM lines JOIN few USING (project_id, line_item, currency) GROUP BY project_id, line_item, currency`;
  return found.map(({ projectId, currency, days, amounts }) => ({
    projectId,
    currency,
    costs: new Map(days.map((day, index) => [day, parseDecimal(amounts[index] ?? '0')])),
  }));
}
