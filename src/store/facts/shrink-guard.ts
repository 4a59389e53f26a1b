import type { OrganizationKey } from '../../domain/organization.js';
import { readTimeOf, type AskedAt } from '../../domain/clock.js';
import { dayState } from '../../domain/coverage.js';
import { endOfDay, spanOf, type Day } from '../../domain/day.js';
import { absolute, add, formatDecimal, parseDecimal, sum, ZERO, type Decimal } from '../../domain/decimal.js';
import { providerName } from '../../providers/registry.js';
import { CostsError } from '../../errors.js';
import { SQL } from '../sql.js';
import type { Statements } from '../statements.js';
import { dayKey, type LockedDay, type RowsByDay } from './fact-days.js';
import { amountColumn, columnList, type Fact, type FactList } from './fact-list.js';
import { storedRows } from './stored-rows.js';
import { formatDate, formatDays, plural } from '../../domain/words.js';

/** Sums of absolute amounts by what they are amounts of, in words, and by day: credits must not hide what vanished. */
type Sums = Map<string, { part: string; byDay: Map<Day, Decimal> }>;

export interface GuardedWrite extends OrganizationKey, AskedAt {
  acceptRestatement: boolean;
}

/**
 * Refuses an answer that would lose most of what is stored of its closed days: providers have been seen to answer
 * nothing, successfully.
 * @param altered days whose rows somebody altered: these say nothing about how much there was, the seal does
 * @returns true when the answer would have been refused but was accepted by `--accept-restatement`.
 * @throws CostsError `shrink`
 */
export async function guardAgainstShrinking<Row extends Fact>(
  tx: Statements,
  list: FactList<Row>,
  write: GuardedWrite,
  days: readonly LockedDay[],
  rows: RowsByDay<Row>,
  altered: ReadonlySet<Day>,
): Promise<boolean> {
  const closed = days.filter(({ day, readAt }) => readAt !== null && endOfDay(day) <= readTimeOf(write, endOfDay(day)));
  if (closed.length === 0) return false;
  const stored = await storedSums(
    tx,
    list,
    write,
    closed.filter(({ day }) => !altered.has(day)),
  );
  for (const { day, part, seal } of closed.filter((each) => altered.has(each.day)))
    for (const [currency, total] of Object.entries(seal?.sums ?? {}))
      addTo(stored, currency, part, day, absolute(parseDecimal(total)));
  const answered = answeredSums(list, closed, rows);
  const reason = findLoss(list, closed, stored, answered) ?? findEmptied(closed, altered, rows);
  if (reason === null) return false;
  if (write.acceptRestatement) return true;
  throw new CostsError('shrink', `${providerName(write.provider)} answered ${reason}; nothing was changed.`, {
    hint: 'If the provider is right, run the same command again with --accept-restatement.',
  });
}

function findLoss(list: FactList<never>, closed: readonly LockedDay[], stored: Sums, answered: Sums): string | null {
  for (const [words, { part, byDay }] of stored) {
    const before = sum(byDay.values());
    const after = sum(answered.get(words)?.byDay.values() ?? []);
    if (after * 2n >= before) continue;
    const those = closed.filter((each) => each.part === part);
    return `${formatDecimal(after)} ${words} for ${formatDays(those.map(({ day }) => day))} where ${formatDecimal(before)} ${words} is stored`;
  }
  for (const { day, part } of closed.filter((each) => dayState(each.day, each.readAt) === 'settled')) {
    const had = [...stored].filter(([, sums]) => sums.part === part && (sums.byDay.get(day) ?? ZERO) > 0n);
    const isLeft = list.guard.alone
      ? (words: string) => answered.get(words)?.byDay.has(day) === true
      : () => [...answered.values()].some(({ byDay }) => byDay.has(day));
    const lost = had.find(([words]) => !isLeft(words));
    if (lost !== undefined) return `nothing for ${formatDate(day)}, which is settled and has ${lost[0]}`;
  }
  return null;
}

/** A seal's sums are net: where credits took up the charges, only its rows tell that there was something. */
function findEmptied(closed: readonly LockedDay[], altered: ReadonlySet<Day>, rows: RowsByDay<Fact>): string | null {
  const emptied = closed.find(
    ({ day, seal }) => altered.has(day) && (seal?.rows ?? 0) > 0 && (rows.get(day) ?? []).length === 0,
  );
  if (emptied === undefined) return null;
  return `nothing for ${formatDate(emptied.day)}, which had ${plural(emptied.seal?.rows ?? 0, 'row')}`;
}

async function storedSums<Row extends Fact>(
  tx: Statements,
  list: FactList<Row>,
  source: OrganizationKey,
  closed: readonly LockedDay[],
): Promise<Sums> {
  const sums: Sums = new Map();
  const span = spanOf(closed.map(({ day }) => day));
  if (span === null) return sums;
  const guarded = keysOf(closed);
  const columns = columnList(list.guard.columns, 'c.');
  const part = list.part === null ? SQL`''` : SQL.raw(`c.${list.part.column}`);
  const rows = await tx.$queryRaw<{ words: string; part: string; day: Day; amount: string }[]>`
    SELECT concat_ws(' of ', ${columns}) AS words, ${part} AS part, to_char(c.bucket_start_time::date, 'YYYY-MM-DD') AS day,
           sum(abs(c.${SQL.raw(amountColumn(list))}))::text AS amount
    FROM ${storedRows(list, source, span)}
    GROUP BY ${columns}, 2, c.bucket_start_time::date`;
  for (const row of rows)
    if (guarded.has(dayKey(row.day, row.part))) addTo(sums, row.words, row.part, row.day, parseDecimal(row.amount));
  return sums;
}

function answeredSums<Row extends Fact>(
  list: FactList<Row>,
  closed: readonly LockedDay[],
  rowsByDay: RowsByDay<Row>,
): Sums {
  const sums: Sums = new Map();
  const guarded = keysOf(closed);
  for (const day of new Set(closed.map((each) => each.day))) {
    const ofDay = new Map<string, { row: Row; amount: Decimal }>();
    for (const row of rowsByDay.get(day) ?? []) {
      const words = list.guard.of(row);
      const known = ofDay.get(words);
      const value = absolute(list.guard.amount(row));
      if (known === undefined) ofDay.set(words, { row, amount: value });
      else known.amount = add(known.amount, value);
    }
    for (const [words, { row, amount: total }] of ofDay) {
      const part = list.part?.of(row) ?? '';
      if (guarded.has(dayKey(day, part))) addTo(sums, words, part, day, total);
    }
  }
  return sums;
}

function keysOf(days: readonly LockedDay[]): ReadonlySet<string> {
  return new Set(days.map(({ day, part }) => dayKey(day, part)));
}

function addTo(sums: Sums, words: string, part: string, day: Day, amount: Decimal): void {
  const of = sums.get(words) ?? { part, byDay: new Map<Day, Decimal>() };
  of.byDay.set(day, add(of.byDay.get(day) ?? ZERO, amount));
  sums.set(words, of);
}
