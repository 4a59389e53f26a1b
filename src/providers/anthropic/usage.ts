import { endOfDay, startOfDay, type Day, type DaySpan } from '../../domain/day.js';
import type { QueryParameters } from '../address.js';
import type { ProviderCall } from '../../domain/provider.js';
import { WIDTH_MILLISECONDS, type UsageLine, type UsageSource, type UsageWidth } from '../../domain/usage.js';
import { firstDays, followPages, lastWholeDay } from '../paging.js';
import type { ReadRow } from '../http.js';
import { isNotAllowed, isUnsupported } from '../refusal.js';
import { DriftWatch, formatInstant } from '../shapes.js';
import { FastShare } from './fast-share.js';
import { MESSAGES, parseUsageReport, readUsageRow } from './usage-schema.js';

const PATH = '/v1/organizations/usage_report/messages';
/** https://platform.claude.com/docs/en/api/admin/usage_report: the most buckets a request may ask for. */
const LIMITS: Record<UsageWidth, number> = { '1d': 31, '1h': 168 };
const MAX_DAYS: Record<UsageWidth, number> = { '1d': 31, '1h': 7 };
/**
 * A sixth is refused. These five are the workspace and all that a price depends on; the key, which no price depends on,
 * would be the sixth.
 */
const GROUPINGS = ['workspace_id', 'model', 'service_tier', 'context_window', 'inference_geo'];

/** https://platform.claude.com/docs/en/api/admin/usage_report: a filter by speed needs this. */
const SPEED_BETA = { 'anthropic-beta': 'fast-mode-2026-02-01' };
const FAST_ONLY = { 'speeds[]': 'fast' };
/** What was fast, and the whole. */
const QUESTIONS = 2;

type Get = (
  call: ProviderCall,
  path: string,
  parameters: QueryParameters,
  options: { readRow: ReadRow; headers: Record<string, string>; together?: number },
) => Promise<unknown>;

/**
 * Fast mode would be a sixth grouping. What of the usage was fast is asked for by itself, and first: of a day that goes on it is
 * then never more than the whole.
 * @param isTooEarly whether an error only says that nothing of the span can have been reported yet.
 */
export function createAnthropicUsage(get: Get, isTooEarly: (error: unknown, span: DaySpan) => boolean): UsageSource {
  const read = (call: ProviderCall, span: DaySpan, width: UsageWidth, isFast: boolean) => {
    const drift = new DriftWatch(call.observe);
    const headers = isFast ? SPEED_BETA : {};
    const fetchPage = async (cursor: string | null) => {
      const page = { width, limit: LIMITS[width], groups: GROUPINGS };
      const parameters = { ...reportParameters(span, page, cursor), ...(isFast ? FAST_ONLY : {}) };
      const readRow: ReadRow = (row, path) => readUsageRow(row, path, drift);
      const first = isFast && cursor === null ? { together: QUESTIONS } : {};
      return parseUsageReport(await get(call, PATH, parameters, { headers, readRow, ...first }), drift);
    };
    return followPages('Anthropic', span, fetchPage, WIDTH_MILLISECONDS[width]);
  };

  async function readFast(
    call: ProviderCall,
    span: DaySpan,
    width: UsageWidth,
  ): Promise<{ fast: FastShare; until: Day }> {
    let lines: UsageLine[] = [];
    let { until } = span;
    try {
      for await (const page of firstDays(read(call, span, width, true), span.since)) {
        // There may be more of them than a call takes arguments.
        lines = lines.concat(page.lines);
        if (page.end === null) until = lastWholeDay(page) ?? until;
      }
    } catch (error) {
      // What is wrong with the whole report, the other question is told, too.
      if (isTooEarly(error, span) || !(isUnsupported(error) || isNotAllowed(error))) throw error;
      call.observe({ type: 'missing', endpoint: `${MESSAGES} by speed` });
      return { fast: new FastShare([]), until };
    }
    return { fast: new FastShare(lines), until };
  }

  return {
    endpoints: [MESSAGES],
    requestsAWindow: QUESTIONS,
    maxDays: (width) => MAX_DAYS[width],
    async *fetchUsage(call, span, width) {
      try {
        const { fast, until } = await readFast(call, span, width);
        const asked = { since: span.since, until };
        let reached = startOfDay(span.since);
        for await (const { lines, ...page } of firstDays(read(call, asked, width, false), span.since)) {
          reached = page.end === 'complete' ? endOfDay(until) : (page.buckets.at(-1)?.end ?? reached);
          yield { endpoint: MESSAGES, ...page, ...asked, lines: lines.flatMap((line) => fast.split(line)) };
        }
        fast.requireAllFound(reached);
      } catch (error) {
        if (!isTooEarly(error, span)) throw error;
        yield { endpoint: MESSAGES, buckets: [], lines: [], end: 'early', ...span };
      }
    },
  };
}

/** What a page of any report is asked by. */
export function reportParameters(
  span: DaySpan,
  { width, limit, groups }: { width: UsageWidth; limit: number; groups: readonly string[] },
  cursor: string | null,
): QueryParameters {
  return {
    starting_at: formatInstant(startOfDay(span.since)),
    // Always sent: without it, a start of yesterday is refused as an empty range.
    ending_at: formatInstant(endOfDay(span.until)),
    bucket_width: width,
    limit: `${limit}`,
    'group_by[]': groups,
    page: cursor,
  };
}
