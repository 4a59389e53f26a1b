import { EXIT_CODES, type ErrorCode } from '../errors.js';

/** What came of a command that works for several organizations. */
export interface Outcomes {
  status: 'ok' | 'partial' | 'failed';
  organizations: readonly { error?: { code: ErrorCode } }[];
}

/** Of several, how many went well. */
export function statusOf(outcomes: readonly { error?: unknown }[]): Outcomes['status'] {
  const failed = outcomes.filter(({ error }) => error !== undefined).length;
  return failed === 0 ? 'ok' : failed === outcomes.length ? 'failed' : 'partial';
}

/** Done is 0; when no organization succeeded, all refused is 4, all unreachable 6 and a full disk 1; any other failure is 3. */
export function exitCodeOf({ status, organizations }: Outcomes): number {
  if (status === 'ok') return 0;
  const allFailedWith = (code: ErrorCode) =>
    status === 'failed' && organizations.every(({ error }) => error?.code === code);
  if (allFailedWith('auth')) return EXIT_CODES.auth;
  if (allFailedWith('unreachable')) return EXIT_CODES.unreachable;
  if (allFailedWith('no-space')) return EXIT_CODES['no-space'];
  return EXIT_CODES.partial;
}
