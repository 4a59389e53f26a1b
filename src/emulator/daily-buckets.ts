import { endOfDay, startOfDay, toDay } from '../domain/day.js';
import type { ApiRequest } from './api.js';
import type { WorldRow } from './world.js';

const HOUR = 3_600_000;

export interface DailyBucket {
  start: Date;
  end: Date;
}

/** The UTC days of a span that have begun, one bucket each; the first and the last are partial where the span is. */
export function dailyBuckets(start: Date, end: Date, now: Date): DailyBucket[] {
  const last = Math.min(end.getTime(), endOfDay(toDay(now)).getTime());
  const buckets: DailyBucket[] = [];
  for (let from = start; from.getTime() < last;) {
    const until = new Date(Math.min(endOfDay(toDay(from)).getTime(), last));
    buckets.push({ start: from, end: until });
    from = until;
  }
  return buckets;
}

/** The rows the provider reports of a bucket so far: those of a later hour are not charged yet. */
export function rowsOfBucket({ organization, rowsOf, now }: ApiRequest, { start, end }: DailyBucket): WorldRow[] {
  const midnight = startOfDay(toDay(start)).getTime();
  const rows = rowsOf(organization, toDay(start));
  return rows.filter(({ hour }) => {
    if (hour === null) return true;
    const charged = midnight + hour * HOUR;
    return charged >= start.getTime() && charged < end.getTime() && charged <= now.getTime();
  });
}
