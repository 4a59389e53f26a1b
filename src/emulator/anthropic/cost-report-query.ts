import { endOfDay, startOfDay, toDay } from '../../domain/day.js';
import { integerOf } from '../query.js';
import { badRequest } from './errors.js';
import { instantOf } from './instants.js';

export const GROUPINGS = ['workspace_id', 'description'];
const DEFAULT_LIMIT = 7;
const MAX_LIMIT = 31;

export interface CostReportQuery {
  /** Midnight UTC. */
  start: Date;
  /** Midnight UTC. */
  end: Date;
  limit: number;
  groupBy: string[];
}

/** Reads the query as Anthropic does: whole days that start on or after one instant and end by the other. @throws ApiFailure 400. */
export function parseCostReportQuery(query: URLSearchParams, now: Date): CostReportQuery {
  const startingAt = instantOf(query, 'starting_at');
  if (startingAt === null) throw badRequest('starting_at: Field required');
  const width = query.get('bucket_width');
  if (width !== null && width !== '1d') throw badRequest("bucket_width: Input should be '1d'");

  const day = startOfDay(toDay(startingAt));
  const start = day.getTime() === startingAt.getTime() ? day : endOfDay(toDay(startingAt));
  const end = startOfDay(toDay(instantOf(query, 'ending_at') ?? now));
  if (end.getTime() <= start.getTime()) {
    throw badRequest('Invalid date range: ending date must be after starting date');
  }
  return { start, end, limit: parseLimit(query), groupBy: parseGroupBy(query) };
}

function parseLimit(query: URLSearchParams): number {
  const limit = integerOf(query, 'limit');
  if (limit === null) return DEFAULT_LIMIT;
  if (limit === undefined) throw badRequest('limit: Input should be a valid integer');
  if (limit < 1) throw badRequest('limit: Input should be greater than or equal to 1');
  if (limit > MAX_LIMIT) throw badRequest(`limit: Input should be less than or equal to ${MAX_LIMIT}`);
  return limit;
}

/** In brackets only: a plain `group_by` is a parameter Anthropic does not know, and passes over. */
function parseGroupBy(query: URLSearchParams): string[] {
  const asked = [...new Set(query.getAll('group_by[]'))];
  if (asked.some((name) => !GROUPINGS.includes(name))) {
    throw badRequest("group_by[]: Input should be 'workspace_id' or 'description'");
  }
  return asked;
}
