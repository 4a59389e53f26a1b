import type { KeyRow } from './access.js';
import type { BillSource } from './bill-source.js';
import type { ProviderId } from './provider.js';
import { shell } from './shell.js';
import { formatLastDay, plural } from './words.js';

/** A registered key as people and scripts see it: never more of it than its last four characters. */
export interface KeyView {
  id: string;
  provider: ProviderId;
  organizationId: string;
  name: string;
  lastFour: string;
  /** `vault`, `env:NAME`, or `path:FOLDER` for files that need no key. */
  source: string;
  active: boolean;
  expiresAt: string | null;
  lastUsedAt: string | null;
  /** Somebody who left could have read it; rotate it. */
  exposed: boolean;
  /** What the bill is read from: with a key of its own, or that of its parent; files; or another report that the key reads. */
  billSource: BillSource;
  /** That other report, by its name; null for the bill itself, and for files. */
  billReport: string | null;
  /** The only host it is sent to; `loopback` is this machine. Empty for files. */
  host: string;
}

/** @param billReport as the provider calls it */
export function toKeyView(row: KeyRow, billReport: string | null): KeyView {
  return {
    id: row.keyId,
    provider: row.provider,
    organizationId: row.organizationId,
    name: row.name,
    lastFour: row.lastFour,
    source: row.source === 'vault' ? row.source : `${row.source}:${row.variable ?? ''}`,
    active: row.isActive,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    exposed: row.exposedAt !== null,
    billSource: row.billSource,
    billReport,
    host: row.host,
  };
}

/** Days before its end from which a key's expiry is worth a warning. */
export const WARN_DAYS = 14;

/** A sentence about a key that ends soon or has ended; null while there is time. */
export function expiryWarning(
  { name, organizationId, expiresAt }: Pick<KeyRow, 'name' | 'organizationId' | 'expiresAt'>,
  now: Date,
): string | null {
  if (expiresAt === null) return null;
  const days = Math.floor((expiresAt.getTime() - now.getTime()) / 86_400_000);
  const day = formatLastDay(expiresAt);
  const rotate = shell`costs keys rotate ${organizationId}`;
  if (expiresAt <= now) return `The key of ${name} expired on ${day}: ${rotate}`;
  if (days > WARN_DAYS) return null;
  return `The key of ${name} expires on ${day}, in ${plural(days, 'day')}: ${rotate}`;
}
