import type { KeyedCost } from '../../domain/bucket.js';
import { daysOf, toDay, type Day, type DaySpan } from '../../domain/day.js';
import { KeyedMerger } from '../../domain/keyed-merger.js';
import type { KeyedAnswer, KeyedReport } from '../../domain/keyed-report.js';
import { UNASSIGNED, type ProviderCall } from '../../domain/provider.js';
import { CostsError } from '../../errors.js';
import { firstReportedDay, type ReadAnalytics } from './analytics-pages.js';
import type { AnalyticsRow } from './analytics-schema.js';

const BY_KEY = ['api_key_id', 'workspace_id', 'model', 'service_tier', 'cost_type', 'token_type'];
const BY_PRODUCT = ['product', 'workspace_id'];

/** What API keys and products spent, of a report that is not the bill. */
export function createAnthropicAnalytics(readPages: ReadAnalytics, now: () => Date): KeyedReport[] {
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
    const merger = new KeyedMerger();
    // What children spent is in a parent's report, and in their own bills.
    const children = call.isParent === true ? ('all' as const) : undefined;
    const isOwn = ({ group: { organization_id: id } }: AnalyticsRow) => id === null || id === call.organizationId;
    for await (const { rows } of readPages(call, span, { groups, children })) {
      for (const row of rows.filter(isOwn)) merger.add(toKeyedCost(row, projects));
      if (merger.size > (call.mostRows ?? Infinity)) throw tooLarge(span);
    }
    return { days: daysOf(span), costs: merger.costs() };
  }
}

/** The days of a span that are reported. */
function reported({ since, until }: DaySpan, today: Day): DaySpan | null {
  const first = firstReportedDay(today);
  return first > until ? null : { since: first > since ? first : since, until };
}

/** @param projects ids of workspaces; another is the default one's, which only this report gives an id */
function toKeyedCost(
  { bucketStart, bucketEnd, currency, cost, group }: AnalyticsRow,
  projects: ReadonlySet<string>,
): KeyedCost {
  const { workspace_id: workspace, product } = group;
  return {
    bucketStart,
    bucketEnd,
    providerProjectId: workspace !== null && projects.has(workspace) ? workspace : UNASSIGNED,
    lineItem: '',
    currency,
    cost,
    quantity: null,
    quantityUnit: null,
    apiKeyId: group.api_key_id,
    model: group.model,
    tokenType: group.token_type,
    serviceTier: group.service_tier,
    ...(product === null ? {} : { product }),
  };
}

function tooLarge({ since, until }: DaySpan): CostsError {
  return new CostsError(
    'too-large',
    `Anthropic has more costs by API key or product from ${since} to ${until} than can be held.`,
  );
}
