import { endOfDay, toDay } from '../../domain/day.js';
import { integerOf, listOf } from '../query.js';
import { badParameter } from './errors.js';

/** The first day for which costs can be grouped by API key: 2025-12-06. */
const API_KEY_FLOOR = 1_764_979_200;
const GROUPINGS = ['project_id', 'line_item', 'api_key_id', 'user_id', 'api_source'];
const DEFAULT_LIMIT = 7;
const DOCUMENTED_LIMIT = 180;
/** Larger limits up to the documented one are taken without a word and cut to this. */
const SILENT_LIMIT = 31;

export interface CostsQuery {
  start: Date;
  end: Date;
  limit: number;
  groupBy: string[];
  projectIds: string[];
  lineItems: string[];
  apiKeyIds: string[];
}

/** Reads the query as OpenAI does. @throws ApiFailure 400 naming the parameter. */
export function parseCostsQuery(query: URLSearchParams, now: Date): CostsQuery {
  const groupBy = parseGroupBy(query);
  return {
    ...parseSpan(query, now, groupBy),
    limit: parseLimit(query),
    groupBy,
    projectIds: listOf(query, 'project_ids'),
    lineItems: listOf(query, 'line_items'),
    apiKeyIds: listOf(query, 'api_key_ids'),
  };
}

function parseSpan(query: URLSearchParams, now: Date, groupBy: string[]): { start: Date; end: Date } {
  const start = integerOf(query, 'start_time');
  const end = integerOf(query, 'end_time');
  if (start === null)
    throw badParameter('start_time', "Missing required parameter: 'start_time'.", 'missing_required_parameter');
  if (start === undefined || start < 0)
    throw badParameter('start_time', "Invalid type for 'start_time': expected an integer.", 'invalid_type');
  if (end === undefined)
    throw badParameter('end_time', "Invalid type for 'end_time': expected an integer.", 'invalid_type');
  if (end !== null && end <= start) throw badParameter('end_time', 'end_time must be after start_time.');
  const width = query.get('bucket_width');
  if (width !== null && width !== '1d') {
    throw badParameter('bucket_width', `Invalid value: '${width}'. Supported values are: '1d'.`, 'invalid_value');
  }
  if (groupBy.includes('api_key_id') && start < API_KEY_FLOOR) {
    throw badParameter(
      'start_time',
      `group_by=api_key_id is not available for this time range. Try a start_time on or after ${API_KEY_FLOOR}.`,
    );
  }
  return { start: new Date(start * 1000), end: end === null ? endOfDay(toDay(now)) : new Date(end * 1000) };
}

function parseLimit(query: URLSearchParams): number {
  const limit = integerOf(query, 'limit');
  if (limit === null) return DEFAULT_LIMIT;
  if (limit === undefined)
    throw badParameter('limit', "Invalid type for 'limit': expected an integer.", 'invalid_type');
  if (limit < 1)
    throw badParameter('limit', `Invalid limit provided: ${limit}. Limit must be greater than or equal to 1.`);
  if (limit > DOCUMENTED_LIMIT) {
    throw badParameter(
      'limit',
      `Invalid limit provided: ${limit}. Limit must be less than or equal to ${DOCUMENTED_LIMIT}.`,
    );
  }
  return Math.min(limit, SILENT_LIMIT);
}

/** In brackets, repeated, or joined by commas: clients of all three kinds are served. */
function parseGroupBy(query: URLSearchParams): string[] {
  const asked = [...new Set(listOf(query, 'group_by').flatMap((value) => value.split(',')))];
  const unknown = asked.find((name) => !GROUPINGS.includes(name));
  if (unknown !== undefined) {
    throw badParameter(
      'group_by',
      `Invalid value: '${unknown}'. Supported values are: ${GROUPINGS.map((name) => `'${name}'`).join(', ')}.`,
      'invalid_value',
    );
  }
  if (asked.includes('user_id') && (asked.includes('project_id') || listOf(query, 'project_ids').length > 0)) {
    throw badParameter('group_by', 'Grouping by user_id cannot be combined with project_id for this organization.');
  }
  return asked;
}
