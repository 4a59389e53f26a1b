import { CostsError } from '../errors.js';
import { whenFree } from './answers.js';
import { NO_LIMITS, type Limits } from './limits.js';

/** The requests one admin key may still send to one host, as its answers tell. */
export class Quota {
  #freeAt = 0;
  #limits = NO_LIMITS;

  constructor(private readonly monotonic: () => number = () => performance.now()) {}

  /** Each answer says how much is left. @param refused the answer was a 429. */
  note(limits: Limits, refused: boolean): void {
    if (limits.waitMs === null || !(refused || limits.remaining !== null)) return;
    // Answers overtake one another: what was said before there was nothing left is no news.
    if (!refused && this.usedUpFor(1) !== null) return;
    this.#limits = refused ? { ...limits, remaining: 0 } : limits;
    this.#freeAt = this.monotonic() + limits.waitMs;
  }

  /** How long there is not so much left to ask with, or nothing of what is never more; null where there is. */
  usedUpFor(requests: number): (Limits & { waitMs: number }) | null {
    const { remaining, limit } = this.#limits;
    const waitMs = Math.ceil(this.#freeAt - this.monotonic());
    if (remaining === null || waitMs <= 0) return null;
    return remaining < Math.min(requests, Math.max(limit ?? requests, 1)) ? { ...this.#limits, waitMs } : null;
  }
}

/** Nothing more can be asked for now; what was read until now stays. @param canWait the command waits where it is told to */
export function quotaUsedUp(url: URL, limits: Limits, canWait: boolean, cause: unknown): CostsError {
  const { limit, freeAt } = limits;
  const next = limit === null ? 'requests are' : limit === 1 ? 'request is' : `${limit} requests are`;
  return new CostsError(
    'unreachable',
    `${url.host} asks for fewer requests (429): the next ${next} free ${whenFree(limits)}${canWait ? '; what was finished is kept' : ''}.`,
    {
      hint: `Run the same command again then${canWait ? ', or let it wait: --timeout SECONDS' : '.'}`,
      cause,
      keyProblem: 'rate-limit',
      retryAt: freeAt,
    },
  );
}
