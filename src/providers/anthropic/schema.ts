import { z } from 'zod';
import { toLineItem, type CostLine } from '../../domain/bucket.js';
import { UNASSIGNED } from '../../domain/provider.js';
import type { ListPage } from '../lists.js';
import type { RawPage } from '../paging.js';
import {
  amountAt,
  currencyCode,
  instant,
  naming,
  numberText,
  optionalText,
  parseShape,
  text,
  type DriftWatch,
} from '../shapes.js';

const WHO = 'Anthropic';
/** Amounts are in the currency's lowest unit: "123.45" is $1.2345. */
const CENTS_TO_DOLLARS = -2;

/** `GET /v1/organizations/cost_report` */
const costReport = z.object({
  data: z.array(
    z.object({
      starting_at: instant,
      ending_at: instant,
      results: z.array(
        z.object({
          amount: numberText,
          currency: currencyCode,
          workspace_id: optionalText,
          description: optionalText,
          cost_type: optionalText,
          model: optionalText,
          token_type: optionalText,
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

const PAGE_FIELDS = new Set(['data', 'has_more', 'next_page']);
const BUCKET_FIELDS = new Set(['starting_at', 'ending_at', 'results']);
const RESULT_FIELDS = new Set([
  'amount',
  'currency',
  'workspace_id',
  'description',
  'cost_type',
  'model',
  'token_type',
  'service_tier',
  'context_window',
  'inference_geo',
]);
const KNOWN_VALUES = {
  cost_type: new Set(['tokens', 'web_search', 'code_execution', 'session_usage']),
  context_window: new Set(['0-200k', '200k-1M']),
  token_type: new Set([
    'uncached_input_tokens',
    'output_tokens',
    'cache_read_input_tokens',
    'cache_creation.ephemeral_1h_input_tokens',
    'cache_creation.ephemeral_5m_input_tokens',
  ]),
  service_tier: new Set(['standard', 'batch']),
  inference_geo: new Set(['global', 'us', 'not_available']),
} as const;

/** A page of the report in our words. Amounts become dollars here and nowhere else. @throws CostsError `contract` */
export function parseCostReport(document: unknown, drift: DriftWatch): RawPage {
  const page = parseShape(WHO, costReport, document);
  const raw = document as { data: { results: unknown[] }[] };
  drift.fields('', document, PAGE_FIELDS);
  const lines: CostLine[] = [];
  const buckets = page.data.map(({ starting_at, ending_at, results }, bucketIndex) => {
    const bucket = { start: starting_at, end: ending_at };
    drift.fields('data[]', raw.data[bucketIndex], BUCKET_FIELDS);
    results.forEach((result, index) => {
      drift.fields('results[]', raw.data[bucketIndex]?.results[index], RESULT_FIELDS);
      for (const [field, values] of Object.entries(KNOWN_VALUES))
        drift.value(field, result[field as keyof typeof KNOWN_VALUES], values);
      lines.push(toLine(result, bucket, `data[${bucketIndex}].results[${index}]`));
    });
    return bucket;
  });
  return { buckets, lines, hasMore: page.has_more, nextPage: page.next_page ?? null };
}

type ReportResult = z.infer<typeof costReport>['data'][number]['results'][number];

function toLine(result: ReportResult, { start, end }: { start: Date; end: Date }, path: string): CostLine {
  const { currency } = result;
  const dimensions = {
    contextWindow: result.context_window,
    serviceTier: result.service_tier,
    inferenceGeo: result.inference_geo,
  };
  return {
    bucketStart: start,
    bucketEnd: end,
    // Null is the default workspace, which has no id in this report.
    providerProjectId: result.workspace_id === null || result.workspace_id === '' ? UNASSIGNED : result.workspace_id,
    providerProjectName: null,
    organizationId: null,
    lineItem: naming(`${path}.description`, () =>
      toLineItem({ description: result.description, currency, ...dimensions }),
    ),
    currency,
    cost: amountAt(`${path}.amount`, result.amount, CENTS_TO_DOLLARS),
    quantity: null,
    quantityUnit: null,
    model: result.model,
    costType: result.cost_type,
    tokenType: result.token_type,
    ...dimensions,
  };
}

/** `GET /v1/organizations/workspaces` */
const workspacesPage = z.object({
  data: z.array(z.object({ id: text, name: optionalText, archived_at: instant.nullish() })),
  has_more: z.boolean(),
  last_id: z.string().nullish(),
});

export function parseWorkspacesPage(document: unknown): ListPage {
  const { data, has_more, last_id } = parseShape(WHO, workspacesPage, document);
  const projects = data.map(({ id, name, archived_at }) => ({ id, name, archivedAt: archived_at ?? null }));
  return { projects, hasMore: has_more, after: last_id ?? projects.at(-1)?.id ?? null };
}

/** `GET /v1/organizations/me` */
const me = z.object({ id: text, name: optionalText });

export function parseMe(document: unknown): { id: string; name: string | null } {
  return parseShape(WHO, me, document);
}
