import { formatDecimal, parseDecimal, ZERO, add } from '../domain/decimal.js';
import type { WorldUsageRow } from './usage-world.js';

/** Bucket widths of usage reports: milliseconds, and how many buckets a page has by default and at most. Both providers agree. */
export const USAGE_WIDTHS: Record<string, { milliseconds: number; usual: number; most: number }> = {
  '1m': { milliseconds: 60_000, usual: 60, most: 1440 },
  '1h': { milliseconds: 3_600_000, usual: 24, most: 168 },
  '1d': { milliseconds: 86_400_000, usual: 7, most: 31 },
};

export interface UsageBucket {
  start: Date;
  end: Date;
}

/** The buckets of a span that have begun; the first is partial where the span's start is not aligned. */
export function usageBuckets(start: Date, end: Date, width: number, now: Date): UsageBucket[] {
  const buckets: UsageBucket[] = [];
  for (let from = start.getTime(); from < Math.min(end.getTime(), now.getTime() + 1);) {
    const until = Math.min((Math.floor(from / width) + 1) * width, end.getTime());
    buckets.push({ start: new Date(from), end: new Date(until) });
    from = until;
  }
  return buckets;
}

/** The sum of every measure of rows that agree in all dimensions asked for; the other dimensions are null. */
export interface GroupedUsage {
  dimensions: Record<string, string | boolean | null>;
  measures: Record<string, string>;
}

/** Rows of a bucket so far, added up by the dimensions asked for. @param fields every measure the answer carries. */
export function groupUsage(
  rows: readonly WorldUsageRow[],
  { start, end }: UsageBucket,
  now: Date,
  { groupBy, fields }: { groupBy: readonly string[]; fields: readonly string[] },
): GroupedUsage[] {
  const groups = new Map<string, GroupedUsage>();
  for (const { at, dimensions, measures } of rows) {
    if (at < start || at >= end || at > now) continue;
    const own = Object.fromEntries(groupBy.map((name) => [name, dimensions[name] ?? null]));
    const key = JSON.stringify(own);
    const group = groups.get(key) ?? { dimensions: own, measures: {} };
    for (const field of fields) group.measures[field] = plus(group.measures[field], measures[field]);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function plus(a: string | undefined, b: string | undefined): string {
  const of = (text: string | undefined) => (text === undefined ? ZERO : parseDecimal(text));
  return formatDecimal(add(of(a), of(b)));
}
