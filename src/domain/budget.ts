import { CostsError } from '../errors.js';
import { parseDecimal, ZERO, type Decimal } from './decimal.js';
import { groupInto } from './group-into.js';
import type { ProviderId } from './provider.js';

/** What a budget is of: all null is the whole team. */
export interface BudgetScope {
  /** Alone the provider; with an organization, or also an API key of it, these. */
  provider: ProviderId | null;
  organizationId: string | null;
  apiKeyId: string | null;
  projectId: string | null;
  /** Of the projects that have the tag on the day of the spend. */
  tag: { key: string; value: string } | null;
}

/** Which months a budget holds in: one, or one and those after it; without either every month. */
export interface BudgetMonths {
  /** `2026-11` */
  month: string | null;
  /** `2026-11`; never beside `month`. */
  from: string | null;
}

/** What a team, or a part of what it spends, may cost in a month. */
export interface Budget extends BudgetScope, BudgetMonths {
  id: string;
  teamId: string;
  currency: string;
  amount: Decimal;
}

export interface BudgetStore {
  list(teamId: string): Promise<Budget[]>;
  /** Sets a budget; one of the same scope, months and currency is replaced. Returns it as stored. */
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
  if (!/^(?=\.?\d)\d{0,35}(\.\d{1,30})?$/.test(text)) return null;
  return parseDecimal(text);
}

/** Upper-cased. @throws CostsError `usage` */
export function parseCurrency(text: string): string {
  if (/^[A-Za-z]{3}$/.test(text)) return text.toUpperCase();
  throw new CostsError('usage', `"${text}" is not a valid currency.`, { hint: 'Write its code, such as USD.' });
}

export const SCOPE_OF_TEAM: BudgetScope = {
  provider: null,
  organizationId: null,
  apiKeyId: null,
  projectId: null,
  tag: null,
};

/** Whether a budget is of all that a team spends. */
export function isOfTeam({ provider, projectId, tag }: BudgetScope): boolean {
  return provider === null && projectId === null && tag === null;
}

/**
 * Those that hold in a month, one per scope and currency: that of the month itself, else the latest that began, else that of
 * every month.
 */
export function budgetsOf<T extends BudgetScope & BudgetMonths & { currency: string }>(
  budgets: readonly T[],
  month: string,
): T[] {
  const rank = ({ month: only, from }: T) => (only === null ? (from ?? '') : '~');
  const holding = budgets.filter((each) => (each.month ?? month) === month && (each.from ?? month) <= month);
  return groupInto(holding, ({ provider, organizationId, apiKeyId, projectId, tag, currency }) => [
    JSON.stringify([provider, organizationId, apiKeyId, projectId, tag?.key, tag?.value, currency]),
  ]).map((own) => own.reduce((nearest, each) => (rank(each) > rank(nearest) ? each : nearest)));
}
