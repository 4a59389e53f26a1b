import type { ErrorDocument } from '../errors.js';
import type { Day } from './day.js';
import type { LeftOut } from './focus-import.js';
import type { MoneyDocument } from './money.js';
import type { Renamed } from './project.js';
import type { Adoption } from './project-move.js';
import type { ProviderId } from './provider.js';
import type { UnitPriceJump } from './unit-prices.js';
import type { Verification } from './verification.js';

/** What a run did for one organization, and of a folder of files what it left out, where that is something. */
export interface OrganizationResult extends Partial<LeftOut> {
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
  /** Projects seen for the first time that are not linked. */
  newProjects: string[];
  /** Projects that are not linked and that the provider calls otherwise now; absent where there are none. */
  renamed?: Renamed[];
  /** Projects of the old system that took over what had been collected under another one; absent where there are none. */
  adopted?: Adoption[];
  /** Usage reports that reach no further back than this day; older days of them cannot be read any more. */
  narrowed: { endpoint: string; since: Day }[];
  /** Usage reports that the provider says it does not have. */
  missing: string[];
  /** Fields and values the provider's contract does not know, and that no earlier run of the team has told. */
  drift: { path: string; value: string }[];
  /** Organizations that the key or the folder has spend of as well, and that have none of the team's; null for spend of none. Absent where there are none. */
  unregistered?: (string | null)[];
  /** Days whose stored rows were others than had been written; they were replaced. Absent where there are none. */
  altered?: Day[];
  /** Adopted days that the provider answers otherwise, or with estimates that its usage would replace; they are as they were. Absent where there are none. */
  contradicted?: Day[];
  /** Line items whose unit price jumped on a day this run changed; absent where none did. */
  priceJumps?: UnitPriceJump[];
  milliseconds: number;
  /** Who collects it, where that is why it was skipped. */
  heldBy?: { host: string; pid: number; command: string; since: string };
  /** The first failure; other windows may have been written all the same. */
  error?: ErrorDocument & { windows: { since: Day; until: Day }[] };
}

/** What a run reads: the bills, or the usage beside them. */
export const BASES = ['billed', 'usage'] as const;
export type Basis = (typeof BASES)[number];

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
  /** After a sync of bills: what the day before cost the team, or the organizations that were asked for. */
  yesterday?: Yesterday;
  /** What projects cost that the run saw first and nobody linked; absent where there are none. */
  newSpend?: NewSpend[];
  /** With --verify, what was just collected against the provider's own totals. */
  verified?: Verification;
}

/** A day's bill so far; it is provisional, as providers still change it. */
export interface Yesterday {
  day: Day;
  /** Organizations that read it after its end, and how many are collected. The totals are of the former. */
  organizations: number;
  of: number;
  totals: MoneyDocument[];
}

export interface NewSpend {
  project: string;
  projectId: string;
  organization: string;
  /** Its first day of spend among those that were read. */
  since: Day;
  totals: MoneyDocument[];
}
