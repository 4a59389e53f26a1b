import { z } from 'zod';
import type { Decimal } from '../../domain/decimal.js';
import { parseDay, type Day } from '../../domain/day.js';
import { amountAt, integer, naming, numberText, optionalText, parseShape, text, type DriftWatch } from '../shapes.js';

const WHO = 'LiteLLM';

/** What the proxy counts of a model, a key or a day. */
export interface Metrics {
  /** What it estimates that the requests cost, in dollars. */
  spend: Decimal;
  requests: Decimal;
}

export interface KeyActivity extends Metrics {
  key: string;
  /** Null where the proxy does not know it, or no longer. */
  team: string | null;
}

export interface DayActivity extends Metrics {
  day: Day;
  models: (Metrics & { model: string; keys: KeyActivity[] })[];
}

export interface ActivityPage {
  days: DayActivity[];
  pages: number;
}

/** Metrics that are parts of others, durations, what something saved, or of teams alone, whose rows are not read (`flat_cost`). */
const OTHER_METRICS =
  `prompt_tokens completion_tokens cache_read_input_tokens cache_creation_input_tokens compression_saved_tokens
  compression_savings_spend prompt_caching_savings_spend gateway_injected_caching_savings_spend autorouter_savings_spend total_tokens
  successful_requests failed_requests total_response_time_ms timed_requests flat_cost`.split(/\s+/);
const KNOWN_METRICS = new Set(['spend', 'api_requests', ...OTHER_METRICS]);

const metrics = z.looseObject({
  spend: numberText.nullish(),
  api_requests: numberText.nullish(),
});
const keyBreakdown = z.record(text, z.object({ metrics, metadata: z.object({ team_id: optionalText }).nullish() }));
const page = z.object({
  results: z.array(
    z.object({
      date: text,
      metrics,
      breakdown: z.object({
        models: z.record(text, z.object({ metrics, api_key_breakdown: keyBreakdown.nullish() })).nullish(),
      }),
    }),
  ),
  metadata: z.object({ total_pages: integer.nullish() }).nullish(),
});

/**
 * An answer of `/user/daily/activity`, or of its aggregated sister, in our words. Totals in `metadata` are those of a page and are
 * not read; tags overlap, and are not either.
 * @throws CostsError `contract`
 */
export function parseActivity(document: unknown, drift: DriftWatch): ActivityPage {
  const { results, metadata } = parseShape(WHO, page, document);
  const days = results.map(({ date, metrics: whole, breakdown }, index): DayActivity => {
    const at = `results[${index}]`;
    drift.fields('results[].metrics', whole, KNOWN_METRICS);
    return {
      day: naming(`${at}.date`, () => parseDay(date)),
      ...toMetrics(whole, `${at}.metrics`),
      models: Object.entries(breakdown.models ?? {}).map(([model, of]) => ({
        model,
        ...toMetrics(of.metrics, `${at}.breakdown.models.${model}`),
        keys: Object.entries(of.api_key_breakdown ?? {}).map(([key, each]) => ({
          key,
          team: each.metadata?.team_id ?? null,
          ...toMetrics(each.metrics, `${at}.breakdown.models.${model}.${key}`),
        })),
      })),
    };
  });
  return { days, pages: metadata?.total_pages ?? 1 };
}

/** Its door says `{ "error": { "message" } }`, and its reports `{ "detail": { "error" } }`. */
const refusal = z.union([
  z.object({ error: z.object({ message: text }) }).transform(({ error }) => error.message),
  z.object({ detail: z.object({ error: text }) }).transform(({ detail }) => detail.error),
  z.object({ detail: text }).transform(({ detail }) => detail),
]);

/** What a refused request was refused for; null in an answer of somebody else. */
export function readRefusal(document: unknown): string | null {
  return refusal.safeParse(document).data ?? null;
}

function toMetrics({ spend, api_requests }: z.infer<typeof metrics>, at: string): Metrics {
  return {
    spend: amountAt(`${at}.spend`, spend ?? '0'),
    requests: amountAt(`${at}.api_requests`, api_requests ?? '0'),
  };
}
