import { addDays, parseDay, startOfDay, toDay } from '../../domain/day.js';
import { integerOf } from '../query.js';
import { badRequest } from './errors.js';
import { instantOf } from './instants.js';

/** By name, all that a row tells; null where it was not asked for. */
export const GROUPINGS = [
  'actor',
  'actor_type',
  'agent_id',
  'api_key_id',
  'claude_tag_category',
  'claude_tag_user_id',
  'context_window',
  'cost_type',
  'deployment_id',
  'environment_id',
  'inference_geo',
  'model',
  'organization_id',
  'product',
  'rbac_group_id',
  'service_tier',
  'session_id',
  'slack_channel_id',
  'speed',
  'token_type',
  'user_profile_id',
  'workspace_id',
];
const UNCOUNTED = ['cost_type', 'token_type'];
const MOST_GROUPINGS = 5;
const [DEFAULT_LIMIT, MAX_LIMIT] = [20, 1000];
const FIRST_START = startOfDay(parseDay('2026-01-01'));
const [MAX_DAYS, LOOKBACK_DAYS, DAY] = [31, 365, 86_400_000];

export interface AnalyticsQuery {
  /** Midnight UTC. */
  start: Date;
  end: Date;
  limit: number;
  groupBy: string[];
}

/** Reads the query as Anthropic does. @throws ApiFailure 400 */
export function parseAnalyticsQuery(query: URLSearchParams, now: Date): AnalyticsQuery {
  if (query.get('time_bucket_width') !== '1d') throw badRequest("time_bucket_width: only '1d' is emulated");
  const [startingAt, end] = [instantOf(query, 'starting_at'), instantOf(query, 'ending_at')];
  if (startingAt === null) throw badRequest('starting_at: Field required');
  if (end === null) throw badRequest('ending_at: required with time_bucket_width');
  const yearAgo = new Date(startOfDay(toDay(now)).getTime() - LOOKBACK_DAYS * DAY);
  const earliest = yearAgo > FIRST_START ? yearAgo : FIRST_START;
  if (startingAt < earliest) throw badRequest(`starting_at: must be ${earliest.toISOString()} or later`);
  const start = startOfDay(toDay(startingAt));
  if (end <= start) throw badRequest('Invalid date range: ending date must be after starting date');
  if (end > startOfDay(addDays(toDay(start), MAX_DAYS))) throw badRequest('date range must span at most 31 days');
  const limit = integerOf(query, 'limit') ?? (query.has('limit') ? 0 : DEFAULT_LIMIT);
  if (limit < 1 || limit > MAX_LIMIT) throw badRequest(`limit: Input should be from 1 to ${MAX_LIMIT}`);
  if (query.get('order_by') !== 'time' || query.get('order') !== 'asc')
    throw badRequest('order_by, order: only ascending time is emulated');
  return { start, end, limit, groupBy: parseGroupBy(query) };
}

function parseGroupBy(query: URLSearchParams): string[] {
  const asked = [...new Set(query.getAll('group_by[]'))];
  const unknown = asked.find((name) => !GROUPINGS.includes(name));
  if (unknown !== undefined) throw badRequest(`group_by: Invalid group_by[]: "${unknown}"`);
  if (asked.filter((name) => !UNCOUNTED.includes(name)).length > MOST_GROUPINGS)
    throw badRequest(`Cannot specify more than ${MOST_GROUPINGS} group_by[] dimensions.`);
  return asked;
}
