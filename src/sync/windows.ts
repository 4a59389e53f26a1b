import pLimit from 'p-limit';
import type { WindowOutcome } from '../domain/collection.js';
import { addDays, daysOf, type DaySpan } from '../domain/day.js';
import type { CostsError } from '../errors.js';
import { daysAPiece, takePiece } from './pieces.js';
import { ROWS_AT_ONCE, type RowBudget } from './row-budget.js';

/** Windows of one organization side by side; few enough not to provoke rate limits. */
const WINDOWS_AT_ONCE = 4;
/** Taken for the rows of a day while nothing of an organization has been read. */
const UNKNOWN_ROWS = 50;

interface Collected {
  rows: number;
  outcome: WindowOutcome;
}

export interface WindowTerms {
  room: RowBudget;
  /** Reads a window and writes it whole. @param mostRows it may have, null for as many as can be held */
  collect: (window: DaySpan, mostRows: number | null) => Promise<Collected>;
  asError: (thrown: unknown) => CostsError;
  /** Whether there is no time left. */
  isOver: () => boolean;
  onDone: (window: DaySpan, collected: Collected) => void;
  /** @param isTold false for a window that was not tried, because of an earlier failure */
  onFailed: (window: DaySpan, error: CostsError, isTold: boolean) => void;
}

/**
 * Reads the windows of one organization side by side, large ones in pieces, each from its newest days: a limit of requests may
 * end the run at any of them. An answer that is too large is asked for again in smaller pieces, down to a day. A failure of the
 * key or the network ends the organization, any other only its own window.
 * @param windows in the order in which they are read, the newest first
 * @param rowsADay the most rows a day is known to have, null where nothing is
 */
export async function runWindows(
  windows: readonly DaySpan[],
  rowsADay: number | null,
  { room, collect, asError, isOver, onDone, onFailed }: WindowTerms,
): Promise<void> {
  let known = rowsADay;
  let hopeless: CostsError | null = null;

  const runOne = async (window: DaySpan): Promise<void> => {
    if (hopeless !== null) return onFailed(window, hopeless, false);
    const days = daysOf(window).length;
    const rows = days * (known ?? UNKNOWN_ROWS);
    // A day that may be larger than all the room there is has it to itself.
    const [space, mostRows] = days === 1 && rows > ROWS_AT_ONCE / 2 ? [ROWS_AT_ONCE, null] : [rows, ROWS_AT_ONCE];
    try {
      const collected = await room.hold(space, () => collect(window, mostRows));
      known = Math.max(known ?? 0, collected.rows / days);
      onDone(window, collected);
    } catch (thrown) {
      const error = asError(thrown);
      if (error.code === 'too-large' && mostRows !== null) {
        known = Math.max(known ?? 0, mostRows / days);
        return runInPieces(window);
      }
      if (isOver() || isHopeless(error)) hopeless = error;
      onFailed(window, error, true);
    }
  };
  const runInPieces = async (window: DaySpan): Promise<void> => {
    for (let left: DaySpan | null = window; left !== null;) {
      const { piece, rest } = takePiece(left, daysAPiece(known ?? UNKNOWN_ROWS));
      await runOne(piece);
      left = rest;
    }
  };

  const limit = pLimit(WINDOWS_AT_ONCE);
  const { sample, rest } = takeSample(windows, rowsADay);
  if (sample !== null) await runOne(sample);
  await Promise.all(rest.map((window) => limit(() => runInPieces(window))));
}

/** A failure of the key, of the network or of the run, and so of whatever would be asked next. */
export function isHopeless({ code }: CostsError): boolean {
  return ['auth', 'unreachable', 'interrupted'].includes(code);
}

/**
 * A late day to read before all others of a long range, because nobody knows yet how much a day of the organization holds,
 * and so into how many pieces the rest must be cut.
 */
function takeSample(
  windows: readonly DaySpan[],
  rowsADay: number | null,
): { sample: DaySpan | null; rest: readonly DaySpan[] } {
  const [first, ...others] = windows;
  if (rowsADay !== null || windows.length <= WINDOWS_AT_ONCE || first === undefined)
    return { sample: null, rest: windows };
  const { since, until } = first;
  const left = since === until ? [] : [{ since, until: addDays(until, -1) }];
  return { sample: { since: until, until }, rest: [...left, ...others] };
}
