import { z } from 'zod';
import type { Decimal } from '../../domain/decimal.js';
import { strangersKey } from '../../domain/stranger.js';
import type { UsageLine } from '../../domain/usage.js';
import { CostsError } from '../../errors.js';
import { bucketPage, type RawPage } from '../paging.js';
import { amountAt, numberText, optionalId, optionalText, parseShape, Shared, type DriftWatch } from '../shapes.js';
import { CountedRow, type UsagePart } from '../usage-lines.js';
import { bucketOf, PAGE_FIELDS } from './schema.js';
import type { UsageEndpoint } from './usage-endpoints.js';
import { splitTokens, TOKEN_FIELDS } from './usage-tokens.js';

const REQUIRED_TOKEN_FIELDS = new Set(['input_tokens', 'output_tokens']);
/** Dimensions only some endpoints know, in the order they are named. */
const DETAILS = ['size', 'source', 'context_level', 'vector_store_id'] as const;

/** Seen as a boolean, as a string and as null. */
const batch = z
  .union([z.boolean().transform(String), z.string()])
  .nullish()
  .transform((value) => value ?? null);

const dimensions = {
  project_id: optionalId,
  model: optionalText,
  api_key_id: optionalId,
  batch,
  service_tier: optionalText,
  size: optionalText,
  source: optionalText,
  context_level: optionalText,
  vector_store_id: optionalText,
};
const OTHER_FIELDS = [
  'object',
  'user_id',
  'api_source',
  'project_name',
  'organization_id',
  'organization_name',
  'user_email',
  ...Object.keys(dimensions),
];

const usagePage = bucketPage(bucketOf(z.instanceof(CountedRow)));

/** A page of usage in our words. @param document with its rows as `UsageReader` made them @throws CostsError `contract` */
export function parseUsagePage(document: unknown, endpoint: string, drift: DriftWatch): RawPage<UsageLine> {
  const page = parseShape('OpenAI', usagePage, document);
  drift.page(`usage/${endpoint}`, document, PAGE_FIELDS);
  return page;
}

const ROWS = new Map<string, ReturnType<typeof rowSchema>>();

function rowSchema({ measures, splitsTokens = false }: UsageEndpoint) {
  const counted = Object.keys(measures).map((field) => [field, numberText] as const);
  const tokens = splitsTokens
    ? TOKEN_FIELDS.map(
        (field) => [field, REQUIRED_TOKEN_FIELDS.has(field) ? numberText : numberText.nullish()] as const,
      )
    : [];
  return z
    .object({ ...dimensions, organization_id: optionalId })
    .and(z.object(Object.fromEntries([...counted, ...tokens])));
}

/** Reads the rows of one endpoint's answer one at a time. What they say again and again is kept once. */
export class UsageReader {
  readonly #schema: ReturnType<typeof rowSchema>;
  readonly #known: ReadonlySet<string>;
  readonly #texts = new Shared<string>();

  constructor(
    private readonly endpoint: UsageEndpoint,
    private readonly drift: DriftWatch,
    private readonly organizationId: string | undefined,
  ) {
    const { name, measures, splitsTokens = false } = endpoint;
    this.#schema = ROWS.get(name) ?? rowSchema(endpoint);
    ROWS.set(name, this.#schema);
    this.#known = new Set([...OTHER_FIELDS, ...Object.keys(measures), ...(splitsTokens ? TOKEN_FIELDS : [])]);
  }

  /** @throws CostsError `contract`, and `conflict` for a row of another organization than was asked for */
  read(row: unknown, path: string): CountedRow {
    const { organizationId } = this;
    const { name } = this.endpoint;
    const result = parseShape('OpenAI', this.#schema, row, path);
    const { organization_id: owner } = result;
    if (organizationId !== undefined && owner !== null && owner !== organizationId)
      throw strangersKey({ name: organizationId, organizationId }, owner);
    this.drift.fields(`usage/${name} results[]`, row, this.#known);
    return new CountedRow({
      endpoint: name,
      projectId: this.#once(result.project_id),
      dimensions: {
        model: this.#once(result.model),
        apiKeyId: this.#once(result.api_key_id),
        batch: result.batch,
        serviceTier: result.service_tier,
        detail: DETAILS.flatMap((detail) => (result[detail] === null ? [] : [`${detail}=${result[detail]}`])).join(';'),
      },
      parts: partsOf(this.endpoint, result, path),
    });
  }

  #once(text: string | null): string | null {
    return text === null ? null : this.#texts.once([text], () => text);
  }
}

function partsOf(
  { measures, splitsTokens = false }: UsageEndpoint,
  result: Record<string, unknown>,
  path: string,
): UsagePart[] {
  const count = (field: string) => countAt(`${path}.${field}`, result[field]);
  const parts = Object.entries(measures).map(([field, tokenType]): UsagePart => ({
    tokenType,
    quantity: count(field),
  }));
  if (!splitsTokens) return parts;
  const counts = TOKEN_FIELDS.filter((field) => typeof result[field] === 'string').map(
    (field) => [field, count(field)] as const,
  );
  return [...splitTokens(Object.fromEntries(counts), path), ...parts];
}

/** @throws CostsError `contract` for a count below zero: usage is never taken back, it is restated. */
function countAt(path: string, value: unknown): Decimal {
  const count = amountAt(path, String(value));
  if (count < 0n)
    throw new CostsError('contract', `OpenAI's answer is not what its contract says: ${path} (a count below zero).`);
  return count;
}
