import type { ApiKeyListing } from './api-key.js';
import type { Adoption } from './project-move.js';
import type { AskedAt } from './clock.js';
import type { CostLine, KeyedCost } from './bucket.js';
import type { Day, DaySpan } from './day.js';
import type { KeyedAnswer, KeyedReport } from './keyed-report.js';
import type { Money } from './money.js';
import type { ProviderId, ProviderProject } from './provider.js';
import type { Basis } from './results.js';
import type { BillSource } from './bill-source.js';
import type { OrganizationKey } from './organization.js';
import type { OrphanedRows } from './orphans.js';
import type { ProjectNames, Renamed } from './project.js';
import type { Scope } from './scope.js';
import type { SealCheck, SealMisfit } from './seal.js';
import type { DailyCharge } from './unit-prices.js';
import type { StoredDay } from './verification.js';

/** Days after its end until a day is settled. */
export const SETTLED_AFTER_DAYS = 30;

/** Where a key is kept; `path` is a folder of files, which need none. */
export const KEY_SOURCES = ['vault', 'env', 'path'] as const;
export type KeySource = (typeof KEY_SOURCES)[number];

/** An organization whose bills we collect: a row of `organization_api_keys`, without the key. */
export interface Organization {
  keyId: string;
  teamId: string;
  provider: ProviderId;
  organizationId: string;
  /** What people call it. */
  name: string;
  isActive: boolean;
  billSource: BillSource;
  source: KeySource;
  /** The environment variable, for `env`; the folder, for `path`. */
  variable: string | null;
  lastFour: string;
  host: string;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
}

/** Follows from the last successful read of a day; `adopted` was never read and has bills that another program stored. */
export type DayState = 'gap' | 'adopted' | 'open' | 'provisional' | 'settled';

/** A day that was read, or that has bills of another program. */
export interface CollectedDay {
  day: Day;
  /** Database clock when the request was sent; null where that is in the future: such a read counts as none. */
  readAt: Date | null;
  rows: number;
  /** Never read; its bills were taken over with the database. */
  isAdopted?: boolean;
  /** What of the bill was read, as `formatScope` writes it; null or absent for what is read unless somebody chose. */
  scope?: string | null;
  /** Reports beside the bill that are still to be read. */
  reportsDue?: KeyedReport['source'][];
}

/** Why a closed day changed. */
export type RestatementCause = 'late' | 'provider' | 'forced' | 'accepted' | 'altered' | 'regrouped' | 'rescoped';

/** What of an organization's bill is read, and the export that its files come from; null where it has none, or none with a manifest. */
export interface OrganizationTerms {
  scope: Scope;
  export: string | null;
}

/** A complete answer of a provider, ready to replace what is stored of its days. */
export interface WindowWrite extends AskedAt {
  provider: ProviderId;
  organizationId: string;
  /** Names the project of spend that has none. */
  organizationName: string;
  /** The team that owns projects first seen here. */
  teamId: string;
  runId: string;
  /** The holder that must still have the organization's lease when this is committed; null where none is needed. */
  lease: string | null;
  /** The days the provider answered; a day without lines is empty. */
  days: Day[];
  /** Of the first request of the window. A day with a later answer is left alone. */
  requestedAt: Date;
  /** Merged: no two lines share a key. */
  lines: CostLine[];
  /** The same by API key, as far as the bill was asked so; the parts of a line add up to it. */
  keyed?: readonly KeyedCost[];
  /** What the provider's reports beside the bill say of some of the days; one that could not be read says it of none. */
  reports?: readonly (KeyedAnswer & Pick<KeyedReport, 'source'>)[];
  /** Those that could not be read now, and are to be read by a later run. */
  reportsDue?: readonly KeyedReport['source'][];
  /** The provider's projects by id, where known; a project without one is named after its id. */
  projects: ReadonlyMap<string, ProviderProject>;
  /** Write even when the guard would refuse. */
  acceptRestatement: boolean;
  /** Read again on request, not because it was due. */
  forced: boolean;
  /** What of the bill was read; absent, what is read unless somebody chose. */
  scope?: Scope;
  /**
   * Of files, the period that the days are all of, and which is one bill: what was collected of its other days goes, and a day
   * with an answer after `asOf` is no reason to leave that one alone, but to refuse the whole.
   */
  period?: DaySpan & { asOf: Date };
  /** Of files, the export that delivered them: charges of an account that two exports have would count twice. */
  export?: string | null;
}

/** Answers of reports beside the bill, of days that were read without them. */
export type ReportsWrite = Omit<WindowWrite, 'lines' | 'keyed' | 'forced' | 'acceptRestatement' | 'providerTime'> &
  Required<Pick<WindowWrite, 'reports' | 'reportsDue'>>;

/** What a written window changed. */
export interface WindowOutcome {
  inserted: number;
  updated: number;
  deleted: number;
  unchanged: number;
  /** Days written, those left to a later answer not counted. */
  days: number;
  /** Sums of the lines written, a currency each. */
  totals: Money[];
  /** Changes to days that had been read after their end. */
  restated: { rows: number; days: number; difference: Money[] };
  /** Names of projects seen for the first time that are not linked. */
  newProjects: string[];
  /** Projects of the old system that took over what had been collected under another one. */
  adopted: Adoption[];
  /** Billed days of which a row was added, changed or swept. */
  changedDays: Day[];
  /** Days whose stored rows were others than had been written, and were replaced. */
  altered: Day[];
  /** Adopted days that the provider answers otherwise, or with estimates that its usage would replace: they are as they were. */
  contradicted: Day[];
}

/** What the main job needs of the store. */
export interface CollectionStore {
  /** The database's clock. */
  clock(): Promise<Date>;
  /** What of an organization's bill is read. */
  termsOf(organization: OrganizationKey): Promise<OrganizationTerms>;
  /** Days of an organization that were read or adopted, ascending. */
  collectedDays(organization: OrganizationKey): Promise<CollectedDay[]>;
  /** What is stored of the billed days of a span that were read. */
  storedDays(organization: OrganizationKey, span: DaySpan): Promise<StoredDay[]>;
  /**
   * Compares the rows of a span's days with their seals. What does not fit is kept, and days from before seals are sealed as
   * they are found, where the role may write.
   * @param keep false to look only
   */
  checkSeals(organization: OrganizationKey, span: DaySpan, keep?: boolean): Promise<SealCheck>;
  /** Collected rows of a team's projects that no registered organization answers for, by project. */
  orphanedRows(teamId: string): Promise<OrphanedRows[]>;
  /** Misfits whose days were not found equal to the provider's total since, by day. */
  openMisfits(organization: OrganizationKey): Promise<SealMisfit[]>;
  /** Notes that days were found equal to the provider's total, where it has one, their seals intact: they were read again since. */
  closeMisfits(organization: OrganizationKey, days: readonly Day[]): Promise<void>;
  /** What was charged for how much on each billed day of a span, by line item. */
  dailyCharges(organization: OrganizationKey, span: DaySpan): Promise<DailyCharge[]>;
  /** Those of the provider's project ids that no row of ours carries yet. */
  unknownProjects(provider: ProviderId, organizationId: string, ids: string[]): Promise<string[]>;
  /**
   * Replaces the window's days by an answer, in one transaction: rows upserted, vanished rows swept, changes to closed
   * days recorded, days marked as collected.
   * @throws CostsError `shrink` when the answer would lose most of what is stored, `conflict` where it is all or nothing and a day
   * has a later answer, or where it comes from another export; nothing is written then.
   */
  writeWindow(write: WindowWrite): Promise<WindowOutcome>;
  /** Writes what reports beside the bill say of days whose bills are stored. */
  writeReports(write: ReportsWrite): Promise<void>;
  /** The provider's ids of an organization's projects. */
  projectIds(organization: OrganizationKey): Promise<string[]>;
  /** What the team's runs have told of answers that have fields or values their contracts do not know, oldest first. */
  news(teamId: string): Promise<ProviderNews[]>;
  /** The API keys that spent something in a span, and the provider's projects they did it in. */
  spenders(organization: OrganizationKey, span: DaySpan): Promise<{ apiKeyId: string; projectId: string }[]>;
  /** Whether the team keeps names and e-mail addresses of people. */
  keepsPeople(teamId: string): Promise<boolean>;
  /** Takes names and owners of API keys; what is not listed any more has ended, and keeps its name. */
  learnApiKeys(teamId: string, listing: ApiKeyListing): Promise<void>;
  /** Projects that are not linked take the provider's new names; returns what they were called, too. */
  followNames(names: ProjectNames): Promise<Renamed[]>;
  /** Organizations whose last runs of a kind were ended by a limit of requests, and when the first of those runs began; a day back at most. */
  pausedByQuota(teamId: string, kind: RunKind): Promise<PausedOrganization[]>;
  /** Organizations that a sync may not have finished with, and the first day that one set out to read of each. */
  unfinishedSyncs(teamId: string, basis: Basis): Promise<UnfinishedSync[]>;
  startRun(run: RunStart): Promise<void>;
  finishRun(run: Pick<RunStart, 'id' | 'teamId'>, status: RunStatus, result: unknown): Promise<void>;
}

export type RunStatus = 'running' | 'ok' | 'partial' | 'failed' | 'interrupted';

export interface ProviderNews {
  provider: ProviderId;
  /** A field, or a field and its value: `service_tier=ultra`. */
  path: string;
  firstSeenAt: Date;
}

/** Runs that do the same work. */
export interface RunKind {
  command: 'sync' | 'backfill';
  basis: Basis;
  forced: boolean;
}

export interface PausedOrganization {
  provider: ProviderId;
  organizationId: string;
  since: Date;
}

export interface UnfinishedSync {
  provider: ProviderId;
  organizationId: string;
  since: Day;
}

export interface RunStart {
  id: string;
  teamId: string;
  command: 'sync' | 'backfill' | 'import focus';
  span: DaySpan;
  version: string;
  plan: unknown;
}
