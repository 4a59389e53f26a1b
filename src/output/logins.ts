import type { Output } from './output.js';
import { renderTable, type Column } from './table.js';
import { formatInstant } from '../domain/words.js';

export interface LoginLine {
  email: string;
  team: string;
  at: string;
  host: string | null;
  osUser: string | null;
  dbUser: string;
  dbAddress: string | null;
  success: boolean;
  reason: string;
}

export function renderLogins({ logins }: { logins: LoginLine[] }, output: Output): string {
  if (logins.length === 0) return 'No login attempts.';
  const columns: Column[] = [
    { head: 'When' },
    { head: 'Email' },
    { head: 'Result' },
    { head: 'Host', lesser: 'context' },
    { head: 'User', lesser: 'change' },
    { head: 'Database user', lesser: 'share' },
    { head: 'Address', lesser: 'difference' },
  ];
  const rows = logins.map(({ at, email, reason, host, osUser, dbUser, dbAddress }) => {
    return [formatInstant(at), email, reason.replace('_', ' '), host ?? '', osUser ?? '', dbUser, dbAddress ?? ''];
  });
  return renderTable(columns, rows, output);
}

export function renderUnlocked({ email }: { email: string }, { style }: Output): string {
  return `${style.green('✔')} ${email} may log in again`;
}
