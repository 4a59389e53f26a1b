import type { UsageUnit } from './token-types.js';
import type { AskedAt } from './clock.js';
import { CostsError } from '../errors.js';
import type { Day, DaySpan } from './day.js';
import { add, type Decimal } from './decimal.js';
import type { ProviderCall, ProviderId, ProviderProject } from './provider.js';

/** How long a bucket of usage is. The same usage is reported in both, so the two are never added. */
export const USAGE_WIDTHS = ['1d', '1h'] as const;
export type UsageWidth = (typeof USAGE_WIDTHS)[number];

export const WIDTH_MILLISECONDS: Record<UsageWidth, number> = { '1d': 86_400_000, '1h': 3_600_000 };

/** What a quantity is keyed by beside its project, bucket and measure; the empty text where the provider says nothing. */
export type UsageDimensions = typeof NO_DIMENSIONS;

export const NO_DIMENSIONS = {
  model: '',
  serviceTier: '',
  /** `true` or `false` as the provider says it. */
  batch: '',
  apiKeyId: '',
  contextWindow: '',
  inferenceGeo: '',
  /** What only some endpoints know, as `name=value`, joined by `;`: size, source, context level, vector store. */
  detail: '',
};

/** One quantity in one bucket. Parts of a whole come as lines of their own and never together with the whole. */
export interface UsageLine extends UsageDimensions {
  bucketStart: Date;
  bucketEnd: Date;
  providerProjectId: string;
  endpoint: string;
  /** What was counted, such as `uncached_input_tokens`, `requests` or `images`. */
  tokenType: string;
  unit: UsageUnit;
  quantity: Decimal;
}

/** One page of one endpoint's report. */
export interface UsagePage {
  endpoint: string;
  /** The buckets the page holds, empty ones included, ascending. */
  buckets: { start: Date; end: Date }[];
  lines: UsageLine[];
  /** As in `CostPage`, for this endpoint; null of its last page where the days behind that are to be asked for by themselves. */
  end: 'complete' | 'early' | null;
  /** The first day the endpoint was willing to report: later than asked where older ones were refused, null where all were. */
  since: Day | null;
  /** The last day it was asked for, where a page of another endpoint held no more than that; absent: the span's. */
  until?: Day;
  /** Why the endpoint was not read, where the others were: it does not exist, or the key or organization may not read it. */
  unread?: { missing: boolean; error: CostsError };
}

/** Why a provider tells no usage of that width, or null. */
export function whyNoUsage(provider: string, usage: UsageSource | undefined, width: UsageWidth): string | null {
  if (usage === undefined) return `${provider} reports no usage.`;
  return usage.isDaily === true && width !== '1d' ? `${provider} tells usage by the day only.` : null;
}

/** A provider's usage reports; those of `CostProvider`'s promises that are about errors hold here, too. */
export interface UsageSource {
  /** Every endpoint `fetchUsage` reads. */
  readonly endpoints: readonly string[];
  /** How many requests a window takes at least. */
  readonly requestsAWindow: number;
  /** Whether nothing is told of hours. */
  readonly isDaily?: true;
  /** Longest span one request of that width may ask for, in days. */
  readonly maxDays: (width: UsageWidth) => number;
  /**
   * The endpoints one after the other, each page after page in ascending order, as far as a page or a day reaches.
   * @param endpoints those to read; all of them, unless said
   */
  fetchUsage(
    call: ProviderCall,
    span: DaySpan,
    width: UsageWidth,
    endpoints?: readonly string[],
  ): AsyncGenerator<UsagePage, void, undefined>;
}

/** What an endpoint answered of a window. */
export interface UsageAnswer {
  endpoint: string;
  /** The days it spoke for; a day without lines is empty. */
  days: Day[];
  /** Days it will never report again because they lie too far back. What is stored of them stays. */
  refused: Day[];
  unread?: NonNullable<UsagePage['unread']>;
}

/** A complete answer of all endpoints for a window, ready to replace what is stored of it. */
export interface UsageWrite extends AskedAt {
  provider: ProviderId;
  organizationId: string;
  organizationName: string;
  teamId: string;
  runId: string;
  width: UsageWidth;
  answers: UsageAnswer[];
  /** Merged: no two lines share a key. */
  lines: UsageLine[];
  projects: ReadonlyMap<string, ProviderProject>;
  acceptRestatement: boolean;
  /** The holder that must still have the organization's lease when this is committed; null where none is needed. */
  lease: string | null;
}

const DIMENSIONS = Object.keys(NO_DIMENSIONS) as (keyof UsageDimensions)[];
/** Longer keys would not fit an index entry (PostgreSQL's limit is about 2,700 bytes). */
const MAX_KEY_BYTES = 2_000;

/** Collects the lines of a window; lines that share a key are added together, over all pages. */
export class UsageMerger {
  /** By all of the key but what was counted: what a row of a report counts shares that, and one text of all takes more than the line. */
  readonly #rows = new Map<string, UsageLine[]>();
  #size = 0;

  /** @throws CostsError `contract` when the key is too long to be stored. */
  add(line: UsageLine): void {
    const texts = [line.providerProjectId, line.endpoint, ...DIMENSIONS.map((name) => line[name])];
    if (Buffer.byteLength([...texts, line.tokenType, line.unit].join('')) > MAX_KEY_BYTES) {
      throw new CostsError(
        'contract',
        `The names in one row of usage are longer than ${MAX_KEY_BYTES} bytes: "${line.model.slice(0, 60)}…".`,
      );
    }
    const key = JSON.stringify([line.bucketStart.getTime(), line.bucketEnd.getTime(), ...texts]);
    const known = this.#rows.get(key) ?? [];
    if (known.length === 0) this.#rows.set(key, known);
    const at = known.findIndex(({ tokenType, unit }) => tokenType === line.tokenType && unit === line.unit);
    const double = known[at];
    if (double !== undefined) known[at] = { ...double, quantity: add(double.quantity, line.quantity) };
    else {
      known.push(line);
      this.#size += 1;
    }
  }

  /** How many lines there are. */
  get size(): number {
    return this.#size;
  }

  lines(): UsageLine[] {
    return [...this.#rows.values()].flat();
  }
}
