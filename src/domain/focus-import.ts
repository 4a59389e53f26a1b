import type { Day, DaySpan } from './day.js';
import type { MoneyDocument } from './money.js';
import type { ProviderId, Services } from './provider.js';
import type { ErrorDocument } from '../errors.js';

export interface FocusImportRequest {
  paths: readonly string[];
  /** Whose files they are; default: as they say themselves. */
  provider?: ProviderId;
  /** What to call the billing account; default: its name in the files. */
  name?: string;
  only: Services;
  /** Further services that are kept, as the files name them. */
  services: readonly string[];
  /** `2026-11`: only this billing period. */
  period?: string;
  projectBy: 'sub-account' | 'resource' | { tag: string };
  dryRun: boolean;
  acceptRestatement: boolean;
}

/** A billing period of an account, replaced as a whole. */
export interface ImportedPeriod extends DaySpan {
  provider: ProviderId;
  organizationId: string;
  name: string;
  /** Charges that are one line of a day are added up. */
  rows: number;
  lines: number;
  days: number;
  inserted: number;
  updated: number;
  deleted: number;
  unchanged: number;
  totals: MoneyDocument[];
  error?: ErrorDocument;
}

/** The document of `import focus --json`. */
export interface FocusImport {
  status: 'ok' | 'partial' | 'failed';
  /** Null for a dry run. */
  runId: string | null;
  files: number;
  rows: number;
  organizations: ImportedPeriod[];
  /** Services that were not asked for, and what they cost. */
  leftOut: { service: string; rows: number; totals: MoneyDocument[] }[];
  /** Columns that no version of FOCUS that is read here has; nothing was read of them. */
  unknownColumns: string[];
}

/** A period of an account as files have it. */
export interface FocusPeriod extends DaySpan {
  provider: ProviderId;
  account: string;
  accountName: string | null;
  deliveredAt: Date;
  /** The last day that any charge is of, or the delivery was made on. */
  lastDay: Day;
}
