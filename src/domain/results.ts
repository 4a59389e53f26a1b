import type { ErrorDocument } from '../errors.js';
import type { Day } from './day.js';
import type { ProviderId } from './provider.js';
import type { Verification } from './verification.js';

/** An amount as JSON documents carry it: the exact decimal as text. */
export interface MoneyDocument {
  currency: string;
  cost: string;
}

/** What a run did for one organization. */
export interface OrganizationResult {
  provider: ProviderId;
  organizationId: string;
  name: string;
  status: 'ok' | 'failed' | 'skipped';
  /** Days written. */
  days: number;
  requests: number;
  retries: number;
  /** Rows of the provider's answers, after adding those that share a key. */
  rows: number;
  inserted: number;
  updated: number;
  deleted: number;
  unchanged: number;
  totals: MoneyDocument[];
  /** Changes to days that had been read after their end. */
  restated: { rows: number; days: number; difference: MoneyDocument[] };
  newProjects: string[];
  /** Usage reports that reach no further back than this day; older days of them cannot be read any more. */
  narrowed: { endpoint: string; since: Day }[];
  /** Fields and values the provider's contract does not know. */
  drift: { path: string; value: string }[];
  milliseconds: number;
  /** Who collects it, where that is why it was skipped. */
  heldBy?: { host: string; pid: number; command: string; since: string };
  /** The first failure; other windows may have been written all the same. */
  error?: ErrorDocument & { windows: { since: Day; until: Day }[] };
}

/** What a run reads: the bills, or the usage beside them. */
export type Basis = 'billed' | 'usage';

/** The document of `sync --json` and `backfill --json`. */
export interface SyncResult {
  status: 'ok' | 'partial' | 'failed';
  runId: string;
  command: 'sync' | 'backfill';
  basis: Basis;
  since: Day;
  until: Day;
  milliseconds: number;
  organizations: OrganizationResult[];
  /** With --verify, what was just collected against the provider's own totals. */
  verified?: Verification;
}
