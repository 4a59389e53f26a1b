import { addDays, daysBetween, type DaySpan } from '../domain/day.js';

/** Rows one answer should have at most: it is held as a whole, as text, as JSON and as rows. */
const ROWS_A_PIECE = 5_000;

/** How many days hold about so many rows as one answer should; at least one. */
export function daysAPiece(rowsADay: number): number {
  return Math.max(1, Math.floor(ROWS_A_PIECE / Math.max(rowsADay, 1)));
}

/** The last days of a window, so many of them, and what is left before them; null for nothing. The newest are read first. */
export function takePiece({ since, until }: DaySpan, days: number): { piece: DaySpan; rest: DaySpan | null } {
  if (days > daysBetween(since, until)) return { piece: { since, until }, rest: null };
  const first = addDays(until, 1 - days);
  return { piece: { since: first, until }, rest: { since, until: addDays(first, -1) } };
}
