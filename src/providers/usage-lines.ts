import { UNASSIGNED } from '../domain/provider.js';
import type { UsageDimensions, UsageLine } from '../domain/usage.js';
import type { Decimal } from '../domain/decimal.js';
import { unitOf, type TokenType } from '../domain/token-types.js';

/** One thing counted in a row of a report. */
export interface UsagePart {
  tokenType: TokenType;
  quantity: Decimal;
}

/** What a row of a report counts, and of what. */
export interface UsageRow {
  endpoint: string;
  /** Null is the organization's own. */
  projectId: string | null;
  dimensions: Partial<Record<keyof UsageDimensions, string | null>>;
  parts: readonly UsagePart[];
}

const UNKNOWN = new Date(0);

/** A row of a report, as it was read on its own: it does not say of when it is, which its bucket does. */
export class CountedRow {
  readonly #lines: UsageLine[];

  /** A line for each part that counts something. Nothing counted is no line: providers leave such rows out, too. */
  constructor({ endpoint, projectId, dimensions, parts }: UsageRow) {
    const { model, serviceTier, batch, apiKeyId, contextWindow, inferenceGeo, detail } = dimensions;
    this.#lines = parts
      .filter(({ quantity }) => quantity !== 0n)
      .map(({ tokenType, quantity }) => ({
        bucketStart: UNKNOWN,
        bucketEnd: UNKNOWN,
        providerProjectId: projectId === null || projectId === '' ? UNASSIGNED : projectId,
        endpoint,
        // One by one: there may be a million of them, and an object put together of others takes three times as much.
        model: model ?? '',
        serviceTier: serviceTier ?? '',
        batch: batch ?? '',
        apiKeyId: apiKeyId ?? '',
        contextWindow: contextWindow ?? '',
        inferenceGeo: inferenceGeo ?? '',
        detail: detail ?? '',
        tokenType,
        unit: unitOf(tokenType),
        quantity,
      }));
  }

  /** Says of when it is. @returns its lines */
  within(bucketStart: Date, bucketEnd: Date): readonly UsageLine[] {
    for (const line of this.#lines) [line.bucketStart, line.bucketEnd] = [bucketStart, bucketEnd];
    return this.#lines;
  }
}
