import type { ApiKeySpend } from './api-key-spend.js';
import type { ChangeRow, Lateness } from './changes.js';
import type { Day, DaySpan } from './day.js';
import type { Decimal, DecimalText } from './decimal.js';
import type { ChargedLine, ComparedDay } from './explanation.js';
import type { ForecastAmount } from './forecast.js';
import type { GroupWord, PatternWord, ReportGroup } from './dimensions.js';
import type { ProviderId } from './provider.js';
import type { ColumnFigures, Measures, ReportColumn } from './report-columns.js';
import type { MoneyDocument } from './money.js';
import type { DayState, RestatementCause } from './collection.js';
import type { CostTotal, UnpricedUsage } from './usage-store.js';

/**
 * Which figures: the bills alone, what usage should have cost alone, or the best there is (the default): billed cost where a
 * project has a bill that day, else an estimate. The first two are never added.
 */
export const REPORT_BASES = ['billed', 'usage', 'best'] as const;
export type ReportBasis = (typeof REPORT_BASES)[number];

/** Which rows count. */
export interface RowFilter extends DaySpan {
  teamId: string;
  provider?: ProviderId;
  organizationId?: string;
  /** Only these; an empty list is nothing at all. */
  projectIds?: readonly string[];
  /** Only of projects that are linked, or only of the others. */
  linked?: boolean;
  /** Patterns for the values of dimensions, with `*` and `?`. */
  patterns?: Partial<Record<PatternWord, string>>;
  /** The project's tags on the bucket's day; a null value is one without the tag. */
  tags?: readonly { key: string; value: string | null }[];
}

export interface ReportQuery extends RowFilter {
  /** `best` when absent. */
  basis?: ReportBasis;
  /** The figures as they were then; only bills are kept so. */
  asOf?: Date;
  groupBy: readonly GroupWord[];
  /** Shown beside costs. */
  columns?: readonly ReportColumn[];
  /** Without usage that has no price, which is in no sum anyway: to find it, all usage of the span is read. */
  pricedOnly?: boolean;
}

export interface ReportRow extends ReportGroup, ColumnFigures {
  currency: string;
  /** Exact; null where usage has no price: unknown, which is not zero. */
  cost: DecimalText | null;
  /** Usage or legacy rows, where no bill exists. */
  estimated: boolean;
  /** Against the days before; of two rows that differ in `estimated` alone, the first has it for both. */
  compared?: Compared;
  /** Where columns were asked for, what they are made of. Not in documents: those have the columns. */
  measures?: Measures | undefined;
}

/** A comparison as it is told. */
export interface Compared extends ComparedRow {
  /** `current` less `previous`, exact. */
  difference: DecimalText;
  /** What that is of `previous` in per cent, rounded half to even after two decimals; null where that is no more than nothing. */
  changePercent: DecimalText | null;
}

/** What several rows come to. */
export interface Subtotal extends ColumnFigures {
  currency: string;
  /** Null where all of them are unknown. */
  cost: DecimalText | null;
  /** How many, without those that are gone. */
  rows: number;
  compared?: Compared;
}

/** What a report's days are worth. */
export interface ReportCoverage {
  /** Days up to today that were never read, of organizations that are collected. */
  gaps: CoverageSpan[];
  /** Days that nobody read, with bills of the program whose database was taken over. */
  adopted: CoverageSpan[];
  /** Days that were read before they ended and are over. */
  halfRead: CoverageSpan[];
  /** Days whose bills were read, but not yet the report that says which API keys or products spent them, where it was asked for. */
  reportsDue: CoverageSpan[];
  /** Today, where it was read. */
  open: CoverageSpan[];
  /** Days that providers still change. */
  provisional: CoverageSpan[];
}

/** As a day's state, with what differs for people: open days that are over, and days nobody would have read. */
export type CoverageState = DayState | 'half-read' | 'not-collected';

export interface CoverageSpan extends DaySpan {
  provider: ProviderId;
  organization: string;
  organizationId: string;
}

/** The document of `report --json`. */
export interface Report extends DaySpan {
  groupBy: GroupWord[];
  /** Shown beside costs; only there where some were asked for. */
  columns?: ReportColumn[];
  basis: ReportBasis;
  /** The latest write it saw: as `--as-of` it tells the same bills again. Null when none of its days was read. */
  readAt: string | null;
  asOf: string | null;
  /** The days it is compared with; only there when it is. */
  comparedWith?: DaySpan;
  rows: ReportRow[];
  /** What cost something in the days before and nothing in these; only there when it is compared. */
  gone?: ReportRow[];
  /** Of all rows that share the first of several words, those included that --top left out. */
  subtotals?: (ReportGroup & Subtotal)[];
  /** What --top left out, a currency each; only there when something was. */
  others?: (Subtotal & {
    /** Its costs without its credits: with those of the rows, what shares are of. */
    spent: DecimalText;
  })[];
  totals: (MoneyDocument & ColumnFigures & { compared?: Compared })[];
  /** Organizations whose bill is read from another report than the bill; only there when some of those asked for are. */
  billReports?: BillReported[];
  /** Usage of these rows that has no price, and is in no total. */
  unpriced: UnpricedQuantity[];
  coverage: ReportCoverage;
  /** Only there when the report is about the running month. */
  monthEnd?: MonthEnd;
}

/** What the running month is expected to come to, as `costs forecast` says it; nothing of it was charged but what is `spent`. */
export interface MonthEnd extends DaySpan {
  totals: ForecastAmount[];
  /** Days up to yesterday that were not read whole: they count as what they usually cost. */
  notRead: CoverageSpan[];
}

export interface BillReported {
  provider: ProviderId;
  organizationId: string;
  organization: string;
  /** By its name, such as `analytics/cost`. */
  billReport: string;
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
  rows: ReadonlyMap<string, ComparedGroup>;
}

/** What a group of either span is about, and how it compares. */
export interface ComparedGroup extends ReportGroup, ComparedRow {
  currency: string;
}

export interface ComparedRow {
  /** Over the days that both spans have, and of whole months over all that were read; exact. */
  current: DecimalText;
  previous: DecimalText;
  /** Some day was left out because one side lacks it. */
  partial: boolean;
  /** A value a day of the span, for the eye; null where the day was not read. Not in documents: it is rounded. */
  trend?: (number | null)[] | undefined;
}

/** What a group cost on each day with spend, exact, side by side; a day may come twice. */
export interface DailyCosts extends ReportGroup {
  currency: string;
  days: Day[];
  costs: DecimalText[];
}

/** A line item of few days; exact. */
export interface SparseLine {
  projectId: string;
  currency: string;
  costs: ReadonlyMap<Day, Decimal>;
}

/** The days of one organization. */
export interface OrganizationDays {
  provider: ProviderId;
  organization: string;
  organizationId: string;
  /** Whether anybody would read it: it has an active key. */
  isActive: boolean;
  /** Whether its bill comes in files. */
  isOfFiles: boolean;
  /** The first and the last day that was ever read of it; null where none was. */
  reach: DaySpan | null;
  /** When the days that were read were read last. */
  readAt: ReadonlyMap<Day, Date>;
  /** Days that were not, and have adopted bills. */
  adopted: ReadonlySet<Day>;
  /** Days whose bills were read without the report beside them that tells the words of the question. */
  reportsDue: ReadonlySet<Day>;
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

/** Questions about spend, all answered from one state of the database. */
export interface SpendReader {
  run(query: ReportQuery, today: Day): Promise<Report>;
  /**
   * Over the days that both spans have and that were read. Whole months stand against one another whole, however long.
   * @param previous earlier; a day of one span that has no counterpart in the other does not count otherwise
   */
  compare(query: ReportQuery, previous: DaySpan): Promise<ReportComparison>;
  /** The query's rows without usage that has no price, in no order: for what looks at many days of history. */
  sums(query: ReportQuery): Promise<ReportRow[]>;
  /** The same by day, a group in one piece; the query groups by no time. */
  dailyCosts(query: ReportQuery): Promise<DailyCosts[]>;
  /** Its line items of no more than so many days of its span, by project. */
  sparseLines(query: ReportQuery, mostDays: number): Promise<SparseLine[]>;
  /** What its line items cost on chosen days of two sides, and how much of them was used. */
  chargedLines(query: ReportQuery, days: readonly ComparedDay[]): Promise<ChargedLine[]>;
  /** Spend of projects that nobody linked, over all days, how many they are, and what is the same for as long as they are. */
  unlinked(
    filter: Pick<RowFilter, 'teamId' | 'provider' | 'organizationId'>,
  ): Promise<{ projects: number; which: string; totals: MoneyDocument[] }>;
  /** What API keys spent in a span and the months before it, a currency each; bills alone. */
  apiKeys(teamId: string, span: DaySpan): Promise<ApiKeySpend[]>;
  /** The organizations a query is about, and which of its days were read of them. */
  days(query: ReportQuery): Promise<OrganizationDays[]>;
  /** What the providers changed of the query's rows afterwards, newest day first. */
  restated(query: ReportQuery): Promise<RestatedDay[]>;
  /** What changed in the query's bills after an instant, and why. */
  changes(query: ReportQuery, since: Date): Promise<ChangeRow[]>;
  /** How late the providers of a team still changed days lately. */
  lateness(teamId: string): Promise<Lateness[]>;
  /** The latest write there is, which may lie ahead of a clock that was once ahead itself; null where there is none. */
  latestWrite(): Promise<Date | null>;
  /** Bills, or what collected usage should have cost, by project, day and line item; rows of the old system are neither. */
  lines(teamId: string, span: DaySpan, kind: 'billed' | 'estimated'): Promise<CostTotal[]>;
  /** Usage that is charged and has no price, by project and day; each day at the width its estimates are made from. */
  unpriced(teamId: string, span: DaySpan): Promise<UnpricedUsage[]>;
}

export interface ReportStore extends SpendReader {
  /** Asks several questions of one state of the database: what is written meanwhile is in none of the answers. */
  snapshot<T>(work: (reader: SpendReader) => Promise<T>): Promise<T>;
}
