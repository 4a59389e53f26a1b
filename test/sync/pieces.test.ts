import { describe, expect, it } from 'vitest';
import { daysOf, parseDay, type DaySpan } from '../../src/domain/day.js';
import { daysAPiece, takePiece } from '../../src/sync/pieces.js';

const MONTH = { since: parseDay('2026-01-01'), until: parseDay('2026-01-31') };

function cut(window: DaySpan, rowsADay: number): DaySpan[] {
  const pieces: DaySpan[] = [];
  for (let left: DaySpan | null = window; left !== null;) {
    const { piece, rest } = takePiece(left, daysAPiece(rowsADay));
    pieces.unshift(piece); // the newest come first
    left = rest;
  }
  return pieces;
}

describe('a window', () => {
  it.each([0, 1, 150, 161])('stays whole with %i rows a day', (rowsADay) => {
    expect(cut(MONTH, rowsADay)).toEqual([MONTH]);
  });

  it.each([162, 500, 1_666, 4_999, 5_000, 1_000_000])(
    'is cut without a gap or an overlap with %i rows a day',
    (rowsADay) => {
      const pieces = cut(MONTH, rowsADay);
      expect(pieces.length).toBeGreaterThan(1);
      expect(pieces.flatMap(daysOf)).toEqual(daysOf(MONTH));
      expect(Math.max(...pieces.map((piece) => daysOf(piece).length * rowsADay))).toBeLessThanOrEqual(
        Math.max(5_000, rowsADay),
      );
    },
  );
});
