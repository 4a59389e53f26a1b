import { endOfDay, startOfDay, type DaySpan } from '../../domain/day.js';
import { ZERO } from '../../domain/decimal.js';
import type { ProviderCall } from '../../domain/provider.js';
import { NO_DIMENSIONS, type UsageSource } from '../../domain/usage.js';
import type { AnalyticsRow, Metric } from './schema.js';

/** Amounts by day, model and workspace, `unassigned` for those that are not listed any more. */
export type ReadByWorkspace = (
  call: ProviderCall,
  span: DaySpan,
  metric: Metric,
) => Promise<(AnalyticsRow & { id: string; name: string | null })[]>;

const BYOK = 'byok';
const MAX_DAYS = 31;

/** What was paid elsewhere, for models called with keys of one's own: the bill of another provider, and so never a cost here. */
export function createByokUsage(readByWorkspace: ReadByWorkspace): UsageSource {
  return {
    endpoints: [BYOK],
    requestsAWindow: 1,
    isDaily: true,
    maxDays: () => MAX_DAYS,
    async *fetchUsage(call, span) {
      const rows = await readByWorkspace(call, span, 'byok_usage');
      const lines = rows
        .filter(({ amount }) => amount !== ZERO)
        .map(({ day, model, amount, id }) => ({
          ...NO_DIMENSIONS,
          bucketStart: startOfDay(day),
          bucketEnd: endOfDay(day),
          providerProjectId: id,
          endpoint: BYOK,
          model: model ?? '',
          tokenType: 'byok_spend',
          unit: 'dollars' as const,
          quantity: amount,
        }));
      yield { endpoint: BYOK, buckets: [], lines, end: 'complete', since: span.since };
    },
  };
}
