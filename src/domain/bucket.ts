import { CostsError } from '../errors.js';
import { add, type Decimal } from './decimal.js';

/** What a bill says of one line item in one bucket, in our words. */
export interface CostLine {
  /** Inclusive. */
  bucketStart: Date;
  /** Exclusive. */
  bucketEnd: Date;
  /** The provider's id, or `unassigned` where it names none. */
  providerProjectId: string;
  /** Where the answer itself carries it. */
  providerProjectName: string | null;
  /** Where the answer itself carries it. */
  organizationId: string | null;
  /** Free text in the provider's words, made whole by `toLineItem`; part of the bucket key. */
  lineItem: string;
  /** ISO 4217, upper case. */
  currency: string;
  /** In major units (dollars); net of every discount. */
  cost: Decimal;
  /** Before discounts; absent where the provider does not say it. */
  listCost?: Decimal | null;
  quantity: Decimal | null;
  quantityUnit: string | null;
  model: string | null;
  costType: string | null;
  tokenType: string | null;
  serviceTier: string | null;
  contextWindow: string | null;
  inferenceGeo: string | null;
  /** What goes in or comes out; absent where the provider does not say it. */
  modality?: string | null;
  /** The API key that spent it, null for none; absent where the bill was not asked by key. */
  apiKeyId?: string | null | undefined;
}

/** A part of a bill: what one API key spent on a line item. What its source does not say is absent. */
export type KeyedCost = Pick<
  CostLine,
  | 'bucketStart'
  | 'bucketEnd'
  | 'providerProjectId'
  | 'lineItem'
  | 'currency'
  | 'cost'
  | 'quantity'
  | 'quantityUnit'
  | 'apiKeyId'
  | 'model'
  | 'tokenType'
  | 'serviceTier'
> & { product?: string };

/** The line item of a charge the provider does not describe. */
export const UNSPECIFIED = 'unspecified';
/** A longer one would not fit an index entry of the bucket key (PostgreSQL's limit is about 2,700 bytes). */
const MAX_LINE_ITEM_BYTES = 1_500;

/** Values of a split that are the usual case and are therefore not named. */
const STANDARD = { contextWindow: '0-200k', serviceTier: 'standard', inferenceGeo: 'global' };

export interface LineItemParts {
  description: string | null;
  currency: string;
  contextWindow: string | null;
  serviceTier: string | null;
  inferenceGeo: string | null;
  /** Whatever else the provider splits by and its description does not tell. */
  further?: readonly string[];
}

/**
 * The line item of a charge: its description, then what is not standard about it, then its currency unless USD, so that
 * no two charges the provider keeps apart share a key, and no key ever changes its currency.
 */
export function toLineItem({ description, currency, further = [], ...split }: LineItemParts): string {
  const named = (['contextWindow', 'serviceTier', 'inferenceGeo'] as const)
    .filter((dimension) => split[dimension] !== null && split[dimension] !== STANDARD[dimension])
    .map((dimension) => split[dimension]);
  const text = [
    description === null || description.trim() === '' ? UNSPECIFIED : description,
    ...named,
    ...further,
  ].join(' · ');
  const lineItem = currency === 'USD' ? text : `${text} [${currency}]`;
  if (Buffer.byteLength(lineItem) > MAX_LINE_ITEM_BYTES) {
    throw new CostsError(
      'contract',
      `A line item is longer than ${MAX_LINE_ITEM_BYTES} bytes: "${lineItem.slice(0, 60)}…".`,
    );
  }
  return lineItem;
}

/** A line of a bucket, or the parts of one by API key. */
type Leaf = CostLine | Map<string, CostLine>;

/** Collects the lines of a window; lines that share a key are added together, over all pages. */
export class BucketMerger {
  /** By bucket, project and line item: a tree, because one text of all that takes more memory than the lines. */
  readonly #buckets = new Map<string, Map<string, Map<string, Leaf>>>();
  #size = 0;

  /** @throws CostsError `contract` when two currencies would be added. */
  add(line: CostLine): void {
    const projects = branch(this.#buckets, `${line.bucketStart.getTime()} ${line.bucketEnd.getTime()}`);
    const items = branch(projects, line.providerProjectId);
    const known = items.get(line.lineItem);
    const apiKey = keyOf(line);
    if (known === undefined) {
      items.set(line.lineItem, line);
      this.#size += 1;
    } else if (known instanceof Map) {
      this.#addPart(known, apiKey, line);
    } else if (keyOf(known) === apiKey) items.set(line.lineItem, merge(known, line));
    else {
      const parts = new Map([[keyOf(known), known]]);
      this.#addPart(parts, apiKey, line);
      items.set(line.lineItem, parts);
    }
  }

  #addPart(parts: Map<string, CostLine>, apiKey: string, line: CostLine): void {
    const known = parts.get(apiKey);
    if (known === undefined) this.#size += 1;
    parts.set(apiKey, known === undefined ? line : merge(known, line));
  }

  /** How many lines there are by API key, which are at least as many as those of the bill. */
  get size(): number {
    return this.#size;
  }

  /** The bill: a line for each line item of a project and bucket. @throws CostsError `contract` as `add` does */
  lines(): CostLine[] {
    return this.#collect((leaf, lines) => lines.push(leaf instanceof Map ? [...leaf.values()].reduce(merge) : leaf));
  }

  /** The same by API key, of what was asked so. */
  byApiKey(): CostLine[] {
    return this.#collect((leaf, lines) => {
      for (const line of leaf instanceof Map ? leaf.values() : [leaf])
        if (line.apiKeyId !== undefined) lines.push(line);
    });
  }

  #collect(take: (leaf: Leaf, lines: CostLine[]) => void): CostLine[] {
    const lines: CostLine[] = [];
    for (const projects of this.#buckets.values())
      for (const items of projects.values()) for (const leaf of items.values()) take(leaf, lines);
    return lines;
  }
}

function branch<Value>(of: Map<string, Map<string, Value>>, step: string): Map<string, Value> {
  let known = of.get(step);
  if (known === undefined) of.set(step, (known = new Map<string, Value>()));
  return known;
}

function keyOf({ apiKeyId }: CostLine): string {
  return apiKeyId ?? '';
}

/** Named one by one: a line may be a `Charge`, which keeps what it says in others. */
function merge(a: CostLine, b: CostLine): CostLine {
  if (a.currency !== b.currency) {
    throw new CostsError(
      'contract',
      `"${a.lineItem}" comes in two currencies, ${a.currency} and ${b.currency}, under one name.`,
    );
  }
  // A sum of tokens and seconds, or of tokens and nothing said, is no quantity.
  const sameUnit = a.quantityUnit === b.quantityUnit;
  const quantity = sameUnit && a.quantity !== null && b.quantity !== null ? add(a.quantity, b.quantity) : null;
  const shared = (of: (line: CostLine) => string | null) => (of(a) === of(b) ? of(a) : null);
  const merged: CostLine = {
    bucketStart: a.bucketStart,
    bucketEnd: a.bucketEnd,
    providerProjectId: a.providerProjectId,
    providerProjectName: a.providerProjectName ?? b.providerProjectName,
    organizationId: a.organizationId,
    lineItem: a.lineItem,
    currency: a.currency,
    cost: add(a.cost, b.cost),
    quantity,
    quantityUnit: quantity === null ? null : a.quantityUnit,
    model: shared(({ model }) => model),
    costType: shared(({ costType }) => costType),
    tokenType: shared(({ tokenType }) => tokenType),
    serviceTier: shared(({ serviceTier }) => serviceTier),
    contextWindow: shared(({ contextWindow }) => contextWindow),
    inferenceGeo: shared(({ inferenceGeo }) => inferenceGeo),
    modality: shared(({ modality = null }) => modality),
  };
  if (a.apiKeyId !== undefined) merged.apiKeyId = a.apiKeyId;
  const [listA, listB] = [a.listCost ?? null, b.listCost ?? null];
  if (listA !== null || listB !== null) merged.listCost = listA === null || listB === null ? null : add(listA, listB);
  return merged;
}
