import { endOfDay, startOfDay, type DaySpan } from '../../domain/day.js';
import type { ProviderCall } from '../../domain/provider.js';
import { WIDTH_MILLISECONDS, type UsageSource, type UsageWidth } from '../../domain/usage.js';
import { followPages } from '../paging.js';
import { DriftWatch, formatInstant } from '../shapes.js';
import { MESSAGES, parseUsageReport } from './usage-schema.js';

/** https://platform.claude.com/docs/en/api/admin/usage_report: the most buckets a request may ask for. */
const LIMITS: Record<UsageWidth, number> = { '1d': 31, '1h': 168 };
const MAX_DAYS: Record<UsageWidth, number> = { '1d': 31, '1h': 7 };
/**
 * A sixth is refused. These five are the workspace and all that a price depends on; the key, which no price depends on,
 * would be the sixth.
 */
const GROUPINGS = ['workspace_id', 'model', 'service_tier', 'context_window', 'inference_geo'];

type Get = (call: ProviderCall, path: string, parameters: [string, string][]) => Promise<unknown>;

/** @param isTooEarly whether an error only says that nothing of the span can have been reported yet. */
export function createAnthropicUsage(get: Get, isTooEarly: (error: unknown, span: DaySpan) => boolean): UsageSource {
  return {
    endpoints: [MESSAGES],
    maxDays: (width) => MAX_DAYS[width],
    async *fetchUsage(call, span, width) {
      const drift = new DriftWatch(call.observe);
      const fetchPage = async (cursor: string | null) =>
        parseUsageReport(
          await get(call, '/v1/organizations/usage_report/messages', toParameters(span, width, cursor)),
          drift,
        );
      try {
        const pages = followPages('Anthropic', span, fetchPage, WIDTH_MILLISECONDS[width]);
        for await (const page of pages) yield { endpoint: MESSAGES, ...page, since: span.since };
      } catch (error) {
        if (!isTooEarly(error, span)) throw error;
        yield { endpoint: MESSAGES, buckets: [], lines: [], end: 'early', since: span.since };
      }
    },
  };
}

function toParameters(span: DaySpan, width: UsageWidth, cursor: string | null): [string, string][] {
  return [
    ['starting_at', formatInstant(startOfDay(span.since))],
    ['ending_at', formatInstant(endOfDay(span.until))],
    ['bucket_width', width],
    ['limit', `${LIMITS[width]}`],
    ...GROUPINGS.map((group): [string, string] => ['group_by[]', group]),
    ...(cursor === null ? [] : ([['page', cursor]] as [string, string][])),
  ];
}
