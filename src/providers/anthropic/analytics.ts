import { addDays, daysOf, endOfDay, parseDay, startOfDay, toDay, type Day, type DaySpan } from '../../domain/day.js';
import { KeyedMerger } from '../../domain/keyed-merger.js';
import type { KeyedAnswer, KeyedReport } from '../../domain/keyed-report.js';
import type { ProviderCall } from '../../domain/provider.js';
import { CostsError } from '../../errors.js';
import { followCursors } from '../paging.js';
import { DriftWatch, formatInstant } from '../shapes.js';
import { parseAnalyticsPage } from './analytics-schema.js';

const PATH = '/v1/organizations/analytics/cost';
const BETA = { 'anthropic-beta': 'analytics-usage-cost-2026-08-24' };
/** No start before it is answered, nor one more than a year ago. */
const FIRST_DAY = parseDay('2026-01-01');
const DAYS_BACK = 364;
/** The most there are. Rows that differ in cost type or token type alone count as one. */
const GROUPS_PER_PAGE = '1000';
const MOST_PAGES = 2_000;
/** In an order by amount, the default, pages could shift while they are read. */
const STABLE: [string, string][] = [
  ['order_by', 'time'],
  ['order', 'asc'],
];

/** At most five groups a request, besides the types of costs and tokens. */
const BY_KEY = ['api_key_id', 'workspace_id', 'model', 'service_tier', 'cost_type', 'token_type'];
const BY_PRODUCT = ['product', 'workspace_id'];

type Get = (
  call: ProviderCall,
  path: string,
  parameters: [string, string][],
  options: { headers: Record<string, string> },
) => Promise<unknown>;

/** What API keys and products spent, of a report that is not the bill: @anthropic-ai/sdk 1.14.0, `beta/organization/analytics/cost`. */
export function createAnthropicAnalytics(get: Get, now: () => Date): KeyedReport[] {
  return [
    { source: 'analytics', name: 'what API keys spent', read: (...asked) => readReport(BY_KEY, ...asked) },
    { source: 'product', name: 'what products spent', read: (...asked) => readReport(BY_PRODUCT, ...asked) },
  ];

  async function readReport(
    groups: readonly string[],
    call: ProviderCall,
    asked: DaySpan,
    projects: ReadonlySet<string>,
  ): Promise<KeyedAnswer> {
    const span = reported(asked, toDay(now()));
    if (span === null) return { days: [], costs: [] };
    const drift = new DriftWatch(call.observe);
    const merger = new KeyedMerger();
    const pages = followCursors('Anthropic', `of costs by ${groups[0]}`, MOST_PAGES, async (cursor) =>
      parseAnalyticsPage(
        await get(call, PATH, parametersOf(span, groups, cursor), { headers: BETA }),
        span,
        projects,
        drift,
      ),
    );
    for await (const { costs } of pages) {
      for (const cost of costs) merger.add(cost);
      if (merger.size > (call.mostRows ?? Infinity)) throw tooLarge(span);
    }
    return { days: daysOf(span), costs: merger.costs() };
  }
}

/** The days of a span that are reported. */
function reported({ since, until }: DaySpan, today: Day): DaySpan | null {
  const first = [since, FIRST_DAY, addDays(today, -DAYS_BACK)].reduce((a, b) => (a > b ? a : b));
  return first > until ? null : { since: first, until };
}

function parametersOf({ since, until }: DaySpan, groups: readonly string[], cursor: string | null): [string, string][] {
  return [
    ['starting_at', formatInstant(startOfDay(since))],
    ['ending_at', formatInstant(endOfDay(until))],
    ['time_bucket_width', '1d'],
    ...STABLE,
    ['limit', GROUPS_PER_PAGE],
    ...groups.map((group): [string, string] => ['group_by[]', group]),
    ...(cursor === null ? [] : ([['page', cursor]] as [string, string][])),
  ];
}

function tooLarge({ since, until }: DaySpan): CostsError {
  return new CostsError(
    'too-large',
    `Anthropic has more costs by API key or product from ${since} to ${until} than can be held.`,
  );
}
