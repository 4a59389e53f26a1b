import type { Output } from './output.js';
import { renderTable, type Column } from './table.js';
import { formatInstant, formatLastDay } from '../domain/words.js';

export interface TokenView {
  id: string;
  name: string;
  role: string;
  /** The last two open nothing: changed outside costs, and a viewer's of an earlier version. */
  state: 'active' | 'expired' | 'revoked' | 'changed' | 'viewer';
  createdBy: string;
  createdAt: string;
  expiresAt: string;
  lastUsedAt: string | null;
}

const STATES: Record<TokenView['state'], string> = {
  active: 'active',
  expired: 'expired',
  revoked: 'revoked',
  changed: 'changed outside costs, opens nothing',
  viewer: 'viewer of an earlier version, opens nothing',
};

export function renderTokens({ tokens }: { tokens: TokenView[] }, output: Output): string {
  if (tokens.length === 0) return 'There are no tokens.\n→ costs tokens create --name ci';
  const columns: Column[] = [
    { head: 'Name' },
    { head: 'Id' },
    { head: 'Role' },
    { head: 'State' },
    { head: 'Expires' },
    { head: 'Last used', lesser: 'change' },
    { head: 'Made by', lesser: 'share' },
  ];
  const rows = tokens.map(({ name, id, role, state, expiresAt, lastUsedAt, createdBy }) => [
    name,
    id,
    role,
    STATES[state],
    formatLastDay(expiresAt),
    lastUsedAt === null ? 'never' : formatInstant(lastUsedAt),
    createdBy,
  ]);
  return renderTable(columns, rows, output);
}

/** A token just made; nothing shows it again. */
export interface NewToken {
  token: string;
  id: string;
  name: string;
  role: string;
  expiresAt: string;
}

export function renderNewToken({ token, name, role, expiresAt }: Omit<NewToken, 'id'>): string {
  return [
    token,
    `Token ${name} (${role}), until ${formatLastDay(expiresAt)}. It is shown once: put it into COSTS_TOKEN where the job runs.`,
  ].join('\n');
}
