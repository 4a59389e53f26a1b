import { z } from 'zod';
import { toLineItem } from '../../domain/bucket.js';
import { UNASSIGNED, type ProviderProject } from '../../domain/provider.js';
import { Charge, type ChargedItem, type ChargedProject } from '../charge.js';
import { listPageOf, type ListPage } from '../lists.js';
import { bucketPage, type RawPage } from '../paging.js';
import {
  amountAt,
  currencyCode,
  epoch,
  naming,
  numberText,
  optionalId,
  optionalText,
  parseShape,
  Shared,
  text,
  type DriftWatch,
} from '../shapes.js';
import { NOTHING_SAID, readLineItem } from './line-item.js';

const WHO = 'OpenAI';

/** `GET /v1/organization/costs`: openai/openai-openapi, `CostsResult`; the names and organization are on the wire only. */
const costsResult = z.object({
  object: optionalText,
  amount: z.object({ value: numberText, currency: currencyCode }),
  line_item: optionalText,
  project_id: optionalId,
  api_key_id: optionalId,
  quantity: numberText.nullish(),
  quantity_unit: optionalText,
  api_source: optionalText,
  project_name: optionalText,
  organization_id: optionalId,
  organization_name: optionalText,
});
type CostsResult = z.infer<typeof costsResult>;
/** A bucket of a report with its rows. */
export const bucketOf = <Row>(row: z.ZodType<Row>) =>
  z
    .object({ start_time: epoch, end_time: epoch, results: z.array(row) })
    .transform(({ start_time: start, end_time: end, results }) => ({ start, end, results }));
const costsPage = bucketPage(bucketOf(z.instanceof(Charge)));

/** The last two of a bucket are on the wire only (recorded in October 2025, May and September 2026), and say what the first two say. */
export const PAGE_FIELDS = {
  page: new Set(['object', 'data', 'has_more', 'next_page']),
  bucket: new Set(['object', 'start_time', 'end_time', 'results', 'start_time_iso', 'end_time_iso']),
};
const AMOUNT_FIELDS = new Set(['value', 'currency']);
const RESULT_FIELDS = new Set([...Object.keys(costsResult.shape), 'user_id', 'user_email']);
const RESULTS = new Set(['organization.costs.result']);
const API_SOURCES = new Set(['agents_api', 'unlabeled']);
const UNITS = new Set([
  'tokens',
  '1000_tokens',
  'duration_seconds',
  'duration_minutes',
  'duration_hours',
  'gibibyte_hours',
  'images',
  'characters',
]);

export interface CostsPage extends RawPage {
  organization: { id: string; name: string | null } | null;
}

/** A page of costs in our words. @param document with its rows as `ResultReader` made them @throws CostsError `contract` */
export function parseCostsPage(document: unknown, drift: DriftWatch): CostsPage {
  const page = parseShape(WHO, costsPage, document);
  drift.page('', document, PAGE_FIELDS);
  const named = page.lines.findLast(({ organizationId }) => organizationId !== null);
  const { organizationId: id = null, organizationName: name = null } = named ?? {};
  return { ...page, organization: id === null ? null : { id, name } };
}

/** Reads the rows of an answer one at a time. What they say again and again is kept once. */
export class ResultReader {
  readonly #projects = new Shared<ChargedProject>();
  readonly #items = new Shared<ChargedItem>();
  readonly #apiKeys = new Shared<string>();

  /** @param byApiKey whether the answer is cut by API key; a row without one then is of no key */
  constructor(
    private readonly drift: DriftWatch,
    private readonly byApiKey = false,
  ) {}

  /** @throws CostsError `contract` */
  read(row: unknown, path: string): Charge {
    const result = parseShape(WHO, costsResult, row, path);
    const { drift } = this;
    drift.fields('results[]', row, RESULT_FIELDS);
    drift.fields('results[].amount', (row as { amount: unknown }).amount, AMOUNT_FIELDS);
    drift.value('object', result.object, RESULTS);
    drift.value('api_source', result.api_source, API_SOURCES);
    drift.value('quantity_unit', result.quantity_unit, UNITS);
    const { amount, quantity, api_key_id: apiKeyId } = result;
    return new Charge(
      this.#project(result),
      this.#item(result, path),
      amountAt(`${path}.amount.value`, amount.value),
      quantity === null || quantity === undefined ? null : amountAt(`${path}.quantity`, quantity),
      !this.byApiKey ? undefined : apiKeyId === null ? null : this.#apiKeys.once([apiKeyId], () => apiKeyId),
    );
  }

  #project({ project_id: id, project_name, organization_id, organization_name }: CostsResult): ChargedProject {
    return this.#projects.once([id, project_name, organization_id, organization_name], () => ({
      providerProjectId: id ?? UNASSIGNED,
      providerProjectName: id === null ? null : project_name,
      organizationId: organization_id,
      organizationName: organization_name,
    }));
  }

  #item({ line_item: description, quantity_unit, amount: { currency } }: CostsResult, path: string): ChargedItem {
    return this.#items.once([description, currency, quantity_unit], () => {
      // The line item says all of this itself, so that none of it is named in it a second time.
      const unnamed = { contextWindow: null, serviceTier: null, inferenceGeo: null };
      return {
        lineItem: naming(`${path}.line_item`, () => toLineItem({ description, currency, ...unnamed })),
        currency,
        quantityUnit: quantity_unit,
        ...(description === null ? NOTHING_SAID : readLineItem(description)),
        inferenceGeo: null,
      };
    });
  }
}

/** `GET /v1/organization/projects` */
const readProjects = listPageOf(WHO, z.object({ id: text, name: optionalText, archived_at: epoch.nullish() }));

export function parseProjectsPage(document: unknown): ListPage<ProviderProject> {
  const { items, ...page } = readProjects(document);
  return { ...page, items: items.map(({ id, name, archived_at }) => ({ id, name, archivedAt: archived_at ?? null })) };
}

/** `GET /v1/organization/admin_api_keys` */
const adminKeysPage = z.object({
  data: z.array(z.object({ redacted_value: z.string().nullish(), expires_at: epoch.nullish() })),
});

/** When the key with this text expires, by the end of its redacted form; null where it does not or cannot be told. */
export function parseKeyExpiry(document: unknown, lastFour: string): Date | null {
  const { data } = parseShape(WHO, adminKeysPage, document);
  const own = data.filter(({ redacted_value }) => {
    const shown = /[^.*…]*$/.exec(redacted_value ?? '')?.[0].slice(-4) ?? '';
    return shown.length >= 3 && lastFour.endsWith(shown);
  });
  return own.length === 1 ? (own[0]?.expires_at ?? null) : null;
}
