import { toDay, type Day } from '../../domain/day.js';
import { add, formatDecimal, parseDecimal } from '../../domain/decimal.js';
import type { ApiAnswer, ApiRequest, Route } from '../api.js';
import { dailyBuckets, rowsOfBucket } from '../daily-buckets.js';
import { raw } from '../json.js';
import { amountText } from '../world.js';
import { badRequest } from './errors.js';

const LOOKBACK_DAYS = 365;
const SECONDS = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

interface Query {
  metrics: string[];
  dimensions?: string[];
  granularity?: string;
  time_range?: { start: string; end: string };
  filters?: { field: string; operator: string; value: unknown }[];
  limit?: number;
}

/** `POST /analytics/query` by the day, as far as bills need it. */
export const analyticsRoute: Route = {
  path: /^\/openrouter\/api\/v1\/analytics\/query$/,
  method: 'POST',
  scope: 'usage',
  answer: answerQuery,
};

function answerQuery(request: ApiRequest): ApiAnswer {
  const query = request.body as Query;
  const [metric] = query.metrics;
  const dimensions = query.dimensions ?? [];
  if (dimensions.length > 2) throw badRequest('dimensions: at most 2');
  if (query.granularity !== 'day' || metric === undefined) throw badRequest('granularity: not emulated');
  const { start, end } = query.time_range ?? { start: '', end: '' };
  if (!SECONDS.test(start) || !SECONDS.test(end)) throw badRequest('time_range: must have seconds');
  if (new Date(start).getTime() < request.now.getTime() - LOOKBACK_DAYS * 86_400_000)
    throw badRequest(`time_range: at most ${LOOKBACK_DAYS} days back`);
  const workspace = query.filters?.find(({ field }) => field === 'workspace')?.value ?? null;
  const isKnown = workspace === null || request.organization.projects.some(({ id }) => id === workspace);
  const rows = [...sums(request, new Date(start), new Date(end), metric, workspace)];
  const data = rows
    .map(([key, amount]) => {
      const [day, model] = JSON.parse(key) as [Day, string | null];
      return { date__day: day, ...(dimensions.includes('model') ? { model } : {}), [metric]: raw(amount) };
    })
    // The newest first, as the real one orders them.
    .reverse();
  const limit = query.limit ?? 1000;
  return {
    status: 200,
    body: {
      data: {
        data: data.slice(0, limit),
        metadata: { query_time_ms: 12, row_count: Math.min(data.length, limit), truncated: data.length > limit },
        cachedAt: request.now.getTime(),
        warnings: isKnown ? [] : [`Unknown workspace`],
      },
    },
  };

  function* sums({ organization }: ApiRequest, from: Date, to: Date, name: string, space: unknown) {
    for (const bucket of dailyBuckets(from, to, request.now)) {
      const byKey = new Map<string, string>();
      const count = (model: string | null, text: string) => {
        const key = JSON.stringify([toDay(bucket.start), dimensions.includes('model') ? model : null]);
        const known = byKey.get(key);
        byKey.set(key, known === undefined ? text : formatDecimal(add(parseDecimal(known), parseDecimal(text))));
      };
      if (name === 'credits_usage') {
        for (const row of rowsOfBucket(request, bucket))
          if (space === null || row.projectId === space) count(row.lineItem, amountText(row.amount));
      } else {
        for (const { at, dimensions: of, measures } of organization.usage ?? [])
          if (at >= bucket.start && at < bucket.end && (space === null || of['workspace'] === space))
            count(String(of['model']), measures[name] ?? '0');
      }
      yield* byKey;
    }
  }
}
