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
  /** The API key that spent it, null for none; absent where the bill was not asked by key. */
  apiKeyId?: string | null | undefined;
}

/** A part of a bill: what one API key spent on a line item. What its source does not say is the empty text. */
export interface KeyedCost extends Pick<
  CostLine,
  'bucketStart' | 'bucketEnd' | 'providerProjectId' | 'lineItem' | 'currency' | 'cost' | 'quantity' | 'quantityUnit'
> {
  apiKeyId: string;
  model: string;
  tokenType: string;
  serviceTier: string;
  product: string;
}

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

type Path = (line: CostLine) => string;
type Branch = Map<string, Branch | CostLine>;

/** What tells the rows of a bill apart: bucket, project and line item; the parts of one, the API key as well. */
const BILL: readonly Path[] = [
  ({ bucketStart, bucketEnd }) => `${bucketStart.getTime()} ${bucketEnd.getTime()}`,
  ({ providerProjectId }) => providerProjectId,
  ({ lineItem }) => lineItem,
];
export const BY_API_KEY: readonly Path[] = [...BILL, ({ apiKeyId }) => apiKeyId ?? ''];

/** Collects the lines of a window; lines that share a key are added together, over all pages. */
export class BucketMerger {
  /** A tree, because one text of all that tells lines apart takes more memory than the lines. */
  readonly #root: Branch = new Map<string, Branch | CostLine>();
  #size = 0;

  constructor(private readonly path = BILL) {}

  /** @throws CostsError `contract` when two currencies would be added. */
  add(line: CostLine): void {
    const last = this.path.length - 1;
    let branch = this.#root;
    for (let level = 0; level < last; level += 1) {
      const step = this.path[level]?.(line) ?? '';
      const known = branch.get(step);
      const next: Branch = known instanceof Map ? known : new Map<string, Branch | CostLine>();
      if (known === undefined) branch.set(step, next);
      branch = next;
    }
    const leaf = this.path[last]?.(line) ?? '';
    const known = branch.get(leaf);
    if (known === undefined) this.#size += 1;
    branch.set(leaf, known === undefined || known instanceof Map ? line : merge(known, line));
  }

  get size(): number {
    return this.#size;
  }

  lines(): CostLine[] {
    return leaves(this.#root);
  }
}

function leaves(branch: Branch): CostLine[] {
  return [...branch.values()].flatMap((each) => (each instanceof Map ? leaves(each) : each));
}

const ATTRIBUTES = ['model', 'costType', 'tokenType', 'serviceTier', 'contextWindow', 'inferenceGeo'] as const;

function merge(a: CostLine, b: CostLine): CostLine {
  if (a.currency !== b.currency) {
    throw new CostsError(
      'contract',
      `"${a.lineItem}" comes in two currencies, ${a.currency} and ${b.currency}, under one name.`,
    );
  }
  const merged: CostLine = {
    ...a,
    cost: add(a.cost, b.cost),
    providerProjectName: a.providerProjectName ?? b.providerProjectName,
  };
  const [listA, listB] = [a.listCost ?? null, b.listCost ?? null];
  if (listA !== null || listB !== null) merged.listCost = listA === null || listB === null ? null : add(listA, listB);
  // A sum of tokens and seconds, or of tokens and nothing said, is no quantity.
  const sameUnit = a.quantityUnit === b.quantityUnit;
  merged.quantity = sameUnit && a.quantity !== null && b.quantity !== null ? add(a.quantity, b.quantity) : null;
  merged.quantityUnit = merged.quantity === null ? null : a.quantityUnit;
  for (const attribute of ATTRIBUTES) if (a[attribute] !== b[attribute]) merged[attribute] = null;
  return merged;
}
