import type { KeyedCost } from './bucket.js';
import { add } from './decimal.js';

/** Adds together what a report says of one key, or product, in several rows. */
export class KeyedMerger {
  readonly #costs = new Map<string, KeyedCost>();

  add(cost: KeyedCost): void {
    const { bucketStart, providerProjectId, apiKeyId, currency, model, tokenType, serviceTier, product } = cost;
    const key = JSON.stringify([
      bucketStart.getTime(),
      ...[providerProjectId, apiKeyId ?? null, currency, model, tokenType, serviceTier, product ?? null],
    ]);
    const known = this.#costs.get(key);
    this.#costs.set(key, known === undefined ? cost : { ...known, cost: add(known.cost, cost.cost) });
  }

  get size(): number {
    return this.#costs.size;
  }

  costs(): KeyedCost[] {
    return [...this.#costs.values()];
  }
}
