import { addDays, daysBetween, type DaySpan } from '../domain/day.js';

/** Rows one answer should have at most: it is held as a whole, as text, as JSON and as rows. */
const ROWS_A_PIECE = 5_000;

/** The first days of a window, as many as hold about so many rows, and what is left of it; null for nothing. */
export function takePiece({ since, until }: DaySpan, rowsADay: number): { piece: DaySpan; rest: DaySpan | null } {
  const days = Math.max(1, Math.floor(ROWS_A_PIECE / Math.max(rowsADay, 1)));
  if (days > daysBetween(since, until)) return { piece: { since, until }, rest: null };
  const last = addDays(since, days - 1);
  return { piece: { since, until: last }, rest: { since: addDays(last, 1), until } };
}
