import { addDays, daysBetween, endOfDay, startOfDay, type Day, type DaySpan } from '../../domain/day.js';
import type { QueryParameters } from '../address.js';
import type { ProviderCall } from '../../domain/provider.js';
import {
  WIDTH_MILLISECONDS,
  type UsageLine,
  type UsagePage,
  type UsageSource,
  type UsageWidth,
} from '../../domain/usage.js';
import type { CostsError } from '../../errors.js';
import type { ReadRow } from '../http.js';
import { isDown, isNotAllowed, isNotFound, isUnsupported } from '../refusal.js';
import { firstDays, followPages, lastWholeDay, type RawPage } from '../paging.js';
import { DriftWatch } from '../shapes.js';
import { isTooOld } from './lookback.js';
import { USAGE_ENDPOINTS } from './usage-endpoints.js';
import { parseUsagePage, UsageReader } from './usage-schema.js';

/** The most buckets a request may ask for; unlike the costs endpoint these refuse more. */
const LIMITS: Record<UsageWidth, number> = { '1d': 31, '1h': 168 };
const MAX_DAYS: Record<UsageWidth, number> = { '1d': 31, '1h': 7 };

type Get = (call: ProviderCall, path: string, parameters: QueryParameters, readRow: ReadRow) => Promise<unknown>;
type FetchPage = (since: Day, cursor: string | null) => Promise<RawPage<UsageLine>>;

/** https://platform.openai.com/docs/api-reference/usage */
export function createOpenAiUsage(get: Get): UsageSource {
  return {
    endpoints: USAGE_ENDPOINTS.map(({ name }) => name),
    requestsAWindow: USAGE_ENDPOINTS.length,
    maxDays: (width) => MAX_DAYS[width],
    async *fetchUsage(call, span, width, endpoints) {
      const drift = new DriftWatch(call.observe);
      const unread: { endpoint: string; error: CostsError }[] = [];
      let { until } = span;
      for (const endpoint of USAGE_ENDPOINTS.filter(({ name }) => endpoints?.includes(name) ?? true)) {
        const asked = { since: span.since, until };
        const fetchPage: FetchPage = async (since, cursor) => {
          const page = { width, limit: LIMITS[width], groups: endpoint.groupBy };
          const parameters = reportParameters({ ...asked, since }, page, cursor);
          const reader = new UsageReader(endpoint, drift, call.organizationId);
          const path = `/organization/usage/${endpoint.name}`;
          const document = await get(call, path, parameters, (row, at) => reader.read(row, at));
          return parseUsagePage(document, endpoint.name, drift);
        };
        try {
          for await (const page of readEndpoint(endpoint.name, asked, width, fetchPage)) {
            yield { ...page, until: asked.until };
            // What the page of one report does not hold is asked for by itself, of all of them alike.
            if (page.end === null) until = lastWholeDay(page) ?? until;
          }
        } catch (error) {
          // Where a second one is down, it is the provider that is.
          if (!standsForItself(error) || (isDown(error) && unread.some((each) => isDown(each.error)))) throw error;
          unread.push({ endpoint: endpoint.name, error });
        }
      }
      const [first] = unread;
      // Where none can be read it is not the report that is missing.
      if (first !== undefined && unread.length === USAGE_ENDPOINTS.length) throw first.error;
      for (const { endpoint, error } of unread) {
        const missing = isNotFound(error);
        yield { endpoint, buckets: [], lines: [], end: 'complete', since: null, until, unread: { missing, error } };
      }
    },
  };
}

/** Whether a failure is about one report, and says nothing of the others. */
function standsForItself(error: unknown): error is CostsError {
  return isNotAllowed(error) || isUnsupported(error) || isDown(error);
}

/** What a page of any report is asked by. */
export function reportParameters(
  span: DaySpan,
  { width, limit, groups }: { width: UsageWidth; limit: number; groups: readonly string[] },
  cursor: string | null,
): QueryParameters {
  return {
    start_time: `${startOfDay(span.since).getTime() / 1000}`,
    end_time: `${endOfDay(span.until).getTime() / 1000}`,
    bucket_width: width,
    limit: `${limit}`,
    'group_by[]': groups,
    page: cursor,
  };
}

async function* readEndpoint(
  endpoint: string,
  span: DaySpan,
  width: UsageWidth,
  fetchPage: FetchPage,
): AsyncGenerator<UsagePage, void, undefined> {
  const found = await findStart(span, fetchPage);
  if (found === null) {
    yield { endpoint, buckets: [], lines: [], end: 'complete', since: null };
    return;
  }
  const { since, first } = found;
  // The first page is at hand already; asking for it again would only cost a request.
  const next = (cursor: string | null) => (cursor === null ? Promise.resolve(first) : fetchPage(since, cursor));
  const pages = followPages('OpenAI', { since, until: span.until }, next, WIDTH_MILLISECONDS[width]);
  for await (const page of firstDays(pages, since)) yield { endpoint, ...page, since };
}

/**
 * The first day of a span that the endpoint is willing to report, and its first page; null when all lie too far back.
 * A start that is refused is moved by halving, so that no day that could still be read is given up.
 */
async function findStart(
  { since, until }: DaySpan,
  fetchPage: FetchPage,
): Promise<{ since: Day; first: RawPage<UsageLine> } | null> {
  const ask = (day: Day) =>
    fetchPage(day, null).catch((error: unknown) => {
      if (isTooOld(error)) return null;
      throw error;
    });
  let refused = since;
  let first = await ask(since);
  if (first !== null) return { since, first };
  let accepted = until;
  first = since === until ? null : await ask(until);
  if (first === null) return null;
  while (daysBetween(refused, accepted) > 1) {
    const middle = addDays(refused, Math.floor(daysBetween(refused, accepted) / 2));
    const page = await ask(middle);
    if (page === null) refused = middle;
    else [accepted, first] = [middle, page];
  }
  return { since: accepted, first };
}
