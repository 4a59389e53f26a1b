import type { Children } from '../../domain/cost-provider.js';
import type { QueryParameters } from '../address.js';
import { addDays, endOfDay, parseDay, startOfDay, type Day, type DaySpan } from '../../domain/day.js';
import type { ProviderCall } from '../../domain/provider.js';
import { followCursors } from '../paging.js';
import { DriftWatch, formatInstant } from '../shapes.js';
import { parseAnalyticsPage, type AnalyticsPage } from './analytics-schema.js';

const PATH = '/v1/organizations/analytics/cost';
const BETA = { 'anthropic-beta': 'analytics-usage-cost-2026-08-24' };
/** No start before it is answered, nor one more than a year ago. */
const FIRST_DAY = parseDay('2026-01-01');
const DAYS_BACK = 364;
/** The most there are. Rows that differ in cost type or token type alone count as one. */
const GROUPS_PER_PAGE = '1000';
const MOST_PAGES = 2_000;
/** In an order by amount, the default, pages could shift while they are read. */
const STABLE = { order_by: 'time', order: 'asc' };

export type Get = (
  call: ProviderCall,
  path: string,
  parameters: QueryParameters,
  options: { headers: Record<string, string> },
) => Promise<unknown>;

/** At most five groups a request, besides the types of costs and tokens. */
export interface AnalyticsQuestion {
  groups: readonly string[];
  /** Of a parent's report: those whose rows are wanted. */
  children?: Children | undefined;
}

export type ReadAnalytics = (
  call: ProviderCall,
  span: DaySpan,
  question: AnalyticsQuestion,
) => AsyncGenerator<AnalyticsPage>;

/** Pages of `analytics/cost`, by day: @anthropic-ai/sdk 1.14.0, `beta/organization/analytics/cost`. */
export function createAnalyticsPages(get: Get): ReadAnalytics {
  return (call, span, question) => {
    const drift = new DriftWatch(call.observe);
    const what = `of costs by ${question.groups[0] ?? 'day'}`;
    return followCursors('Anthropic', what, MOST_PAGES, async (cursor) =>
      parseAnalyticsPage(await get(call, PATH, parametersOf(span, question, cursor), { headers: BETA }), span, drift),
    );
  };
}

/** The first day that is reported still. */
export function firstReportedDay(today: Day): Day {
  const yearAgo = addDays(today, -DAYS_BACK);
  return yearAgo > FIRST_DAY ? yearAgo : FIRST_DAY;
}

function parametersOf(
  { since, until }: DaySpan,
  { groups, children }: AnalyticsQuestion,
  cursor: string | null,
): QueryParameters {
  return {
    starting_at: formatInstant(startOfDay(since)),
    ending_at: formatInstant(endOfDay(until)),
    time_bucket_width: '1d',
    ...STABLE,
    limit: GROUPS_PER_PAGE,
    'organization_ids[]': children === undefined || children === 'all' ? [] : children,
    'group_by[]': children === undefined ? groups : ['organization_id', ...groups],
    page: cursor,
  };
}
