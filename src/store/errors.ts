import { CostsError, type ErrorCode } from '../errors.js';
import type { DatabaseAddress } from './address.js';
import { LOST_LOCK } from './fence.js';

/** Where a failure happened, for its sentence. */
export type Place = Pick<DatabaseAddress, 'label' | 'server' | 'database' | 'user'> & {
  /** Policies of row security that bind us, by table; known once the server was asked. */
  policies?: Readonly<Record<string, string[]>>;
  /** How much room it needs to go on, where that is known. */
  megabytes?: number;
};

/** What an error says about itself, whichever of driver, adapter and client threw it. */
interface Symptom {
  /** SQLSTATE, or Node's code of a broken connection. */
  code: string;
  message: string;
}

interface Explanation {
  code: ErrorCode;
  message: string;
  hint: string;
}

/**
 * Puts a failure of the driver, Prisma's adapter or Prisma's client into words. An error that does not come from the
 * database is returned as it is.
 */
export function explainDatabaseError(error: unknown, place: Place): unknown {
  if (error instanceof CostsError) return error;
  const found = findSymptom(error);
  // The lines of PostgreSQL beside its message read on as sentences; the last stop is that of ours.
  const joined = found?.message.replace(/\.?\n(?=(?:DETAIL|HINT|CONTEXT): )/g, '. ').replace(/\.$/, '');
  const symptom = found && { ...found, message: joined ?? '' };
  const explanation = symptom && explain(symptom, place);
  if (!explanation) return error;
  const { code, message, hint } = explanation;
  return new CostsError(code, message, { hint, cause: error });
}

/** Goes through causes, aggregates and Prisma's metadata to the first error that carries a code we know. */
function findSymptom(error: unknown, depth = 0): Symptom | null {
  if (typeof error !== 'object' || error === null || depth > 6) return null;
  const found = error as Record<string, unknown>;
  // A file that is not there or may not be read has the same codes as a socket, and is no trouble with the database.
  if (typeof found.path === 'string' && found.syscall !== 'connect') return null;
  const message = typeof found.message === 'string' ? found.message : '';
  const original = typeof found.originalCode === 'string' ? found.originalCode : found.code;
  const detail = typeof found.originalMessage === 'string' ? found.originalMessage : message;
  if (typeof original === 'string' && !/^P[1-9]\d{3}$/.test(original)) return { code: original, message: detail };
  const nested = [
    found.cause,
    found.meta,
    found.driverAdapterError,
    ...(Array.isArray(found.errors) ? (found.errors as unknown[]) : []),
  ];
  for (const inner of nested) {
    const symptom = findSymptom(inner, depth + 1);
    if (symptom !== null) return symptom;
  }
  if (typeof found.kind === 'string')
    return { code: found.kind, message: typeof found.reason === 'string' ? found.reason : message };
  return message === '' ? null : { code: '', message };
}

function explain(symptom: Symptom, place: Place): Explanation | null {
  return explainNetwork(symptom, place) ?? explainTls(symptom, place) ?? explainServer(symptom, place);
}

function explainNetwork({ code, message }: Symptom, { server, label }: Place): Explanation | null {
  const unreachable = (text: string, hint: string): Explanation => ({ code: 'unreachable', message: text, hint });
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return unreachable(
        `The database host of ${server} is not known.`,
        'Check the host name in DATABASE_URL, and that this machine has a network.',
      );
    case 'ECONNREFUSED':
    case 'ENOENT':
      return unreachable(
        `Nothing answers at ${server}: the connection was refused.`,
        'Check that PostgreSQL is running there, and the host and port in DATABASE_URL.',
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EACCES':
      return unreachable(
        `${server} cannot be reached from here.`,
        'Check the network, VPN and firewall between this machine and the database.',
      );
    case 'ETIMEDOUT':
      return unreachable(
        `${server} did not answer in time.`,
        'Check the host and port in DATABASE_URL, and that no firewall swallows the connection.',
      );
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ConnectionClosed':
    case '08000':
    case '08003':
    case '08006':
    case '57P01':
    case '57P02':
      return unreachable(
        `The connection to ${label} was lost.`,
        'The database was stopped or the network broke; run the same command again.',
      );
    case '57P03':
      return unreachable(
        `The database at ${server} is starting or stopping.`,
        'Wait a moment, then run the same command again; costs db migrate takes --wait.',
      );
    case LOST_LOCK:
      return { code: 'conflict', message, hint: 'Run the same command again: what was confirmed before is stored.' };
    case '53300':
      return unreachable(
        `${server} has no connection left.`,
        'Close other programs, raise max_connections or the CONNECTION LIMIT of the role or database, or add ?connection_limit=2 to DATABASE_URL.',
      );
  }
  if (/timeout expired|connection timeout|timeout exceeded when trying to connect/i.test(message)) {
    return unreachable(
      `${server} did not answer in time.`,
      'Check the host and port in DATABASE_URL, and that no firewall swallows the connection.',
    );
  }
  if (
    /connection terminated|connection ended|server closed the connection|Client has encountered a connection error/i.test(
      message,
    )
  ) {
    return unreachable(
      `The connection to ${label} was lost.`,
      'The database was stopped or the network broke; run the same command again.',
    );
  }
  return null;
}

function explainTls({ code, message }: Symptom, { server }: Place): Explanation | null {
  if (/does not support SSL/i.test(message)) {
    return {
      code: 'failed',
      message: `${server} speaks no TLS, but DATABASE_URL asks for it.`,
      hint: 'Use sslmode=disable if the network in between is your own.',
    };
  }
  if (code === '28000' && /no encryption|SSL off/i.test(message)) {
    return {
      code: 'failed',
      message: `${server} accepts TLS connections only.`,
      hint: 'Add ?sslmode=verify-full to DATABASE_URL.',
    };
  }
  if (/^ERR_TLS|^ERR_SSL|CERT|UNABLE_TO|^EPROTO$|HOSTNAME_MISMATCH|TlsConnectionError/.test(code)) {
    return {
      code: 'failed',
      message: `The TLS certificate of ${server} was not accepted (${message.replace(/\.$/, '')}).`,
      hint: "Add sslrootcert=FILE with the server's certificate authority to DATABASE_URL.",
    };
  }
  return null;
}

/** Settings that end a statement before ours can raise them, by PostgreSQL's words for it. */
const LIMITS = {
  'statement timeout': 'statement_timeout',
  'transaction timeout': 'transaction_timeout',
  'idle-session timeout': 'idle_session_timeout',
};

function explainServer({ code, message }: Symptom, place: Place): Explanation | null {
  const { label, server, database, user } = place;
  const failed = (text: string, hint: string): Explanation => ({ code: 'failed', message: text, hint });
  switch (code) {
    case '28P01':
    case 'AuthenticationFailed':
      return {
        code: 'auth',
        message: `${server} refused the password of "${user}".`,
        hint: 'Check user and password in DATABASE_URL; a password with special characters must be percent-encoded.',
      };
    case '28000':
    case 'DatabaseAccessDenied':
      return {
        code: 'auth',
        message: `${server} does not let "${user}" in: ${message}.`,
        hint: "Check the user in DATABASE_URL and the server's pg_hba.conf.",
      };
    case '3D000':
    case 'DatabaseDoesNotExist':
      return failed(
        `${server} has no database "${database}".`,
        `Create it (createdb "${database}"), or correct the name in DATABASE_URL.`,
      );
    case '42501': {
      const hidden = /row-level security policy for table "([^"]+)"/.exec(message)?.[1];
      if (hidden !== undefined) return failed(...explainPolicy(hidden, place, message.includes('NO FORCE')));
      return failed(
        `"${user}" may not do this on ${label}: ${message}.`,
        'Use a role with the rights, or have them granted. The SQL: costs db grants',
      );
    }
    case '25006':
      return failed(
        `${label} is read-only: ${message}.`,
        'Use the primary server and a role without default_transaction_read_only.',
      );
    case '55P03':
      return {
        code: 'unreachable',
        message: `A lock on ${label} was not free in time: ${message}.`,
        hint: 'Another program works on the same tables; run the command again when it is done.',
      };
    case '53100':
    case 'ENOSPC':
      return {
        code: 'no-space',
        message: `${label} has run out of space: ${message}. Nothing of it was lost.`,
        hint: `Free ${place.megabytes === undefined ? 'some' : `${place.megabytes} MB`}, then run the same command again; nothing half-done was kept.`,
      };
    case '53200':
      return failed(
        `${label} has run out of memory: ${message}.`,
        'Free some, then run the same command again; nothing half-done was kept.',
      );
    case '25P03':
      return failed(
        `${label} gave up the locks of a transaction in which this process stood still for minutes: ${message}.`,
        'Nothing of that transaction is kept; run the same command again.',
      );
    case '57014':
    case '25P04':
    case '57P05': {
      const setting = Object.entries(LIMITS).find(([words]) => message.includes(words))?.[1];
      return failed(
        `${label} ended a statement: ${message}.`,
        setting === undefined
          ? 'It was cancelled from outside; run the same command again.'
          : `The role or the server limits it. To raise that: ALTER ROLE "${user}" SET ${setting} = '5min'`,
      );
    }
    case '55000':
      return failed(
        `Something on ${label} is set so that it cannot take this: ${message}.`,
        'Set it otherwise, or ask its owner why it is so. What is not ours: costs db status',
      );
    case '0A000':
    case '2BP01':
      // PostgreSQL does not plan some statements where a rule rewrites them.
      if (/\brules\b|^cannot perform \w+ RETURNING/.test(message))
        return failed(
          `A rule on ${label} stops what was to be written: ${message}.`,
          'Ask its owner why it is there: DISABLE RULE switches it off. Which one it is: costs db status',
        );
      return failed(
        `Something on ${label} depends on what was to be changed: ${message}.`,
        'Drop it, run the command again, and make it anew. What is not ours: costs db status',
      );
    case 'P0001':
      return failed(
        `A trigger or function on ${label} refused it: ${message}.`,
        'Ask its owner why it is there. What is not ours: costs db status',
      );
    case '42P01':
    case '42703':
    case 'TableDoesNotExist':
    case 'ColumnNotFound':
      return {
        code: 'schema',
        message: `The schema of ${label} is not the one this version needs: ${message}.`,
        hint: 'See what is different: costs db status',
      };
  }
  if (/password must be a string|no password supplied|client password must/i.test(message)) {
    return {
      code: 'auth',
      message: `${server} asks for a password and DATABASE_URL has none.`,
      hint: 'Add it: postgresql://user:password@host:5432/database.',
    };
  }
  // Constraint violations, and what functions of others raise: ours never get there.
  if (/^(?:23|P0|44)/.test(code) || /CONTEXT: PL\/pgSQL function (?!costs_)/.test(message))
    return failed(
      `${label} refused a row: ${message} (${code}).`,
      'A constraint or trigger that is not ours may be in the way. See them: costs db status',
    );
  if (/^[0-9A-Z]{5}$/.test(code))
    return failed(
      `${label} refused a statement: ${message} (${code}).`,
      'If this finds nothing, it is a fault in costs worth reporting: costs doctor',
    );
  return null;
}

function explainPolicy(
  table: string,
  { label, user, policies }: Place,
  isOwner: boolean,
): [message: string, hint: string] {
  const names = policies?.[table] ?? [];
  const which = names.length === 0 ? 'Row level security' : `The policy ${names.map((name) => `"${name}"`).join(', ')}`;
  return [
    `${which} of the table "${table}" hides rows of ${label} from the role "${user}": figures would be wrong.`,
    `Use a role that no policy binds, or: ${isOwner ? `ALTER TABLE "${table}" NO FORCE ROW LEVEL SECURITY` : `ALTER ROLE "${user}" BYPASSRLS`}`,
  ];
}
