import type { WindowOutcome } from '../domain/collection.js';
import { addDays, daysOf, type DaySpan } from '../domain/day.js';
import type { CostsError } from '../errors.js';
import { daysAPiece, takePiece } from './pieces.js';
import { ROWS_AT_ONCE, type RowBudget } from './row-budget.js';

/** Windows of one organization side by side; few enough not to provoke rate limits. */
const WINDOWS_AT_ONCE = 4;
/** Taken for the rows of a day while nothing of an organization has been read. */
const UNKNOWN_ROWS = 50;

/** What came of reading and writing a window. */
export interface Collected {
  rows: number;
  outcome: WindowOutcome;
  /** Days of a page, where one did not hold the window: pieces as long as that waste no request. */
  pageDays?: number | undefined;
  /** The last days of the window, where they were not asked for: they are taken next. */
  rest?: DaySpan | undefined;
  /** What could not be read; the rest of the window was, and is written. */
  unread?: { span: DaySpan; error: CostsError } | undefined;
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
 * Reads the windows of one organization side by side, large ones in pieces, always the newest days that are left: a limit of
 * requests may end the run at any of them. An answer that is too large is asked for again in smaller pieces, down to a day. A
 * failure of the key or the network ends the organization, any other only its own window.
 * @param windows in the order in which they are read, the newest first
 * @param rowsADay the most rows a day is known to have, null where nothing is
 */
export async function runWindows(
  windows: readonly DaySpan[],
  rowsADay: number | null,
  { room, collect, asError, isOver, onDone, onFailed }: WindowTerms,
): Promise<void> {
  const left = [...windows];
  let known = rowsADay;
  let pageDays = Infinity;
  let hopeless: CostsError | null = null;

  const takeNext = (mostDays: number): DaySpan | null => {
    const window = left.shift();
    if (window === undefined) return null;
    const { piece, rest } = takePiece(window, Math.min(daysAPiece(known ?? UNKNOWN_ROWS), pageDays, mostDays));
    if (rest !== null) left.unshift(rest);
    return piece;
  };
  const runOne = async (window: DaySpan): Promise<'done' | 'too-large'> => {
    const days = daysOf(window).length;
    const rows = days * (known ?? UNKNOWN_ROWS);
    // A day that may be larger than all the room there is has it to itself.
    const [space, mostRows] = rows > ROWS_AT_ONCE / 2 ? [ROWS_AT_ONCE, null] : [rows, ROWS_AT_ONCE];
    const fail = (error: CostsError, span: DaySpan) => {
      if (isOver() || isHopeless(error)) hopeless ??= error;
      onFailed(span, error, true);
    };
    try {
      const collected = await room.hold(space, () => collect(window, mostRows));
      const { rest } = collected;
      if (rest !== undefined) left.unshift(rest);
      const done = rest === undefined ? window : { since: window.since, until: addDays(rest.since, -1) };
      known = Math.max(known ?? 0, collected.rows / daysOf(done).length);
      pageDays = Math.min(pageDays, collected.pageDays ?? Infinity);
      onDone(done, collected);
      if (collected.unread !== undefined) fail(collected.unread.error, collected.unread.span);
    } catch (thrown) {
      const error = asError(thrown);
      if (error.code === 'too-large' && mostRows !== null) {
        known = Math.max(known ?? 0, mostRows / days);
        left.unshift(window);
        return 'too-large';
      }
      fail(error, window);
    }
    return 'done';
  };
  const runNext = async (mostDays = Infinity): Promise<'done' | 'too-large' | 'over'> => {
    const window = hopeless === null ? takeNext(mostDays) : null;
    return window === null ? 'over' : runOne(window);
  };

  // Alone, until it is known how much a day holds, and a page, and so into what pieces the rest must be cut.
  if (rowsADay === null && windows.length > WINDOWS_AT_ONCE) await runNext(1);
  while ((await runNext()) === 'too-large');
  const runAll = async () => {
    while ((await runNext()) !== 'over');
    // What nobody takes any more fails untold.
    if (hopeless !== null) for (const window of left.splice(0)) onFailed(window, hopeless, false);
  };
  await Promise.all(Array.from({ length: WINDOWS_AT_ONCE }, runAll));
}

/** A failure of the key, of the organization, of the network, of the store or of the run, and so of whatever would be asked next. */
export function isHopeless({ code, keyProblem }: CostsError): boolean {
  return keyProblem === 'not-allowed' || ['auth', 'unreachable', 'no-space', 'interrupted'].includes(code);
}
