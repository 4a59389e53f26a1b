import type { CostLine } from '../../domain/bucket.js';
import { toDay, type Day } from '../../domain/day.js';

/** Lines by the UTC day of their bucket, in the order they came. */
export type LinesByDay = ReadonlyMap<Day, readonly CostLine[]>;

/** Asked once a window: there are many lines to a bucket, and a calendar day costs more than a look at its instant. */
export function linesByDay(lines: readonly CostLine[]): LinesByDay {
  const byInstant = new Map<number, CostLine[]>();
  const byDay = new Map<Day, CostLine[]>();
  for (const line of lines) {
    const instant = line.bucketStart.getTime();
    let ofDay = byInstant.get(instant);
    if (ofDay === undefined) {
      const day = toDay(line.bucketStart);
      ofDay = byDay.get(day) ?? [];
      byDay.set(day, ofDay);
      byInstant.set(instant, ofDay);
    }
    ofDay.push(line);
  }
  return byDay;
}
