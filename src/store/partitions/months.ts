import { PARTITIONED_TABLE } from './layout.js';

/** The partition of a month `2026-01`. */
export function partitionName(month: string): string {
  return `${PARTITIONED_TABLE}_${month.replace('-', '_')}`;
}

/** The first instants of a month and of the next, as PostgreSQL writes them. */
export function boundsOf(month: string): { from: string; to: string } {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const next = [year + Math.floor(number / 12), (number % 12) + 1].map((part, index) =>
    String(part).padStart(index === 0 ? 4 : 2, '0'),
  );
  return { from: `${month}-01 00:00:00`, to: `${next.join('-')}-01 00:00:00` };
}
