import { toLineItem, type CostLine } from '../../domain/bucket.js';
import type { BillReport } from '../../domain/cost-provider.js';
import { daysOf, endOfDay, startOfDay } from '../../domain/day.js';
import { UNASSIGNED } from '../../domain/provider.js';
import { firstReportedDay, type AnalyticsQuestion, type ReadAnalytics } from './analytics-pages.js';
import type { AnalyticsRow } from './analytics-schema.js';

/** With the organization these are five, which are all that may be asked at once; the two types do not count. */
const GROUPS = ['api_key_id', 'workspace_id', 'model', 'service_tier', 'cost_type', 'token_type'];

/** `analytics/cost` as a bill: after discounts and before credits, revised for up to 30 days. */
export function createAnthropicBillReport(readPages: ReadAnalytics): BillReport {
  const read = async function* (
    ...[call, span, question]: Parameters<ReadAnalytics>
  ): ReturnType<BillReport['fetchCosts']> {
    // Only what cost something is told: a day without rows is empty.
    const buckets = daysOf(span).map((day) => ({ start: startOfDay(day), end: endOfDay(day) }));
    for await (const { rows } of readPages(call, span, question))
      yield { buckets: [], lines: rows.map((row) => toLine(row, question)), end: null };
    yield { buckets, lines: [], end: 'complete' };
  };
  return {
    firstDay: firstReportedDay,
    fetchCosts: (call, span, children) => read(call, span, { groups: GROUPS, children }),
    fetchTotals: (call, span, children) => read(call, span, { groups: [], children }),
  };
}

function toLine(
  { bucketStart, bucketEnd, currency, cost, listCost, group }: AnalyticsRow,
  { groups }: AnalyticsQuestion,
): CostLine {
  const { model, cost_type: costType, token_type: tokenType, service_tier: serviceTier } = group;
  const description = [model, tokenType ?? costType].filter((part) => part !== null).join(', ');
  return {
    bucketStart,
    bucketEnd,
    providerProjectId: group.workspace_id ?? UNASSIGNED,
    providerProjectName: null,
    organizationId: group.organization_id,
    lineItem: toLineItem({ description, currency, serviceTier, contextWindow: null, inferenceGeo: null }),
    ...{ currency, cost, listCost, quantity: null, quantityUnit: null },
    ...{ model, costType, tokenType, serviceTier, contextWindow: null, inferenceGeo: null },
    ...(groups.length === 0 ? {} : { apiKeyId: group.api_key_id }),
  };
}
