import type { Role } from '../domain/access.js';
import type { Team } from '../domain/team.js';
import type { Output } from './output.js';
import { formatInstant } from '../domain/words.js';

export interface InitResult {
  team: Team;
  /** False when the team was there before. */
  created: boolean;
  /** Where it is. */
  store: string;
  embedded: boolean;
  email: string | null;
  /** Shown this once. */
  recoveryCode: string | null;
  sessionUntil: string | null;
  /** Where the session is kept in plain text; null where it is not. */
  sessionFile: string | null;
}

export function renderInit(
  { team, created, store, embedded, email, recoveryCode, sessionUntil, sessionFile }: InitResult,
  { style }: Output,
): string {
  return [
    `${style.green('✔')} ${team.name} on ${store}${created ? '' : ' (it was there before)'}`,
    ...(email === null ? [] : [`${style.green('✔')} ${email} is its first admin`]),
    ...(sessionUntil === null ? [] : [`${style.green('✔')} Logged in until ${formatInstant(sessionUntil)}`]),
    ...plainText(sessionFile),
    ...(recoveryCode === null
      ? []
      : [
          '',
          `Recovery code  ${style.bold(recoveryCode)}`,
          'Write it down: it is shown once, and lets an admin in who has lost the password.',
          '',
        ]),
    ...(embedded ? ["Keys that are kept here are encrypted; their data key is kept in this machine's keychain."] : []),
    embedded || sessionUntil !== null ? '→ costs keys add' : '→ costs login --insecure-storage',
  ].join('\n');
}

export interface LoginResult {
  email: string | null;
  role: string;
  team: string | null;
  sessionUntil: string | null;
  mustChange: boolean;
  /** Where the session is kept in plain text; null where it is not. */
  sessionFile: string | null;
}

/** Told here, and by no other command: a note at each command is not read any more. */
export function plainText(sessionFile: string | null): string[] {
  return sessionFile === null
    ? []
    : [`The session is kept in plain text in ${sessionFile}, which only you can read (--insecure-storage).`];
}

export function renderLogin(
  { email, role, team, sessionUntil, mustChange, sessionFile }: LoginResult,
  { style }: Output,
): string {
  if (email === null) return 'The embedded store needs no login.';
  return [
    `${style.green('✔')} ${email}, ${role} of ${team ?? 'its team'}, logged in${sessionUntil === null ? '' : ` until ${formatInstant(sessionUntil)}`}`,
    ...plainText(sessionFile),
    ...(mustChange ? ['Another person knows this password. Set your own → costs members passwd'] : []),
  ].join('\n');
}

export function renderLogout({ ended, embedded }: { ended: boolean; embedded: boolean }): string {
  if (embedded) return 'The embedded store needs no login.';
  return ended ? 'Logged out: the session has ended.' : 'There was no login to end.';
}

export interface WhoamiResult {
  team: string;
  kind: 'member' | 'token' | 'local' | null;
  name: string | null;
  role: Role | null;
  until: string | null;
  /** Where the session is kept in plain text; null where it is not. */
  sessionFile: string | null;
}

export function renderWhoami({ sessionFile, ...who }: WhoamiResult): string {
  return [describeActor(who), ...plainText(sessionFile)].join('\n');
}

function describeActor({ team, kind, name, role, until }: Omit<WhoamiResult, 'sessionFile'>): string {
  if (kind === null) return `Not logged in to ${team}.\n→ costs login`;
  if (kind === 'local') return `${team}: the embedded store, which needs no login.`;
  return `${team}: ${kind === 'token' ? `the token ${name ?? ''}` : (name ?? '')}, ${role ?? ''}${until === null ? '' : `, until ${formatInstant(until)}`}`;
}

export interface PasswdResult {
  email: string;
  /** A new one, when the old one was used. */
  recoveryCode: string | null;
  sessionUntil: string | null;
}

export function renderPasswd({ email, recoveryCode, sessionUntil }: PasswdResult, { style }: Output): string {
  return [
    `${style.green('✔')} ${email} has a new password${sessionUntil === null ? '' : `; logged in until ${formatInstant(sessionUntil)}`}`,
    ...(recoveryCode === null
      ? []
      : [`New recovery code  ${style.bold(recoveryCode)}`, 'The old one has ended. Write it down: it is shown once.']),
  ].join('\n');
}
