import type { Output } from './output.js';
import { renderTable } from './table.js';
import { shell } from '../domain/shell.js';
import { renderHint } from './hint.js';
import { formatInstant } from '../domain/words.js';

export interface MemberLine {
  id: string;
  email: string;
  role: string;
  state: 'ok' | 'initial-password' | 'reset' | 'changed' | 'viewer' | 'no-login';
}

const STATES: Record<MemberLine['state'], string> = {
  ok: 'ok',
  'initial-password': 'initial password, to be changed',
  reset: 'one-time code, not used yet',
  changed: 'changed outside costs, opens nothing',
  viewer: 'viewer of an earlier version, opens nothing',
  'no-login': 'no login',
};

export function renderMembers({ members }: { members: MemberLine[] }, output: Output): string {
  if (members.length === 0) return 'The team has no members.\n→ costs init';
  const rows = members.map(({ email, role, state }) => [email, role, STATES[state]]);
  return renderTable([{ head: 'Email' }, { head: 'Role' }, { head: 'Login' }], rows, output);
}

export function renderMemberChange({ member, done }: { member: MemberLine; done: string }, { style }: Output): string {
  return `${style.green('✔')} ${member.email} ${done}`;
}

/** What came of a change of rights, and what is left to do. */
export interface AccessChangeResult {
  email: string;
  /** The data key was changed. */
  rotated: boolean;
  /** Ids of the organizations whose keys they could have read. */
  exposed: string[];
  /** Logins, tokens and codes that had been changed outside costs, and were dropped. */
  dropped: string[];
  /** Ids of the organizations whose key rows had been changed outside costs; nothing opens them. */
  altered: string[];
  /** What is left to do. */
  advice: string[];
  /** What was done, in words. */
  done: string;
}

/** What is left to do: whoever left may have read the keys, and may still know the database's password. */
export function adviceFor({
  exposed,
  rotated,
  ...found
}: Pick<AccessChangeResult, 'exposed' | 'rotated' | 'dropped' | 'altered'>): string[] {
  if (!rotated) return [];
  const rotations = exposed
    .filter((id) => !found.altered.includes(id))
    .map(
      (id) =>
        `The key of ${id} is exposed. Make a new key at the provider, revoke the old one, and swap them: ${shell`costs keys rotate ${id}`}`,
    );
  const password = 'If they knew it, change the password of the database too';
  return ['All sessions ended: costs login', ...adviceForChanged(found), ...rotations, password];
}

/** What a change of data key found changed outside costs, and how it is put right. */
export function adviceForChanged({ dropped, altered }: Pick<AccessChangeResult, 'dropped' | 'altered'>): string[] {
  return [
    ...dropped.map((what) => `Changed outside costs, and dropped: ${what}. Add it again: costs members add --help`),
    ...altered.map((id) => `The key of ${id} was changed outside costs: ${shell`costs keys rotate ${id}`}`),
  ];
}

export function renderAccessChange({ email, advice, done }: AccessChangeResult, { style }: Output): string {
  return [`${style.green('✔')} ${email} ${done}`, ...advice.map((line) => `  ${renderHint(line)}`)].join('\n');
}

export interface ResetResult {
  email: string;
  code: string;
  expiresAt: string;
}

export function renderReset({ email, code, expiresAt }: ResetResult, { style }: Output): string {
  return [
    `${style.green('✔')} The password of ${email} has ended`,
    `One-time code  ${style.bold(code)}`,
    `Shown once, valid until ${formatInstant(expiresAt)} → ${shell`costs members passwd --email ${email} --code`}`,
  ].join('\n');
}
