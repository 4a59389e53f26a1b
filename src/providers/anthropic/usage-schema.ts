import { z } from 'zod';
import type { UsageLine } from '../../domain/usage.js';
import type { RawPage } from '../paging.js';
import { amountAt, instant, numberText, optionalText, parseShape, type DriftWatch } from '../shapes.js';
import type { TokenType } from '../../domain/token-types.js';
import { toUsageLines, type UsagePart } from '../usage-lines.js';

const count = numberText.nullish();

/** `GET /v1/organizations/usage_report/messages` */
const usageReport = z.object({
  data: z.array(
    z.object({
      starting_at: instant,
      ending_at: instant,
      results: z.array(
        z.object({
          uncached_input_tokens: numberText,
          output_tokens: numberText,
          cache_read_input_tokens: count,
          cache_creation: z.object({ ephemeral_1h_input_tokens: count, ephemeral_5m_input_tokens: count }).nullish(),
          server_tool_use: z.object({ web_search_requests: count }).nullish(),
          workspace_id: optionalText,
          model: optionalText,
          service_tier: optionalText,
          context_window: optionalText,
          inference_geo: optionalText,
        }),
      ),
    }),
  ),
  has_more: z.boolean(),
  next_page: z.string().nullish(),
});

const RESULT_FIELDS = new Set([
  'uncached_input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation',
  'server_tool_use',
  'api_key_id',
  'workspace_id',
  'model',
  'service_tier',
  'context_window',
  'inference_geo',
  'account_id',
  'service_account_id',
  'speed',
]);
const CREATION_FIELDS = new Set(['ephemeral_1h_input_tokens', 'ephemeral_5m_input_tokens']);
const TOOL_FIELDS = new Set(['web_search_requests']);

export const MESSAGES = 'messages';

type Result = z.infer<typeof usageReport>['data'][number]['results'][number];

/** A page of the report in our words; its token counts do not overlap. @throws CostsError `contract` */
export function parseUsageReport(document: unknown, drift: DriftWatch): RawPage<UsageLine> {
  const page = parseShape('Anthropic', usageReport, document);
  const raw = document as { data: { results: { cache_creation?: unknown; server_tool_use?: unknown }[] }[] };
  const lines: UsageLine[] = [];
  const buckets = page.data.map(({ starting_at, ending_at, results }, bucketIndex) => {
    const bucket = { start: starting_at, end: ending_at };
    results.forEach((result, index) => {
      const source = raw.data[bucketIndex]?.results[index];
      drift.fields('usage_report results[]', source, RESULT_FIELDS);
      drift.fields('usage_report results[].cache_creation', source?.cache_creation, CREATION_FIELDS);
      drift.fields('usage_report results[].server_tool_use', source?.server_tool_use, TOOL_FIELDS);
      const dimensions = {
        model: result.model,
        serviceTier: result.service_tier,
        contextWindow: result.context_window,
        inferenceGeo: result.inference_geo,
      };
      const row = { ...bucket, endpoint: MESSAGES, projectId: result.workspace_id, dimensions };
      lines.push(...toUsageLines(row, partsOf(result, `data[${bucketIndex}].results[${index}]`)));
    });
    return bucket;
  });
  return { buckets, lines, hasMore: page.has_more, nextPage: page.next_page ?? null };
}

/** Named as the cost report names its token types, so that a bill and its usage find each other. */
function partsOf(result: Result, path: string): UsagePart[] {
  const part = (tokenType: TokenType, value: string | null | undefined): UsagePart => ({
    tokenType,
    quantity: amountAt(`${path}.${tokenType}`, value ?? '0'),
  });
  return [
    part('uncached_input_tokens', result.uncached_input_tokens),
    part('cache_creation.ephemeral_1h_input_tokens', result.cache_creation?.ephemeral_1h_input_tokens),
    part('cache_creation.ephemeral_5m_input_tokens', result.cache_creation?.ephemeral_5m_input_tokens),
    part('cache_read_input_tokens', result.cache_read_input_tokens),
    part('output_tokens', result.output_tokens),
    part('web_search_requests', result.server_tool_use?.web_search_requests),
  ];
}
