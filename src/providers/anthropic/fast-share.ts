import { add, subtract, ZERO, type Decimal } from '../../domain/decimal.js';
import { FAST } from '../../domain/price.js';
import type { UsageLine } from '../../domain/usage.js';
import { CostsError } from '../../errors.js';

/** What of a report's usage was in fast mode, to be taken out of the whole line by line. */
export class FastShare {
  readonly #left = new Map<string, Decimal>();

  constructor(lines: readonly UsageLine[]) {
    for (const line of lines) {
      const key = lineKey(line);
      this.#left.set(key, add(this.#left.get(key) ?? ZERO, line.quantity));
    }
  }

  /** The line, or the parts of it that were fast and that were not. */
  split(line: UsageLine): UsageLine[] {
    const left = this.#left.get(lineKey(line)) ?? ZERO;
    if (left === ZERO) return [line];
    const quantity = left < line.quantity ? left : line.quantity;
    this.#left.set(lineKey(line), subtract(left, quantity));
    const fast = { ...line, quantity, serviceTier: fastTier(line.serviceTier) };
    return quantity === line.quantity ? [fast] : [fast, { ...line, quantity: subtract(line.quantity, quantity) }];
  }

  /**
   * @param until what is later was not asked for as a whole
   * @throws CostsError `contract` where the whole was less than its part: it was changed between the two questions.
   */
  requireAllFound(until: Date): void {
    const isLater = (key: string) => (JSON.parse(key) as [number])[0] >= until.getTime();
    if ([...this.#left].every(([key, left]) => left === ZERO || isLater(key))) return;
    throw new CostsError(
      'contract',
      'Anthropic changed its usage while it was read; nothing of this window was changed.',
      {
        hint: 'Run the same command again.',
      },
    );
  }
}

/** Fast mode is of the standard tier; should it be of another one some day, that stays told. */
function fastTier(tier: string): string {
  return tier === '' || tier === 'standard' ? FAST : `${tier} ${FAST}`;
}

const SAME = ['providerProjectId', 'tokenType', 'model', 'serviceTier', 'contextWindow', 'inferenceGeo'] as const;

function lineKey(line: UsageLine): string {
  return JSON.stringify([line.bucketStart.getTime(), ...SAME.map((field) => line[field])]);
}
