import { z } from 'zod';
import type { UsageLine } from '../../domain/usage.js';
import { bucketPage, type RawPage } from '../paging.js';
import { amountAt, numberText, optionalText, parseShape, type DriftWatch } from '../shapes.js';
import type { TokenType } from '../../domain/token-types.js';
import { bucketOf, PAGE_FIELDS } from './schema.js';
import { CountedRow, type UsagePart } from '../usage-lines.js';

const count = numberText.nullish();

/** `GET /v1/organizations/usage_report/messages` */
const usageResult = z.object({
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
});
const usageReport = bucketPage(bucketOf(z.instanceof(CountedRow)));

/** Known, and not read. */
const NOT_READ = ['api_key_id', 'account_id', 'service_account_id', 'speed'];
const RESULT_FIELDS = new Set([...Object.keys(usageResult.shape), ...NOT_READ]);
const CREATION_FIELDS = new Set(['ephemeral_1h_input_tokens', 'ephemeral_5m_input_tokens']);
const TOOL_FIELDS = new Set(['web_search_requests']);

export const MESSAGES = 'messages';

/** A page of the report in our words. @param document with its rows as `readUsageRow` made them @throws CostsError `contract` */
export function parseUsageReport(document: unknown, drift: DriftWatch): RawPage<UsageLine> {
  const page = parseShape('Anthropic', usageReport, document);
  drift.page('usage_report', document, PAGE_FIELDS);
  return page;
}

/** Reads one row of an answer; its token counts do not overlap. @throws CostsError `contract` */
export function readUsageRow(row: unknown, path: string, drift: DriftWatch): CountedRow {
  const result = parseShape('Anthropic', usageResult, row, path);
  const source = row as { cache_creation?: unknown; server_tool_use?: unknown };
  drift.fields('usage_report results[]', source, RESULT_FIELDS);
  drift.fields('usage_report results[].cache_creation', source.cache_creation, CREATION_FIELDS);
  drift.fields('usage_report results[].server_tool_use', source.server_tool_use, TOOL_FIELDS);
  return new CountedRow({
    endpoint: MESSAGES,
    projectId: result.workspace_id,
    dimensions: {
      model: result.model,
      serviceTier: result.service_tier,
      contextWindow: result.context_window,
      inferenceGeo: result.inference_geo,
    },
    parts: partsOf(result, path),
  });
}

/** Named as the cost report names its token types, so that a bill and its usage find each other. */
function partsOf(result: z.infer<typeof usageResult>, path: string): UsagePart[] {
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
