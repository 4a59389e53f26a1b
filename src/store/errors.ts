import { shell } from '../domain/shell.js';
import { CostsError } from '../errors.js';
import { explainNetwork, explainTls } from './connection-errors.js';
import { quote } from './rows.js';
import type { Explanation, Place, Symptom } from './symptom.js';

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
        shell`Create it (createdb ${database}), or correct the name in DATABASE_URL.`,
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
    case 'XX001':
    case 'XX002':
      return failed(
        `What ${label} has on its disk is damaged: ${message}.`,
        'Copy it aside as it is, then bring back a backup: costs db restore --help',
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
          : `The role or the server limits it. To raise that: ALTER ROLE ${quote(user)} SET ${setting} = '5min'`,
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
        'Drop it, run the command again, and create it again. What is not ours: costs db status',
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
    `Use a role that no policy binds, or: ${isOwner ? `ALTER TABLE ${quote(table)} NO FORCE ROW LEVEL SECURITY` : `ALTER ROLE ${quote(user)} BYPASSRLS`}`,
  ];
}
