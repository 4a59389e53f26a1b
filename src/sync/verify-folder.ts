import { spansOf, toDay, type Day } from '../domain/day.js';
import type { FocusPeriod } from '../domain/focus-import.js';
import { Sums } from '../domain/money.js';
import { shell } from '../domain/shell.js';
import type { OrganizationVerification } from '../domain/verification.js';
import { formatDate } from '../domain/words.js';
import { answeredDays, askedAt } from './files.js';
import { differences, isEqual, type Comparison } from './verify-days.js';

interface Delivered {
  sums: Sums;
  /** Of a delivery of the future: now. */
  at: Date;
}

/** Files have no total beside their rows: each day is held against the newest complete delivery, read again. */
export async function compareFolder(
  { organization, days, stored, dependencies }: Comparison,
  result: OrganizationVerification,
): Promise<void> {
  const { store, folder } = dependencies;
  result.comparedWith = 'files';
  const { scope } = await store.termsOf(organization);
  const months = new Set(days.map((day) => day.slice(0, 7)));
  const isDue = ({ month }: { month: string | null }) => month === null || months.has(month);
  const { periods } = await folder(organization, { ...scope, isDue });
  const delivered = toDays(periods, await store.clock());
  const missing: Day[] = [];
  for (const day of days) {
    const [ours, theirs] = [stored.get(day), delivered.get(day)];
    if (ours === undefined || theirs === undefined) {
      missing.push(day);
      continue;
    }
    result.days += 1;
    const found = differences(day, ours.totals, theirs.sums);
    if (isEqual(ours, theirs.sums)) {
      result.equal += 1;
      result.rounding.push(...found);
    } else if (theirs.at > ours.readAt) result.restated.push(...found);
    else {
      const message = `${formatDate(day)} is not what the files in its folder say.`;
      result.findings.push({ day, message, hint: shell`costs backfill --since ${day} --until ${day} --force` });
    }
  }
  result.notCompared.push(...spansOf(missing).map((span) => ({ ...span, reason: 'not in its folder' as const })));
}

function toDays(periods: readonly FocusPeriod[], now: Date): Map<Day, Delivered> {
  const delivered = new Map<Day, Delivered>();
  for (const period of periods) {
    const at = askedAt(period.delivery, now);
    for (const day of answeredDays(period)) delivered.set(day, { sums: new Sums(), at });
    for (const line of period.lines) delivered.get(toDay(line.bucketStart))?.sums.add(line);
  }
  return delivered;
}
