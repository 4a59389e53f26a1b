import { SQL } from '../sql.js';
import type { DailyCosts, ReportQuery } from '../../domain/report.js';
import type { Statements } from '../statements.js';
import { groupSpend } from './query.js';
import { addedSpend } from './relation.js';

/** See `SpendReader.dailyCosts`. A group's days come in one row: names and ids a thousand times over take longer than the sums. */
export function readDailyCosts(tx: Statements, query: ReportQuery): Promise<DailyCosts[]> {
  return tx.$queryRaw<DailyCosts[]>`${groupSpend(
    { rows: addedSpend(query, { byDay: true, unpriced: [] }), filter: query, groupBy: query.groupBy },
    {
      by: [SQL`c.currency`],
      select: [
        SQL`c.currency`,
        SQL`json_agg(to_char(c.day, 'YYYY-MM-DD')) AS days`,
        SQL`json_agg(trim_scale(c.cost)::text) AS costs`,
      ],
    },
  )}`;
}
