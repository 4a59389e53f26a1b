import type { ProviderCall } from '../domain/provider.js';
import { CostsError } from '../errors.js';
import { interruption, senseless, staysDown, unreachable } from './answers.js';
import { backoff } from './backoff.js';
import type { BrokenAnswer } from './broken.js';
import type { Limits } from './limits.js';
import { onAbort } from './on-abort.js';
import { quotaUsedUp } from './quota.js';

const LONGEST_WAIT_MS = 8_000;
/** Even a provider that takes all of its time to fail is asked so often before it is given up. */
const LEAST_ATTEMPTS = 3;
/** An answer that was cut short so often is always cut, as by a proxy with a limit of its own: other faults between do not count. */
const MOST_CUTS = 5;
/**
 * A provider that is down and says when to come back is waited for up to so many times as long as one that does not, but only so
 * often in a row.
 */
const TOLD_PATIENCE = 5;
const LONG_WAITS = 3;

/** How long one request is asked again. */
export class Patience {
  /** Counted from the first failure: a request that took all of its time deserves a second one like any other. */
  #deadline: number | null = null;
  #longWaits = 0;
  #cuts = 0;

  constructor(
    private readonly terms: { giveUpAfterMs: number; firstWaitMs: number },
    private readonly url: URL,
    private readonly call: ProviderCall,
  ) {}

  /**
   * Milliseconds to wait before the next attempt; null when a limit of requests is longer than that is waited for unasked.
   * @throws CostsError when it is given up
   */
  waitAfter(error: BrokenAnswer, attempt: number): number | null {
    const { giveUpAfterMs, firstWaitMs } = this.terms;
    const told = error.limits.waitMs;
    if (error.instead !== null) this.#cuts += 1;
    if (this.#cuts >= MOST_CUTS) throw this.#giveUp(error);
    if (error.status === 429 && told !== null && told > giveUpAfterMs) return null;
    // Whoever is told to come back at once, and fails again, would be asked thousands of times.
    const wait = told === null ? backoff(attempt, firstWaitMs, LONGEST_WAIT_MS) : Math.max(told, firstWaitMs);
    const failedAt = performance.now();
    this.#deadline ??= failedAt + giveUpAfterMs;
    if (failedAt + wait <= this.#deadline) return wait;
    if (told === null) {
      if (attempt >= LEAST_ATTEMPTS) throw this.#giveUp(error);
      return wait;
    }
    if (told > giveUpAfterMs * TOLD_PATIENCE || this.#longWaits >= LONG_WAITS) throw this.#giveUp(error);
    this.#longWaits += 1;
    this.#deadline = failedAt + wait + giveUpAfterMs;
    return wait;
  }

  /** Waits until requests are allowed again, if somebody wants that. @throws CostsError `unreachable` otherwise */
  async forQuota(limits: Limits, cause: unknown): Promise<void> {
    const { waitMs, freeAt } = limits;
    const isShort = waitMs !== null && waitMs <= this.terms.giveUpAfterMs;
    const may = isShort || (freeAt !== null && (await this.call.mayWait?.(freeAt)) === true);
    if (!may) throw quotaUsedUp(this.url, limits, this.call.mayWait !== undefined, cause);
    await this.wait(waitMs ?? 0, `${this.url.host} allows no more requests now`);
  }

  async wait(milliseconds: number, reason: string): Promise<void> {
    this.call.observe({ type: 'retry', reason, waitMilliseconds: milliseconds });
    await sleep(milliseconds, this.call.signal);
  }

  #giveUp(error: BrokenAnswer): CostsError {
    const { limits, cause } = error;
    // What the provider asked to repeat, and refuses all the same.
    if (cause instanceof CostsError) return cause;
    if (error.status === 429 && limits.waitMs !== null)
      return quotaUsedUp(this.url, limits, this.call.mayWait !== undefined, error);
    if (error.instead !== null) return senseless(this.url, error.instead, error);
    return error.status === null ? unreachable(this.url, error) : staysDown(this.url, error.status, limits, error);
  }
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw interruption();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      stopListening();
      resolve();
    }, milliseconds);
    const stopListening = onAbort(signal, () => {
      clearTimeout(timer);
      reject(interruption());
    });
  });
}
