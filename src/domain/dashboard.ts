import type { BudgetState } from './budget-view.js';
import type { DaySpan } from './day.js';
import type { ForecastAmount } from './forecast.js';
import type { CoverageSpan, Report, ReportRow } from './report.js';

/** Where one stands, and the commands that lead on, the most useful first: the document of `costs --json`. */
export interface Dashboard {
  state: string;
  /** Null where there is no store, no team or no organization yet. */
  spend: SpendGlance | null;
  next: { command: string; why: string }[];
}

/** What a team's spend comes to at a glance. */
export interface SpendGlance {
  team: string;
  store: string;
  /** The latest write that is in these figures; null where nothing was read. */
  readAt: string | null;
  /** Against the same weekday a week before. */
  yesterday: Glance;
  /** Against the same days of last month. */
  monthToDate: Glance;
  /** What each currency of the month is expected to come to. */
  forecast: ForecastAmount[];
  budgets: BudgetState[];
  /** What of the month, and of yesterday, was never read, or only half-way. */
  notRead: CoverageSpan[];
  /** The projects that moved most against the same days of last month. */
  movers: ReportRow[];
}

export interface Glance extends DaySpan {
  comparedWith: DaySpan;
  /** `compared` holds only days that both sides have. */
  totals: Report['totals'];
}
