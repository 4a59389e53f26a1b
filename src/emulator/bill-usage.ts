import { toDay, type Day } from '../domain/day.js';
import { add, parseDecimal, proportion, ZERO, type Decimal } from '../domain/decimal.js';
import { emulated } from './list.js';
import type { WorldUsageRow } from './usage-world.js';
import { worldRow, type AnthropicDimensions, type WorldOrganization, type WorldRow } from './world.js';

/** What a quantity in a row of usage is billed as. */
export interface UsageCharge {
  lineItem: string;
  /** A whole number. */
  quantity: string;
  /** Dollars a unit. */
  price: string;
  dimensions: AnthropicDimensions | null;
}

interface Bill {
  day: Day;
  row: WorldRow;
  cost: Decimal;
}

/** Gives the organization bills that are exactly price times usage: one row a project, day and line item. */
export function billUsage(organization: WorldOrganization, chargesOf: (row: WorldUsageRow) => UsageCharge[]): void {
  const bills = new Map<string, Bill>();
  for (const usage of organization.usage ?? []) {
    const day = toDay(usage.at);
    const owner = usage.dimensions['project_id'] ?? usage.dimensions['workspace_id'];
    const projectId = typeof owner === 'string' ? owner : null;
    for (const { lineItem, quantity, price, dimensions } of chargesOf(usage)) {
      const key = JSON.stringify([day, projectId, lineItem, dimensions]);
      const bill = bills.get(key) ?? {
        day,
        row: worldRow({ projectId, lineItem, amount: '0', dimensions }),
        cost: ZERO,
      };
      bill.cost = add(bill.cost, proportion(parseDecimal(price), BigInt(quantity)));
      bills.set(key, bill);
    }
  }
  organization.days = new Map();
  for (const { day, row, cost } of bills.values()) {
    const amount = emulated(organization.provider).writeAmount(cost);
    organization.days.set(day, [...(organization.days.get(day) ?? []), { ...row, amount }]);
  }
}
