import { CostsError } from '../errors.js';
import { parseDecimal, ZERO, type Decimal } from './decimal.js';
import type { ProviderId } from './provider.js';

/** What a team, or one provider or project of it, may cost in a month. */
export interface Budget {
  id: string;
  teamId: string;
  /** At most one of the two is set; neither is the whole team. */
  provider: ProviderId | null;
  projectId: string | null;
  /** `2026-11`; null holds for every month without a budget of its own. */
  month: string | null;
  currency: string;
  amount: Decimal;
}

export interface BudgetStore {
  list(teamId: string): Promise<Budget[]>;
  /** Sets a budget; one of the same scope, month and currency is replaced. Returns it as stored. */
  set(budget: Omit<Budget, 'id'>): Promise<Budget>;
  /** @returns whether there was one */
  remove(teamId: string, id: string): Promise<boolean>;
}

/** @throws CostsError `usage` unless it is a month such as `2026-11` */
export function parseMonth(text: string): string {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw new CostsError('usage', `"${text}" is not a valid month.`, { hint: 'Write it as 2026-11.' });
}

/** @throws CostsError `usage` unless it is an amount above zero */
export function parseAmount(text: string): Decimal {
  const amount = readAmount(text);
  if (amount !== null && amount > ZERO) return amount;
  throw new CostsError('usage', `"${text}" is not an amount above zero.`, { hint: 'Write it as 1500 or 1500.50.' });
}

function readAmount(text: string): Decimal | null {
  if (!/^\d{1,35}(\.\d{1,30})?$/.test(text)) return null;
  return parseDecimal(text);
}

/** Upper-cased. @throws CostsError `usage` */
export function parseCurrency(text: string): string {
  if (/^[A-Za-z]{3}$/.test(text)) return text.toUpperCase();
  throw new CostsError('usage', `"${text}" is not a valid currency.`, { hint: 'Write its code, such as USD.' });
}

/** Those that hold in a month: one of the month itself goes before one for every month, per scope and currency. */
export function budgetsOf(budgets: readonly Budget[], month: string): Budget[] {
  const scopeOf = ({ provider, projectId, currency }: Budget) => JSON.stringify([provider, projectId, currency]);
  const own = budgets.filter((budget) => budget.month === month);
  const taken = new Set(own.map(scopeOf));
  return [...own, ...budgets.filter((budget) => budget.month === null && !taken.has(scopeOf(budget)))];
}
