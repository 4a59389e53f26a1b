import type { ChangeRow, Lateness } from './changes.js';
import type { Day, DaySpan } from './day.js';
import type { DecimalText } from './decimal.js';
import type { ProviderId } from './provider.js';
import type { MoneyDocument } from './money.js';
import type { DayState, RestatementCause } from './collection.js';

/** What totals can be grouped by. */
export const GROUP_WORDS = [
  'provider',
  'organization',
  'project',
  'line-item',
  'model',
  'day',
  'week',
  'month',
] as const;
/**
 * Which figures: the bills alone, what usage should have cost alone, or the best there is (the default): billed cost where a
 * project has a bill that day, else an estimate. The first two are never added.
 */
export const REPORT_BASES = ['billed', 'usage', 'best'] as const;
export type ReportBasis = (typeof REPORT_BASES)[number];

/** Groups by the value of a tag of the project, as of the bucket's day. */
export type TagWord = `tag:${string}`;
export type GroupWord = (typeof GROUP_WORDS)[number] | TagWord;

/** Which rows count. */
export interface RowFilter extends DaySpan {
  teamId: string;
  provider?: ProviderId;
  organizationId?: string;
  /** Only these; an empty list is nothing at all. */
  projectIds?: readonly string[];
  /** A pattern for the line item, with `*` and `?`. */
  lineItem?: string;
  /** The project's tags on the bucket's day; a null value is one without the tag. */
  tags?: readonly { key: string; value: string | null }[];
}

export interface ReportQuery extends RowFilter {
  /** `best` when absent. */
  basis?: ReportBasis;
  /** The figures as they were then; only bills are kept so. */
  asOf?: Date;
  groupBy: readonly GroupWord[];
}

export function isTagWord(word: string): word is TagWord {
  return word.startsWith('tag:');
}

/** The key of a tag word. */
export function tagKeyOf(word: TagWord): string {
  return word.slice('tag:'.length);
}

/** What a row is about: the fields of the words it is grouped by, in the order they were given. */
export interface ReportGroup {
  provider?: string | null;
  organization?: string | null;
  organizationId?: string | null;
  project?: string;
  projectId?: string;
  /** Nobody tied the project to the provider's. */
  linked?: boolean;
  lineItem?: string;
  /** Null where the bill names none. */
  model?: string | null;
  day?: Day;
  /** ISO week, `2026-W47`. */
  week?: string;
  /** `2026-11` */
  month?: string;
  /** The tag's value; null where the project has none that day. */
  [tag: TagWord]: string | null;
}

export interface ReportRow extends ReportGroup {
  currency: string;
  /** Exact; null where usage has no price: unknown, which is not zero. */
  cost: DecimalText | null;
  /** Usage or legacy rows, where no bill exists. */
  estimated: boolean;
}

/** What a report's days are worth. */
export interface ReportCoverage {
  /** Days up to today that were never read, of organizations that are collected. */
  gaps: CoverageSpan[];
  /** Days that were read before they ended and are over. */
  halfRead: CoverageSpan[];
  /** Today, where it was read. */
  open: CoverageSpan[];
  /** Days that providers still change. */
  provisional: CoverageSpan[];
}

/** As a day's state, with what differs for people: open days that are over, and days nobody would have read. */
export type CoverageState = DayState | 'half-read' | 'not-collected';

export interface CoverageSpan extends DaySpan {
  organization: string;
  organizationId: string;
}

/** The document of `report --json`. */
export interface Report extends DaySpan {
  groupBy: GroupWord[];
  basis: ReportBasis;
  /** When the newest of its days was read; null when none was. */
  readAt: string | null;
  asOf: string | null;
  rows: ReportRow[];
  /** What --top left out, a currency each; only there when something was. */
  others?: { currency: string; /** Null where all of them are unknown. */ cost: DecimalText | null; rows: number }[];
  totals: MoneyDocument[];
  /** Usage of these rows that has no price, and is in no total. */
  unpriced: UnpricedQuantity[];
  coverage: ReportCoverage;
}

/** How much was used of something without a price. */
export interface UnpricedQuantity {
  provider: ProviderId;
  /** Null for a tool that is charged whatever the model. */
  model: string | null;
  endpoint: string;
  tokenType: string;
  tier: string;
  unit: string;
  /** Exact. */
  quantity: DecimalText;
  cost: null;
}

/** The same span one period earlier, row by row, and how the days went. */
export interface ReportComparison {
  previous: DaySpan;
  /** By `groupKey`, for rows of either span. */
  rows: ReadonlyMap<string, ComparedRow>;
}

export interface ComparedRow {
  /** Over the days that both spans have, exact. */
  current: DecimalText;
  previous: DecimalText;
  /** Some day was left out because one side lacks it. */
  partial: boolean;
  /** A value a day of the span, for the eye; null where the day was not read. */
  trend: (number | null)[];
}

/** The days of one organization. */
export interface OrganizationDays {
  provider: ProviderId;
  organization: string;
  organizationId: string;
  /** Whether anybody would read it: it has an active key. */
  isActive: boolean;
  /** When the days that were read were read last. */
  readAt: ReadonlyMap<Day, Date>;
}

/** How a closed day of a project changed after it had been reported, added up over its rows; exact. */
export interface RestatedDay {
  day: Day;
  project: string;
  projectId: string;
  organization: string | null;
  currency: string;
  cause: RestatementCause;
  rows: number;
  difference: string;
  /** The last of the changes. */
  recordedAt: Date;
}

export interface ReportStore {
  run(query: ReportQuery, today: Day): Promise<Report>;
  /** @param previous as many days as the query's span, or fewer: later days have no counterpart */
  compare(query: ReportQuery, previous: DaySpan): Promise<ReportComparison>;
  /** Spend of projects that nobody linked, over all days. */
  unlinked(teamId: string): Promise<{ projects: number; totals: MoneyDocument[] }>;
  /** The organizations a query is about, and which of its days were read of them. */
  days(query: ReportQuery): Promise<OrganizationDays[]>;
  /** What the providers changed of the query's rows afterwards, newest day first. */
  restated(query: ReportQuery): Promise<RestatedDay[]>;
  /** What changed in the query's bills after an instant, and why. */
  changes(query: ReportQuery, since: Date): Promise<ChangeRow[]>;
  /** How late the providers of a team still changed days lately. */
  lateness(teamId: string): Promise<Lateness[]>;
  /** Runs several questions on one state of the database: what is written meanwhile is in none of the answers. */
  snapshot<T>(work: (reports: ReportStore) => Promise<T>): Promise<T>;
}

/** Tells rows apart that differ in what they are about or in their currency. */
export function groupKey(row: ReportGroup & { currency: string }): string {
  const { provider, organizationId, projectId, lineItem, model, day, week, month, currency } = row;
  const tags = Object.entries(row).filter(([field]) => isTagWord(field));
  return JSON.stringify([provider, organizationId, projectId, lineItem, model, day, week, month, currency, tags]);
}
