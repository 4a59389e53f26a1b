import { addDays, endOfMonthOf, type Day, type DaySpan } from '../../domain/day.js';
import { formatDecimal } from '../../domain/decimal.js';
import type { ReportQuery } from '../../domain/report.js';
import type { Statements } from '../statements.js';
import type { UsedQuantity } from './measures.js';
import { columnsOf, fromSpend } from './query.js';
import { kindsOf, NOT_BILLED, spendRows } from './relation.js';
import { CHARGE_COLUMNS, readUsageOfCharges, selectCharge, type Charge } from './usage-quantities.js';

/**
 * Of a query's charges without a quantity, what was used by collected usage, as far as that tells. Cuts by API key and
 * product have none: usage is of the whole charge. A month at a time, so that few charges are in memory.
 */
export async function readUsedQuantities(tx: Statements, query: ReportQuery): Promise<UsedQuantity[]> {
  // Usage is known as it is today.
  if (query.asOf !== undefined || !kindsOf(query).includes('billed')) return [];
  if (columnsOf(query).some((name) => NOT_BILLED.includes(name))) return [];
  const found: UsedQuantity[] = [];
  for (const span of monthsOf(query)) {
    const charges = await readLacking(tx, query, span);
    if (charges.length === 0) continue;
    const usageOf = await readUsageOfCharges(tx, { ...query, ...span });
    for (const charge of charges) {
      const used = usageOf?.(charge) ?? null;
      if (used === null) continue;
      const { projectId, day, lineItem } = charge;
      found.push({ projectId, day, lineItem, amount: formatDecimal(used.quantity), unit: used.unit });
    }
  }
  return found;
}

async function readLacking(tx: Statements, query: ReportQuery, span: DaySpan): Promise<Charge[]> {
  const columns = [...new Set([...CHARGE_COLUMNS, 'quantity', ...columnsOf(query)])];
  const rows = spendRows({ ...query, ...span }, { kinds: ['billed'], columns });
  return tx.$queryRaw<Charge[]>`
    SELECT ${selectCharge()} ${fromSpend({ rows, filter: query, groupBy: query.groupBy })} AND c.quantity IS NULL AND c.cost >= 0`;
}

function monthsOf({ since, until }: DaySpan): DaySpan[] {
  const months: DaySpan[] = [];
  for (let day: Day = since; day <= until; day = addDays(endOfMonthOf(day), 1)) {
    const end = endOfMonthOf(day);
    months.push({ since: day, until: end < until ? end : until });
  }
  return months;
}
