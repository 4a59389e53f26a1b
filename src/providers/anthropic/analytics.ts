import type { KeyedCost } from '../../domain/bucket.js';
import { daysOf, toDay, type Day, type DaySpan } from '../../domain/day.js';
import { KeyedMerger } from '../../domain/keyed-merger.js';
import type { KeyedAnswer, KeyedReport } from '../../domain/keyed-report.js';
import { UNASSIGNED, type ProviderCall } from '../../domain/provider.js';
import { checkRows } from '../paging.js';
import { firstReportedDay, type AnalyticsQuestion, type ReadAnalytics } from './analytics-pages.js';
import type { AnalyticsRow } from './analytics-schema.js';

const BY_KEY = ['api_key_id', 'workspace_id', 'model', 'service_tier', 'cost_type', 'token_type'];
const BY_PRODUCT = ['product', 'workspace_id'];

/** What API keys and products spent, of a report that is not the bill. */
export function createAnthropicAnalytics(readPages: ReadAnalytics, now: () => Date): KeyedReport[] {
  return [
    { source: 'analytics', name: 'what API keys spent', ...readBy(BY_KEY) },
    { source: 'product', name: 'what products spent', ...readBy(BY_PRODUCT) },
  ];

  function readBy(groups: readonly string[]): Pick<KeyedReport, 'read' | 'readChildren'> {
    return {
      async read(call, span, projects) {
        const own = call.organizationId ?? '';
        // What children spent is in a parent's report, and in their own bills.
        const children = call.isParent === true ? ('all' as const) : undefined;
        const answerOf = await readReport(call, span, {
          question: { groups, children },
          organizationOf: (id) => (id === null || id === own ? own : null),
          isProject: (workspace) => projects.has(workspace),
        });
        return answerOf(own);
      },
      readChildren: (call, span) =>
        readReport(call, span, {
          question: { groups, children: 'all' },
          organizationOf: (id) => id,
          isProject: () => true,
        }),
    };
  }

  async function readReport(
    call: ProviderCall,
    asked: DaySpan,
    { question, organizationOf, isProject }: Reading,
  ): Promise<(organizationId: string) => KeyedAnswer> {
    const span = reported(asked, toDay(now()));
    if (span === null) return () => ({ days: [], costs: [] });
    const mergers = new Map<string, KeyedMerger>();
    for await (const { rows } of readPages(call, span, question)) {
      for (const row of rows) {
        const organization = organizationOf(row.group.organization_id);
        if (organization === null) continue;
        const merger = mergers.get(organization) ?? new KeyedMerger();
        mergers.set(organization, merger);
        merger.add(toKeyedCost(row, isProject));
      }
      const size = [...mergers.values()].reduce((sum, merger) => sum + merger.size, 0);
      checkRows('Anthropic', size, call);
    }
    return (id) => ({ days: daysOf(span), costs: mergers.get(id)?.costs() ?? [] });
  }
}

interface Reading {
  question: AnalyticsQuestion;
  /** Whose a row is; null for nobody's of interest. */
  organizationOf: (id: string | null) => string | null;
  /** Whether a workspace is one of the organization's projects; any other is the default one, which only this report gives an id. */
  isProject: (workspace: string) => boolean;
}

/** The days of a span that are reported. */
function reported({ since, until }: DaySpan, today: Day): DaySpan | null {
  const first = firstReportedDay(today);
  return first > until ? null : { since: first > since ? first : since, until };
}

function toKeyedCost(
  { bucketStart, bucketEnd, currency, cost, group }: AnalyticsRow,
  isProject: Reading['isProject'],
): KeyedCost {
  const { workspace_id: workspace, product } = group;
  return {
    bucketStart,
    bucketEnd,
    providerProjectId: workspace !== null && isProject(workspace) ? workspace : UNASSIGNED,
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
