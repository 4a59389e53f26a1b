import type { IsolationLevel } from '@prisma/driver-adapter-utils';
import pg from 'pg';

/** What the store knows of its server once they have spoken, for the transactions it opens. */
export interface Settings {
  /** The schema of our tables; null where the role's search path leads to none. */
  schema: string | null;
  /** The whole search path, as SQL. It begins with `schema`. */
  searchPath: string | null;
  /** A replica takes no transaction that says it wants to write. */
  replica: boolean;
  /** Whether others wait for its locks. The embedded store has one session, and a limit on it would keep the process from ending. */
  shared: boolean;
}

export interface TransactionMode {
  isolation?: IsolationLevel | undefined;
  readOnly?: boolean;
}

/** Before the first answer: the path stays the role's own. */
export const UNKNOWN: Settings = { schema: null, searchPath: null, replica: true, shared: true };

/**
 * Begins a transaction in which our statements mean the same whatever the role, the database or a pooler has set, and
 * which leaves nothing of that behind. The modes belong to BEGIN itself: they cannot be set after a first statement.
 */
export function beginSql(settings: Settings, { isolation = 'READ COMMITTED', readOnly }: TransactionMode = {}): string {
  const access = (readOnly ?? settings.replica) ? 'READ ONLY' : 'READ WRITE';
  const begin = `BEGIN ISOLATION LEVEL ${isolation} ${access}; ${setSql(settings, 'transaction')}`;
  // A snapshot stands as long as its reader takes, and keeps nobody out.
  return settings.shared && isolation === 'READ COMMITTED' && access === 'READ WRITE' ? `${begin}, ${IDLE}` : begin;
}

/** The same for a session that is ours alone: what cannot run in a transaction, such as a concurrent index, needs it there. */
export function setSql({ searchPath }: Settings, until: 'transaction' | 'session'): string {
  const local = String(until === 'transaction');
  const set = (name: string, value: string) => `set_config('${name}', ${pg.escapeLiteral(value)}, ${local})`;
  const values = Object.entries(until === 'session' ? { ...FIXED, ...MODES } : FIXED).map(([name, value]) =>
    set(name, value),
  );
  if (searchPath !== null) values.push(set('search_path', searchPath));
  // Known to PostgreSQL 17 and later.
  values.push(
    `CASE WHEN current_setting('transaction_timeout', true) IS NOT NULL THEN ${set('transaction_timeout', '0')} END`,
  );
  return `SELECT ${values.join(', ')}`;
}

const FIXED = {
  // Prisma's adapter drops the offset of a timestamptz: any other zone would shift every instant without a word.
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '3',
  // What the catalogs print is compared as text, and a backslash in a value is a backslash.
  quote_all_identifiers: 'off',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  // A policy that hides rows would make figures wrong; so PostgreSQL refuses the statement instead.
  row_security: 'off',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
} as const;

/** A process that is stopped inside a transaction would keep its locks for as long as its connection lives. */
const IDLE = `set_config('idle_in_transaction_session_timeout', '5min', true)`;

const MODES = { default_transaction_isolation: 'read committed', default_transaction_read_only: 'off' } as const;
