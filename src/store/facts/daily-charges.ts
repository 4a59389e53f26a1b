import type { StatementPool } from '../statements.js';
import type { DaySpan } from '../../domain/day.js';
import { parseDecimal } from '../../domain/decimal.js';
import type { OrganizationKey } from '../../domain/organization.js';
import type { DailyCharge } from '../../domain/unit-prices.js';
import { BILLS } from './bills.js';
import { storedRows } from './stored-rows.js';

/** See `CollectionStore.dailyCharges`. */
export async function listDailyCharges(
  sql: StatementPool,
  organization: OrganizationKey,
  span: DaySpan,
): Promise<DailyCharge[]> {
  const rows = await sql.$queryRaw<(Omit<DailyCharge, 'cost' | 'quantity'> & { cost: string; quantity: string })[]>`
    SELECT to_char(c.bucket_start_time, 'YYYY-MM-DD') AS day, c.line_item AS "lineItem", c.currency, c.quantity_unit AS unit,
           sum(c.cost)::text AS cost, sum(c.quantity)::text AS quantity
    FROM ${storedRows(BILLS, organization, span)}
    WHERE c.cost > 0 AND c.quantity > 0
    GROUP BY 1, 2, 3, 4`;
  return rows.map((row) => ({ ...row, cost: parseDecimal(row.cost), quantity: parseDecimal(row.quantity) }));
}
