import { Prisma } from '../../generated/prisma/client.js';
import type { Day } from '../../domain/day.js';
import type { ReportQuery, SparseLine } from '../../domain/report.js';
import type { Transaction } from '../transaction.js';
import { groupSpend } from './query.js';
import { addedSpend } from './relation.js';

/** See `SpendReader.sparseLines`. */
export async function readSparseLines(tx: Transaction, query: ReportQuery, mostDays: number): Promise<SparseLine[]> {
  const groupBy = ['project', 'line-item'] as const;
  const rows = addedSpend({ ...query, groupBy: [...groupBy, 'day'] }, { byDay: true, unpriced: [] });
  const found = await tx.$queryRaw<(Omit<SparseLine, 'costs'> & { days: Day[]; amounts: string[] })[]>`${groupSpend(
    { rows, filter: query, groupBy },
    {
      by: [Prisma.sql`c.currency`],
      select: [
        Prisma.sql`c.currency`,
        Prisma.sql`array_agg(to_char(c.day, 'YYYY-MM-DD')) AS days`,
        Prisma.sql`array_agg(c.cost::text) AS amounts`,
      ],
    },
  )} HAVING count(*) <= ${mostDays}::int`;
  return found.map(({ projectId, currency, days, amounts }) => ({
    projectId,
    currency,
    costs: new Map(days.map((day, index) => [day, Number(amounts[index])])),
  }));
}
