import type { ApiAnswer, ApiRequest, Route } from '../api.js';
import { raw } from '../json.js';
import { integerOf, queryIdentity } from '../query.js';
import { groupUsage, USAGE_WIDTHS, usageBuckets, type GroupedUsage } from '../usage-buckets.js';
import { mintPage, readPage } from './cursor.js';
import { badRequest } from './errors.js';
import { instantOf, toInstant } from './instants.js';

const GROUPINGS = [
  'account_id',
  'api_key_id',
  'context_window',
  'inference_geo',
  'model',
  'service_account_id',
  'service_tier',
  'workspace_id',
];
const MOST_GROUPINGS = 5;
const MEASURES = [
  'uncached_input_tokens',
  'cache_creation.ephemeral_1h_input_tokens',
  'cache_creation.ephemeral_5m_input_tokens',
  'cache_read_input_tokens',
  'output_tokens',
  'server_tool_use.web_search_requests',
];

/** `GET /v1/organizations/usage_report/messages`. */
export const usageReportRoute: Route = {
  path: /^\/v1\/organizations\/usage_report\/messages$/,
  scope: 'usage',
  answer: answerUsageReport,
};

function answerUsageReport({ organization, query, now, issuedCursors, quirks }: ApiRequest): ApiAnswer {
  const asked = parseQuery(query, now);
  const identity = queryIdentity(organization.id, 'usage_report/messages', query);
  const token = query.get('page');
  const cursor = token !== null && issuedCursors.has(`${token} ${identity}`) ? readPage(token) : null;
  if (token !== null && cursor === null) throw badRequest('page: Invalid page token for this query');

  const start = cursor ?? asked.start;
  const left = usageBuckets(start, asked.end, asked.width, now);
  const next = left[asked.limit];
  const nextPage = next === undefined ? null : mintPage(next.start, false);
  const again = mintPage(start, token !== mintPage(start, true));
  for (const issued of [nextPage, again]) if (issued !== null) issuedCursors.add(`${issued} ${identity}`);
  const speeds = query.getAll('speeds[]');
  if (speeds.length > 0 && quirks.noSpeeds) throw badRequest('speeds[]: Extra inputs are not permitted');
  const rows = (organization.usage ?? []).filter(
    ({ endpoint, dimensions }) =>
      endpoint === 'messages' && (speeds.length === 0 || speeds.includes(String(dimensions['speed'] ?? 'standard'))),
  );
  return {
    status: 200,
    body: {
      data: left.slice(0, asked.limit).map((bucket) => ({
        starting_at: toInstant(bucket.start),
        ending_at: toInstant(bucket.end),
        results: groupUsage(rows, bucket, now, { groupBy: asked.groupBy, fields: MEASURES }).map(toResult),
      })),
      has_more: nextPage !== null,
      next_page: nextPage,
    },
    again,
  };
}

function parseQuery(
  query: URLSearchParams,
  now: Date,
): { start: Date; end: Date; width: number; limit: number; groupBy: string[] } {
  const asked = query.get('bucket_width') ?? '1d';
  const width = Object.hasOwn(USAGE_WIDTHS, asked) ? USAGE_WIDTHS[asked] : undefined;
  if (width === undefined) throw badRequest("bucket_width: Input should be '1d', '1h' or '1m'");
  const { milliseconds, usual, most } = width;
  const startingAt = instantOf(query, 'starting_at');
  if (startingAt === null) throw badRequest('starting_at: Field required');
  const limit = integerOf(query, 'limit') ?? (query.has('limit') ? 0 : usual);
  if (limit < 1 || limit > most) throw badRequest(`limit: Input should be from 1 to ${most}`);
  const start = new Date(Math.floor(startingAt.getTime() / milliseconds) * milliseconds);
  const end = instantOf(query, 'ending_at') ?? now;
  if (end <= start) throw badRequest('Invalid date range: ending date must be after starting date');
  return { start, end, width: milliseconds, limit, groupBy: parseGroupBy(query) };
}

function parseGroupBy(query: URLSearchParams): string[] {
  const asked = [...new Set(query.getAll('group_by[]'))];
  if (asked.length > MOST_GROUPINGS)
    throw badRequest(`Cannot specify more than ${MOST_GROUPINGS} group_by[] dimensions.`);
  const unknown = asked.find((name) => !GROUPINGS.includes(name));
  if (unknown !== undefined) throw badRequest(`group_by[]: Input should be one of ${GROUPINGS.join(', ')}`);
  return asked;
}

function toResult({ dimensions, measures }: GroupedUsage): unknown {
  const count = (name: string) => raw(measures[name] ?? '0');
  return {
    uncached_input_tokens: count('uncached_input_tokens'),
    cache_creation: {
      ephemeral_1h_input_tokens: count('cache_creation.ephemeral_1h_input_tokens'),
      ephemeral_5m_input_tokens: count('cache_creation.ephemeral_5m_input_tokens'),
    },
    cache_read_input_tokens: count('cache_read_input_tokens'),
    output_tokens: count('output_tokens'),
    server_tool_use: { web_search_requests: count('server_tool_use.web_search_requests') },
    ...Object.fromEntries(GROUPINGS.map((name) => [name, null])),
    ...dimensions,
  };
}
