import { CLOCKS_AGREE_MS } from '../../domain/clock.js';
import { SQL, type Sql } from '../sql.js';

/**
 * A condition: a read is dated in the future, from when the database's clock was ahead. Nobody knows when it really was, so
 * that it counts as none.
 */
export function isAhead(readAt: string): Sql {
  return SQL.raw(`${readAt} > clock_timestamp() + interval '${CLOCKS_AGREE_MS} ms'`);
}

/** A condition: the day has not begun, and only that clock had come to it: nobody need read it again. */
export const IS_AHEAD_OF_TODAY = SQL`(day > (clock_timestamp() AT TIME ZONE 'UTC')::date AND ${isAhead('read_at')})`;
