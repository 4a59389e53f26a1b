import type { Output } from './output.js';
import { renderTable } from './table.js';

export interface MemberLine {
  id: string;
  email: string;
  role: string;
  state: 'ok' | 'initial-password' | 'reset' | 'no-login';
}

const STATES: Record<MemberLine['state'], string> = {
  ok: 'ok',
  'initial-password': 'initial password, to be changed',
  reset: 'one-time code, not used yet',
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

/** What came of somebody's leaving, or of a token's end. */
export interface DepartureResult {
  email: string;
  /** Names of the keys they could have read. */
  exposed: string[];
  /** The data key was changed. */
  rotated: boolean;
  /** What is left to do. */
  advice: string[];
  /** What was done, in words. */
  done: string;
}

/** What is left to do: whoever left may have read the keys, and may still know the database's password. */
export function adviceFor({ exposed, rotated }: Pick<DepartureResult, 'exposed' | 'rotated'>): string[] {
  if (!rotated) return [];
  const rotations = exposed.map(
    (name) => `${name} is exposed: costs keys rotate "${name}", and revoke the old key at the provider`,
  );
  return ['All sessions ended: costs login', ...rotations, 'If they knew it, change the password of the database too'];
}

export function renderDeparture({ email, advice, done }: DepartureResult, { style }: Output): string {
  return [`${style.green('✔')} ${email} ${done}`, ...advice.map((line) => `  → ${line}`)].join('\n');
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
    `Shown once, valid until ${expiresAt.slice(0, 16).replace('T', ' ')} UTC → costs passwd --email ${email} --code`,
  ].join('\n');
}
