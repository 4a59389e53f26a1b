import type { BudgetState } from './budget-view.js';
import type { Day, DaySpan } from './day.js';
import type { Cause } from './explanation.js';
import type { ProviderId } from './provider.js';
import type { CoverageState, Report, ReportRow, RestatedDay } from './report.js';
import type { Spike } from './spikes.js';

/** What the page breaks spend down by. */
export const BREAKDOWN_WORDS = ['project', 'model', 'line-item', 'organization', 'api-key'] as const;
export type BreakdownWord = (typeof BREAKDOWN_WORDS)[number];

/** What its charts are stacked by. */
export const STACK_WORDS = ['project', 'provider'] as const;
export type StackWord = (typeof STACK_WORDS)[number];

export type TimeWord = 'day' | 'week' | 'month';

/** Everything the page of a report shows; all of it was read at one moment. */
export interface SpendPage {
  team: string;
  version: string;
  /** When the page was made. */
  madeAt: Date;
  /** The options that left rows out, as they were given. */
  filters: string[];
  /** As it was asked for: the document of `report --json`. */
  report: Report;
  compared: { current: DaySpan; previous: DaySpan };
  breakdowns: Record<BreakdownWord, ReportRow[]>;
  /** Of which models, line items and API keys projects are made up, with what is measured where the bills of today are told. */
  details: { byLineItem: ReportRow[]; byKey: ReportRow[] };
  overTime: { word: TimeWord; rows: Record<StackWord, ReportRow[]> };
  /** Every project of either period against the period before, the largest difference first. */
  changes: ProjectChange[];
  /** What moved projects between the two periods, and on the days that stand out. */
  causes: { between: Cause[]; onSpikes: SpikeCauses[] };
  /** How the team's own budgets of the running month stand; none where the report is about other days. */
  budgets: BudgetState[];
  organizations: OrganizationCoverage[];
  restated: RestatedDay[];
  /** The largest excess first. */
  spikes: Spike[];
}

/** Why a project cost more than usual on a day; nothing where too few days tell what is usual. */
export interface SpikeCauses {
  projectId: string;
  day: Day;
  causes: Cause[];
}

/** One project's spend over the days that both periods have, exact. */
export interface ProjectChange {
  project: string;
  projectId: string;
  organization: string | null;
  currency: string;
  current: string;
  previous: string;
  difference: string;
  /** Some day was left out because one side lacks it. */
  partial: boolean;
}

/** How an organization's days of the span went. */
export interface OrganizationCoverage {
  provider: ProviderId;
  organization: string;
  organizationId: string;
  /** When the newest of them was read; null when none was. */
  readAt: Date | null;
  days: { day: Day; state: CoverageState }[];
}
