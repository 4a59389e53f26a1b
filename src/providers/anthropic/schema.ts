import { z } from 'zod';
import { toLineItem } from '../../domain/bucket.js';
import { UNASSIGNED, type ProviderProject } from '../../domain/provider.js';
import { Charge, type ChargedItem, type ChargedProject } from '../charge.js';
import { listPageOf, type ListPage } from '../lists.js';
import { bucketPage, type RawPage } from '../paging.js';
import {
  amountAt,
  currencyCode,
  instant,
  naming,
  numberText,
  optionalText,
  parseShape,
  text,
  Shared,
  type DriftWatch,
} from '../shapes.js';
import { unsaid } from './unsaid.js';

const WHO = 'Anthropic';
/** Amounts are in the currency's lowest unit: "123.45" is $1.2345. */
export const CENTS_TO_DOLLARS = -2;

/** `GET /v1/organizations/cost_report` */
const reportResult = z.object({
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
});
type ReportResult = z.infer<typeof reportResult>;
/** A bucket of a report with its rows. */
export const bucketOf = <Row>(row: z.ZodType<Row>) =>
  z
    .object({ starting_at: instant, ending_at: instant, results: z.array(row) })
    .transform(({ starting_at: start, ending_at: end, results }) => ({ start, end, results }));
const costReport = bucketPage(bucketOf(z.instanceof(Charge)));

export const PAGE_FIELDS = {
  page: new Set(['data', 'has_more', 'next_page']),
  bucket: new Set(['starting_at', 'ending_at', 'results']),
};
const RESULT_FIELDS = new Set(Object.keys(reportResult.shape));
export const KNOWN_VALUES = {
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

/** A page of the report in our words. @param document with its rows as `ResultReader` made them @throws CostsError `contract` */
export function parseCostReport(document: unknown, drift: DriftWatch): RawPage {
  const page = parseShape(WHO, costReport, document);
  drift.page('', document, PAGE_FIELDS);
  return page;
}

/** Reads the rows of an answer one at a time. What they say again and again is kept once. */
export class ResultReader {
  readonly #projects = new Shared<ChargedProject>();
  readonly #items = new Shared<ChargedItem>();

  constructor(private readonly drift: DriftWatch) {}

  /** Amounts become dollars here and nowhere else. @throws CostsError `contract` */
  read(row: unknown, path: string): Charge {
    const { drift } = this;
    const result = parseShape(WHO, reportResult, row, path);
    drift.fields('results[]', row, RESULT_FIELDS);
    for (const [field, values] of Object.entries(KNOWN_VALUES))
      drift.value(field, result[field as keyof typeof KNOWN_VALUES], values);
    return new Charge(
      this.#project(result.workspace_id),
      this.#item(result, path),
      amountAt(`${path}.amount`, result.amount, CENTS_TO_DOLLARS),
    );
  }

  #project(workspaceId: string | null): ChargedProject {
    return this.#projects.once([workspaceId], () => ({
      // Null is the default workspace, which has no id in this report.
      providerProjectId: workspaceId === null || workspaceId === '' ? UNASSIGNED : workspaceId,
      providerProjectName: null,
      organizationId: null,
      organizationName: null,
    }));
  }

  #item(result: ReportResult, path: string): ChargedItem {
    const { description, currency, model, cost_type: costType, token_type: tokenType } = result;
    const { context_window: contextWindow, service_tier: serviceTier, inference_geo: inferenceGeo } = result;
    const dimensions = { contextWindow, serviceTier, inferenceGeo };
    return this.#items.once([description, currency, model, costType, tokenType, ...Object.values(dimensions)], () => {
      const further = unsaid({ description, model, tokenType });
      return {
        lineItem: naming(`${path}.description`, () => toLineItem({ description, currency, ...dimensions, further })),
        ...{ currency, quantityUnit: null, model, costType, tokenType, ...dimensions },
      };
    });
  }
}

/** `GET /v1/organizations/workspaces` */
const readWorkspaces = listPageOf(WHO, z.object({ id: text, name: optionalText, archived_at: instant.nullish() }));

export function parseWorkspacesPage(document: unknown): ListPage<ProviderProject> {
  const { items, ...page } = readWorkspaces(document);
  return { ...page, items: items.map(({ id, name, archived_at }) => ({ id, name, archivedAt: archived_at ?? null })) };
}

/** `GET /v1/organizations/me` */
const me = z.object({ id: text, name: optionalText });

export function parseMe(document: unknown): { id: string; name: string | null } {
  return parseShape(WHO, me, document);
}

/** `GET /v1/compliance/organizations`: those under a parent, by the claude.ai documentation "List organizations". */
const organizationsPage = z.object({
  data: z.array(z.object({ uuid: text, name: text })),
  has_more: z.boolean().nullish(),
  next_page: z.string().nullish(),
});

export function parseOrganizationsPage(document: unknown): ListPage<{ id: string; name: string }> {
  const { data, has_more, next_page } = parseShape(WHO, organizationsPage, document);
  return {
    items: data.map(({ uuid: id, name }) => ({ id, name })),
    hasMore: has_more === true,
    after: next_page ?? null,
  };
}
