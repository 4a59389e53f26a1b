import { z } from 'zod';
import type { UsageLine } from '../../domain/usage.js';
import { bucketPage, type RawPage } from '../paging.js';
import { amountAt, numberText, optionalText, parseShape, type DriftWatch } from '../shapes.js';
import type { TokenType } from '../../domain/token-types.js';
import { bucketOf, PAGE_FIELDS } from './schema.js';
import { IN_PARTS, IN_ROW } from './token-types.js';
import { CountedRow, type UsagePart } from '../usage-lines.js';

const count = numberText.nullish();
const countsOf = <Field extends string>(fields: Readonly<Record<Field, TokenType>>) =>
  Object.fromEntries(Object.keys(fields).map((field) => [field, count])) as Record<Field, typeof count>;

/** `GET /v1/organizations/usage_report/messages` */
const usageResult = z.object({
  ...countsOf(IN_ROW),
  // Every row has these.
  uncached_input_tokens: numberText,
  output_tokens: numberText,
  cache_creation: z.object(countsOf(IN_PARTS.cache_creation)).nullish(),
  server_tool_use: z.object(countsOf(IN_PARTS.server_tool_use)).nullish(),
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
type Counts = readonly [field: string, TokenType][];
const ROW_COUNTS: Counts = Object.entries(IN_ROW);
const PARTS = Object.entries(IN_PARTS).map(([name, fields]) => ({
  name: name as keyof typeof IN_PARTS,
  path: `usage_report results[].${name}`,
  fields: new Set(Object.keys(fields)),
  counts: Object.entries(fields) satisfies Counts,
}));

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
  const source = row as Readonly<Record<string, unknown>>;
  drift.fields('usage_report results[]', source, RESULT_FIELDS);
  for (const part of PARTS) drift.fields(part.path, source[part.name], part.fields);
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

function partsOf(result: z.infer<typeof usageResult>, path: string): UsagePart[] {
  const read = (counts: Counts, from: Readonly<Record<string, unknown>>): UsagePart[] =>
    counts.map(([field, tokenType]) => {
      const value = from[field];
      return { tokenType, quantity: amountAt(`${path}.${tokenType}`, typeof value === 'string' ? value : '0') };
    });
  return [...read(ROW_COUNTS, result), ...PARTS.flatMap(({ name, counts }) => read(counts, result[name] ?? {}))];
}
