import type { ApiAnswer, ApiRequest, Route } from '../api.js';
import { raw } from '../json.js';
import { integerOf, listOf, queryIdentity } from '../query.js';
import { groupUsage, USAGE_WIDTHS, usageBuckets, type GroupedUsage } from '../usage-buckets.js';
import { mintCursor, readCursor } from './cursor.js';
import { badParameter, refuseOld } from './errors.js';
import { ENDPOINTS, type EmulatedEndpoint } from './usage-endpoints.js';

/** `GET /v1/organization/usage/*`: all of them. */
export const usageRoute: Route = {
  path: new RegExp(`^/v1/organization/usage/(${Object.keys(ENDPOINTS).join('|')})$`),
  scope: 'usage',
  answer: answerUsage,
};

function answerUsage(request: ApiRequest): ApiAnswer {
  const { organization, query, now, pathValues, quirks } = request;
  const name = pathValues[0] ?? '';
  const endpoint = ENDPOINTS[name] as EmulatedEndpoint;
  const asked = parseUsageQuery(query, now, endpoint);
  refuseOld(asked.start, now, quirks.usageLookback[name] ?? null);

  const identity = queryIdentity(organization.id, name, query);
  const token = query.get('page');
  const cursor = token === null ? null : readCursor(token, identity);
  if (token !== null && cursor === null) {
    throw badParameter('page', 'Invalid page token: it does not belong to a query with these parameters.');
  }
  const start = cursor === null ? asked.start : new Date(cursor.next * 1000);
  const left = usageBuckets(start, asked.end, asked.width, now);
  const page = left.slice(0, asked.limit);
  const next = left[asked.limit];
  const rows = (organization.usage ?? []).filter((row) => row.endpoint === name && isWanted(row.dimensions, query));
  return {
    status: 200,
    body: {
      object: 'page',
      data: page.map((bucket) => ({
        object: 'bucket',
        start_time: bucket.start.getTime() / 1000,
        end_time: bucket.end.getTime() / 1000,
        results: groupUsage(rows, bucket, now, { groupBy: asked.groupBy, fields: endpoint.measures }).map((group) =>
          toResult(group, endpoint),
        ),
      })),
      has_more: next !== undefined,
      next_page: next === undefined ? null : mintCursor(identity, next.start, now),
    },
    again: mintCursor(identity, start, now, ((cursor?.minted ?? 0) % 86_400) + 1),
  };
}

interface UsageQuery {
  start: Date;
  end: Date;
  width: number;
  limit: number;
  groupBy: string[];
}

function parseUsageQuery(query: URLSearchParams, now: Date, endpoint: EmulatedEndpoint): UsageQuery {
  const start = integerOf(query, 'start_time');
  const end = integerOf(query, 'end_time');
  if (start === null)
    throw badParameter('start_time', "Missing required parameter: 'start_time'.", 'missing_required_parameter');
  if (start === undefined)
    throw badParameter('start_time', "Invalid type for 'start_time': expected an integer.", 'invalid_type');
  if (end === undefined)
    throw badParameter('end_time', "Invalid type for 'end_time': expected an integer.", 'invalid_type');
  if (end !== null && end <= start) throw badParameter('end_time', 'end_time must be after start_time.');
  const asked = query.get('bucket_width') ?? '1d';
  const width = Object.hasOwn(USAGE_WIDTHS, asked) ? USAGE_WIDTHS[asked] : undefined;
  if (width === undefined) {
    throw badParameter(
      'bucket_width',
      `Invalid value: '${asked}'. Supported values are: '1m', '1h', '1d'.`,
      'invalid_value',
    );
  }
  return {
    start: new Date(start * 1000),
    end: end === null ? now : new Date(end * 1000),
    width: width.milliseconds,
    limit: parseLimit(query, width),
    groupBy: parseGroupBy(query, endpoint),
  };
}

/** Refused, not cut: the costs endpoint is the one that cuts. */
function parseLimit(query: URLSearchParams, { usual, most }: { usual: number; most: number }): number {
  const limit = integerOf(query, 'limit');
  if (limit === null) return usual;
  if (limit === undefined)
    throw badParameter('limit', "Invalid type for 'limit': expected an integer.", 'invalid_type');
  if (limit < 1 || limit > most) {
    throw badParameter(
      'limit',
      `Invalid limit provided: ${limit}. Limit must be between 1 and ${most} for this bucket_width.`,
    );
  }
  return limit;
}

function parseGroupBy(query: URLSearchParams, { groupBy }: EmulatedEndpoint): string[] {
  const asked = [...new Set(listOf(query, 'group_by').flatMap((value) => value.split(',')))];
  const unknown = asked.find((name) => !groupBy.includes(name));
  if (unknown === undefined) return asked;
  throw badParameter(
    'group_by',
    `Invalid value: '${unknown}'. Supported values are: ${groupBy.map((name) => `'${name}'`).join(', ')}.`,
    'invalid_value',
  );
}

const FILTERS = { project_ids: 'project_id', user_ids: 'user_id', api_key_ids: 'api_key_id', models: 'model' };

function isWanted(dimensions: Record<string, string | boolean | null>, query: URLSearchParams): boolean {
  const batch = query.get('batch');
  if (batch !== null && String(dimensions['batch'] ?? false) !== batch) return false;
  return Object.entries(FILTERS).every(([parameter, name]) => {
    const wanted = listOf(query, parameter);
    return wanted.length === 0 || wanted.includes(String(dimensions[name] ?? ''));
  });
}

function toResult({ dimensions, measures }: GroupedUsage, { object, groupBy }: EmulatedEndpoint): unknown {
  const ungrouped = Object.fromEntries(groupBy.map((name) => [name, null]));
  const counted = Object.fromEntries(Object.entries(measures).map(([name, token]) => [name, raw(token)]));
  return { object, ...counted, ...ungrouped, ...dimensions };
}
