import { endOfDay, startOfDay, type DaySpan } from '../../domain/day.js';
import { ZERO } from '../../domain/decimal.js';
import type { ProviderCall, ProviderProject } from '../../domain/provider.js';
import { NO_DIMENSIONS, type UsageSource } from '../../domain/usage.js';
import { CostsError } from '../../errors.js';
import { DriftWatch } from '../shapes.js';
import type { AnalyticsRow, Metric } from './schema.js';

/** What a query is narrowed to; null for the whole organization. */
export type QueryRows = (
  call: ProviderCall,
  span: DaySpan,
  asked: { metric: Metric; byModel: boolean; workspace: string | null; drift: DriftWatch },
) => Promise<AnalyticsRow[]>;

const BYOK = 'byok';
const MAX_DAYS = 31;

/** What was paid elsewhere, for models called with keys of one's own: the bill of another provider, and so never a cost here. */
export function createByokUsage(
  queryRows: QueryRows,
  workspaces: (call: ProviderCall) => Promise<ProviderProject[]>,
): UsageSource {
  return {
    endpoints: [BYOK],
    requestsAWindow: 1,
    maxDays: () => MAX_DAYS,
    async *fetchUsage(call, span, width) {
      if (width !== '1d') throw dailyOnly();
      const drift = new DriftWatch(call.observe);
      const spaces = await workspaces(call);
      const lines = await Promise.all(spaces.map(({ id }) => linesOf(call, span, id, drift)));
      yield { endpoint: BYOK, buckets: [], lines: lines.flat(), end: 'complete', since: span.since };
    },
  };

  async function linesOf(call: ProviderCall, span: DaySpan, workspace: string, drift: DriftWatch) {
    const rows = await queryRows(call, span, { metric: 'byok_usage', byModel: true, workspace, drift });
    return rows
      .filter(({ amount }) => amount !== ZERO)
      .map(({ day, model, amount }) => ({
        ...NO_DIMENSIONS,
        bucketStart: startOfDay(day),
        bucketEnd: endOfDay(day),
        providerProjectId: workspace,
        endpoint: BYOK,
        model: model ?? '',
        tokenType: 'byok_spend',
        unit: 'dollars' as const,
        quantity: amount,
      }));
  }
}

function dailyOnly(): CostsError {
  return new CostsError('contract', 'OpenRouter tells what was paid elsewhere by the day only.', {
    hint: 'Leave out --bucket, or choose another provider: --provider',
  });
}
