import type { StatementPool } from '../statements.js';
import type { Day, DaySpan } from '../../domain/day.js';
import { Sums } from '../../domain/money.js';
import type { OrganizationKey } from '../../domain/organization.js';
import { BILLS } from './bills.js';
import { isAhead } from './read-ahead.js';
import { storedRows } from './stored-rows.js';
import type { StoredDay } from '../../domain/verification.js';
import { ofOrganization } from '../organization-key.js';

/** The billed days of an organization that were read, with the sums of their rows. One statement, and so one moment. */
export async function listStoredDays(
  sql: StatementPool,
  organization: OrganizationKey,
  span: DaySpan,
): Promise<StoredDay[]> {
  const rows = await sql.$queryRaw<
    { day: Day; readAt: Date; rowsWritten: number; rowsStored: number; currency: string | null; cost: string }[]
  >`
    SELECT to_char(d.day, 'YYYY-MM-DD') AS day, d.read_at AS "readAt", d.rows AS "rowsWritten",
           coalesce(c.rows, 0)::int AS "rowsStored", c.currency, coalesce(c.cost, 0)::text AS cost
    FROM collected_days d LEFT JOIN (
      SELECT bucket_start_time::date AS day, currency, sum(cost) AS cost, count(*) AS rows
      FROM ${storedRows(BILLS, organization, span)}
      GROUP BY 1, 2
    ) c ON c.day = d.day
    WHERE ${ofOrganization(organization, 'd.')} AND d.api_version = 'costs_v1'
      AND d.day BETWEEN ${span.since}::date AND ${span.until}::date AND NOT ${isAhead('d.read_at')}
    ORDER BY d.day`;
  const days = new Map<Day, StoredDay>();
  for (const { day, readAt, rowsWritten, rowsStored, currency, cost } of rows) {
    const known = days.get(day) ?? { day, readAt, rowsWritten, rowsStored: 0, totals: new Sums() };
    known.rowsStored += rowsStored;
    if (currency !== null) known.totals.add({ currency, cost });
    days.set(day, known);
  }
  return [...days.values()];
}
