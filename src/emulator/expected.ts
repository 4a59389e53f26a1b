import { daysOf, startOfDay, type Day, type DaySpan } from '../domain/day.js';
import { add, parseDecimal, ZERO, type Decimal } from '../domain/decimal.js';
import { UNASSIGNED, type ProviderId } from '../domain/provider.js';
import { rowsOfDay } from './generate.js';
import { emulated } from './list.js';
import { amountText, type World, type WorldOrganization } from './world.js';

const HOUR = 3_600_000;

/** What one project costs on one day in one currency, in major units. */
export interface ExpectedTotal {
  provider: ProviderId;
  organizationId: string;
  /** `unassigned` where the bill names none. */
  projectId: string;
  day: Day;
  /** Upper case. */
  currency: string;
  cost: Decimal;
}

/**
 * Exact totals straight from the amounts of the world, one per organization, project, day and currency that has rows.
 * Made without the emulator's answers, so that it can judge what was read from them.
 * @param now rows that are charged later than this are not counted.
 */
export function expectedTotals(world: World, span: DaySpan, now: Date): ExpectedTotal[] {
  const days = daysOf(span);
  return world.organizations.flatMap((organization) => days.flatMap((day) => totalsOfDay(organization, day, now)));
}

function totalsOfDay(organization: WorldOrganization, day: Day, now: Date): ExpectedTotal[] {
  const { provider, id: organizationId } = organization;
  const totals = new Map<string, ExpectedTotal>();
  for (const row of rowsOfDay(organization, day)) {
    if (startOfDay(day).getTime() + (row.hour ?? 0) * HOUR > now.getTime()) continue;
    const projectId = row.projectId ?? UNASSIGNED;
    const currency = row.currency.toUpperCase();
    const key = JSON.stringify([projectId, currency]);
    const known = totals.get(key)?.cost ?? ZERO;
    const cost = add(known, parseDecimal(amountText(row.amount), emulated(provider).shift));
    totals.set(key, { provider, organizationId, projectId, day, currency, cost });
  }
  return [...totals.values()];
}

/** Adds totals up under the key that is made of each, such as its project and day; the currency should be part of it. */
export function sumBy(totals: ExpectedTotal[], toKey: (total: ExpectedTotal) => string): Map<string, Decimal> {
  const sums = new Map<string, Decimal>();
  for (const total of totals) {
    const key = toKey(total);
    sums.set(key, add(sums.get(key) ?? ZERO, total.cost));
  }
  return sums;
}
