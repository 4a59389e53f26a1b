import type { WindowWrite } from '../../domain/collection.js';
import { dayState } from '../../domain/coverage.js';
import type { Day } from '../../domain/day.js';
import { absolute, add, formatDecimal, parseDecimal, sum, ZERO, type Decimal } from '../../domain/decimal.js';
import { providerName } from '../../providers/registry.js';
import { CostsError } from '../../errors.js';
import type { Transaction } from '../transaction.js';
import { isClosed, type LockedDay } from './collected-days.js';
import type { LinesByDay } from './lines-by-day.js';
import { storedRows } from './stored-rows.js';

/** Sums of absolute amounts, by currency and day. Credits must not hide what vanished. */
type Sums = Map<string, Map<Day, Decimal>>;

/**
 * Refuses an answer that would lose most of what is stored of its closed days: providers have been seen to answer
 * nothing, successfully.
 * @returns true when the answer would have been refused but was accepted by `--accept-restatement`.
 * @throws CostsError `shrink`
 */
export async function guardAgainstShrinking(
  tx: Transaction,
  write: WindowWrite,
  days: readonly LockedDay[],
  lines: LinesByDay,
): Promise<boolean> {
  const closed = days.filter(({ day, readAt }) => readAt !== null && isClosed(day, write.requestedAt));
  if (closed.length === 0) return false;
  const reason = findLoss(closed, await storedSums(tx, write, closed), answeredSums(lines));
  if (reason === null) return false;
  if (write.acceptRestatement) return true;
  throw new CostsError('shrink', `${providerName(write.provider)} answered ${reason}; nothing was changed.`, {
    hint: 'If the provider is right, run the same command again with --accept-restatement.',
  });
}

function findLoss(closed: readonly LockedDay[], stored: Sums, answered: Sums): string | null {
  for (const [currency, storedByDay] of stored) {
    const answeredByDay = answered.get(currency) ?? new Map<Day, Decimal>();
    const before = total(storedByDay, closed);
    const after = total(answeredByDay, closed);
    if (after * 2n < before) {
      const span = `${closed[0]?.day ?? ''} to ${closed.at(-1)?.day ?? ''}`;
      return `${formatDecimal(after)} ${currency} for ${span} where ${formatDecimal(before)} ${currency} is stored`;
    }
  }
  for (const { day, readAt } of closed) {
    const hadMoney = [...stored.values()].some((byDay) => (byDay.get(day) ?? ZERO) > 0n);
    const isEmpty = [...answered.values()].every((byDay) => !byDay.has(day));
    if (hadMoney && isEmpty && dayState(day, readAt) === 'settled')
      return `nothing for ${day}, which is settled and has money`;
  }
  return null;
}

function total(byDay: ReadonlyMap<Day, Decimal>, days: readonly LockedDay[]): Decimal {
  return sum(days.map(({ day }) => byDay.get(day) ?? ZERO));
}

async function storedSums(tx: Transaction, write: WindowWrite, closed: readonly LockedDay[]): Promise<Sums> {
  const [first, last] = [closed[0]?.day, closed.at(-1)?.day];
  if (first === undefined || last === undefined) return new Map();
  const rows = await tx.$queryRaw<{ currency: string; day: Day; cost: string }[]>`
    SELECT c.currency, to_char(c.bucket_start_time, 'YYYY-MM-DD') AS day, sum(abs(c.cost))::text AS cost
    FROM ${storedRows(write, first, last)}
    GROUP BY 1, 2`;
  const sums: Sums = new Map();
  for (const { currency, day, cost } of rows) addTo(sums, currency, day, parseDecimal(cost));
  return sums;
}

function answeredSums(linesByDay: LinesByDay): Sums {
  const sums: Sums = new Map();
  for (const [day, lines] of linesByDay)
    for (const { currency, cost } of lines) addTo(sums, currency, day, absolute(cost));
  return sums;
}

function addTo(sums: Sums, currency: string, day: Day, cost: Decimal): void {
  const byDay = sums.get(currency) ?? new Map<Day, Decimal>();
  byDay.set(day, add(byDay.get(day) ?? ZERO, cost));
  sums.set(currency, byDay);
}
