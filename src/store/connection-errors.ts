import { LOST_HINT, LOST_LOCK } from './fence.js';
import type { Explanation, Place, Symptom } from './symptom.js';

/** What comes without a code of the network, and which it means. */
const WORDED: readonly [RegExp, string][] = [
  [/timeout expired|connection timeout|timeout exceeded when trying to connect/i, 'ETIMEDOUT'],
  [/connection terminated|connection ended|server closed the connection/i, 'ECONNRESET'],
  [/Client has encountered a connection error/i, 'ECONNRESET'],
];

/** A failure on the way to a server: it is not there, not ready, or cut off. Null where it is none. */
export function explainNetwork(symptom: Symptom, place: Place): Explanation | null {
  const { code, message } = symptom;
  const { server, label } = place;
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
    // Prisma's adapter says no more of a connection that was refused, or whose host is not known.
    case 'DatabaseNotReachable':
      return unreachable(
        `Nothing answers at ${server}.`,
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
    case 'SocketTimeout':
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
      return { code: 'conflict', message, hint: LOST_HINT };
    case '53300':
      return unreachable(
        `${server} has no connection left.`,
        'Close other programs, raise max_connections or the CONNECTION LIMIT of the role or database, or add ?connection_limit=2 to DATABASE_URL.',
      );
  }
  const meant = WORDED.find(([words]) => words.test(message))?.[1];
  return meant === undefined ? null : explainNetwork({ ...symptom, code: meant }, place);
}

/** A failure of encryption or of a certificate. Null where it is none. */
export function explainTls({ code, message }: Symptom, { server }: Place): Explanation | null {
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
