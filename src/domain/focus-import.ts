import { toDay, type Day, type DaySpan } from './day.js';
import type { CostLine } from './bucket.js';
import type { MoneyDocument, Sums } from './money.js';
import type { ProviderId } from './provider.js';
import type { Scope } from './scope.js';
import type { ErrorDocument } from '../errors.js';

/** What of files is read. */
export interface FocusRequest extends Scope {
  paths: readonly string[];
  /** Whose files they are; default: as they say themselves. */
  provider?: ProviderId;
  /** Only this billing account; it has the charges of files that name none. */
  account?: string;
  /** `2026-11`: only this billing period. */
  period?: string;
  /** Which deliveries are read, by their manifests; default: all. */
  isDue?: (delivery: Delivered) => boolean;
}

export interface FocusImportRequest extends FocusRequest {
  /** What to call the billing account; default: its name in the files. */
  name?: string;
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
  /** Days that another program stored, that the files have otherwise, and that stay as they are; absent where there are none. */
  contradicted?: Day[];
  error?: ErrorDocument;
}

/** What of files was not kept, or not read. */
export interface LeftOut {
  /** Services that were not asked for, and what they cost. */
  leftOut: { service: string; rows: number; totals: MoneyDocument[] }[];
  /** Folders with data files beside those of the deliveries, of which no manifest tells, or one of a part of what is read. */
  unlistedFolders: string[];
}

/** The document of `import focus --json`. */
export interface FocusImport extends LeftOut {
  status: 'ok' | 'partial' | 'failed';
  /** Null for a dry run, and where there was nothing to store. */
  runId: string | null;
  files: number;
  rows: number;
  organizations: ImportedPeriod[];
  /** Columns that no version of FOCUS that is read here has; nothing was read of them. */
  unknownColumns: string[];
}

/** Files that an export delivered together. */
export interface Delivered {
  /** Which export made them, by its place or name; null for files without a manifest. */
  export: string | null;
  /** The billing period, where the manifest says it: `2026-11`. */
  month: string | null;
  /** The first day that it has charges of, where the manifest says so. */
  since?: Day;
  /** The last day that it has charges of, where the manifest says so. */
  until?: Day;
  /** When it was made; nothing later is in it. */
  deliveredAt: Date;
  /** Of a file without a manifest, when the newest of those beside it was made: what is stored may be of one of them. */
  besideAt?: Date;
}

/** A period of an account as a delivery has it. */
export interface FocusPeriod extends DaySpan {
  provider: ProviderId;
  account: string;
  accountName: string | null;
  delivery: Delivered;
  /** The last day that any charge is of, or the delivery was made on. */
  lastDay: Day;
  rows: number;
  /** Merged: no two lines share a key. */
  lines: CostLine[];
}

export interface OtherBill {
  account: string;
  /** `2026-11`. */
  month: string;
  /** Whether it has charges that are kept of those that are asked for. */
  isKept: boolean;
}

export function formatOther({ account, month }: OtherBill): string {
  return `${account} of ${month}`;
}

/** What was read of files. */
export interface FocusFiles {
  files: number;
  rows: number;
  deliveries: Delivered[];
  periods: FocusPeriod[];
  leftOut: { service: string; rows: number; totals: Sums }[];
  unknownColumns: string[];
  unlistedFolders: string[];
  /** Months of accounts that they have, too, and that were not asked for. */
  others: OtherBill[];
}

/** Most rows first. */
export function leftOutOf({ leftOut, unlistedFolders }: Pick<FocusFiles, keyof LeftOut>): LeftOut {
  return {
    leftOut: leftOut
      .map(({ totals, ...each }) => ({ ...each, totals: totals.toDocuments() }))
      .sort((a, b) => b.rows - a.rows),
    unlistedFolders,
  };
}

/** A delivery tells of a period through the day on which it was made, and no day behind those that it has. */
export function lastDayOf({ deliveredAt, until }: Delivered, start: Day): Day {
  const made = toDay(deliveredAt);
  const day = until !== undefined && until < made ? until : made;
  return day < start ? start : day;
}

/** The last day of a period that a delivery replaces: what it has no days of is left as it is. */
export function endOf({ until }: Delivered, end: Day, start: Day): Day {
  return until !== undefined && until >= start && until < end ? until : end;
}

/** Whether two are one: a place ends in the name, by which alone an export is known where its manifest tells no place. */
export function isSameExport(one: string, other: string): boolean {
  return one === other || one.endsWith(`/${other}`) || other.endsWith(`/${one}`);
}
