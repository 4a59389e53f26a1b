import { toDay } from '../../domain/day.js';
import { add, formatDecimal, parseDecimal } from '../../domain/decimal.js';
import { ApiFailure, type ApiAnswer, type ApiRequest, type Route } from '../api.js';
import { raw } from '../json.js';
import { integerOf } from '../query.js';
import type { WorldUsageRow } from '../usage-world.js';

/** Keys that an aggregated answer lists of a model, those with the highest spend first. */
const API_KEY_LIMIT = 5;
const MOST_A_PAGE = 1000;
const MEASURES = ['spend', 'api_requests'];

export function liteLlmError(status: number, message: string): ApiAnswer {
  return { status, body: { detail: { error: message } } };
}

/** `GET /user/daily/activity?start_date&end_date&page&page_size`: the totals of a page are of that page alone. */
export const pagedRoute: Route = {
  path: /^\/litellm\/user\/daily\/activity$/,
  scope: null,
  answer: (request) => {
    const rows = rowsOf(request);
    const [page, size] = [integerOf(request.query, 'page') ?? 1, integerOf(request.query, 'page_size') ?? 10];
    if (page < 1 || size < 1 || size > MOST_A_PAGE) throw new ApiFailure(liteLlmError(422, 'page_size must be ≤ 1000'));
    const pages = Math.max(1, Math.ceil(rows.length / size));
    const answer = answerOf(rows.slice((page - 1) * size, page * size), Infinity);
    const place = { page, total_pages: pages, has_more: page < pages, api_key_limit: null, total_api_keys: null };
    return { status: 200, body: { ...answer, metadata: { ...answer.metadata, ...place } } };
  },
};

/** `GET /user/daily/activity/aggregated`: all of it at once, and of the keys those with the highest spend. */
export const aggregatedRoute: Route = {
  path: /^\/litellm\/user\/daily\/activity\/aggregated$/,
  scope: null,
  answer: (request) => {
    const rows = rowsOf(request);
    const keys = new Set(rows.map(({ dimensions }) => dimensions['key'])).size;
    const answer = answerOf(rows, API_KEY_LIMIT);
    const place = { page: 1, total_pages: 1, has_more: false, api_key_limit: API_KEY_LIMIT, total_api_keys: keys };
    return { status: 200, body: { ...answer, metadata: { ...answer.metadata, ...place } } };
  },
};

/** All of the proxy for an admin's key; for any other that of its user, who spent nothing. */
function rowsOf({ organization, key, query, now }: ApiRequest): WorldUsageRow[] {
  const [since, until] = [query.get('start_date'), query.get('end_date')];
  if (since === null || until === null)
    throw new ApiFailure(liteLlmError(400, 'Please provide start_date and end_date'));
  const isAdmin = key.scopes.includes('usage');
  if (!isAdmin && query.has('user_id'))
    throw new ApiFailure(liteLlmError(403, 'Non-admin users can only view their own spend data'));
  if (!isAdmin || query.has('user_id')) return [];
  const isAsked = ({ at }: WorldUsageRow) => at <= now && toDay(at) >= since && toDay(at) <= until;
  return (organization.usage ?? []).filter(isAsked).sort((a, b) => b.at.getTime() - a.at.getTime());
}

function answerOf(rows: readonly WorldUsageRow[], keyLimit: number) {
  const results = [...groupBy(rows, ({ at }) => toDay(at))].map(([date, ofDay]) => ({
    date,
    metrics: metricsOf(ofDay),
    breakdown: {
      models: Object.fromEntries(
        [...groupBy(ofDay, ({ dimensions }) => String(dimensions['model']))].map(([model, ofModel]) => [
          model,
          { metrics: metricsOf(ofModel), metadata: {}, api_key_breakdown: keysOf(ofModel, keyLimit) },
        ]),
      ),
      model_groups: {},
      providers: {},
      endpoints: {},
      api_keys: {},
      mcp_servers: {},
      entities: {},
    },
  }));
  return { results, metadata: { total_spend: metricsOf(rows).spend } };
}

function keysOf(rows: readonly WorldUsageRow[], limit: number) {
  const keys = [...groupBy(rows, ({ dimensions }) => String(dimensions['key']))];
  const spend = (of: readonly WorldUsageRow[]) => Number(sumOf(of, 'spend'));
  return Object.fromEntries(
    keys
      .sort(([, a], [, b]) => spend(b) - spend(a))
      .slice(0, limit)
      .map(([key, of]) => {
        const team = of[0]?.dimensions['team'] ?? null;
        const metadata = { key_alias: key, team_id: team, user_id: null, user_email: null, key_exists: true };
        return [key, { metrics: metricsOf(of), metadata }];
      }),
  );
}

function metricsOf(rows: readonly WorldUsageRow[]) {
  return {
    ...Object.fromEntries(MEASURES.map((measure) => [measure, raw(sumOf(rows, measure))])),
    spend: raw(sumOf(rows, 'spend')),
    prompt_tokens: 0,
    completion_tokens: 0,
    total_tokens: 0,
    failed_requests: 0,
  };
}

function sumOf(rows: readonly WorldUsageRow[], measure: string): string {
  return formatDecimal(
    rows.map(({ measures }) => parseDecimal(measures[measure] ?? '0')).reduce(add, parseDecimal('0')),
  );
}

function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}
