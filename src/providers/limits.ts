/** A longer wait is no limit of requests but a clock gone wrong. */
const LONGEST_MS = 24 * 3_600_000;
const NUMBER = /^\s*\d+(\.\d+)?\s*$/;
/** OpenAI writes a time to wait as `6m0s`, `1.5s` or `20ms`. */
const DURATION = /^(?:(\d+)h)?(?:(\d+)m)?(?:([\d.]+)s)?(?:([\d.]+)ms)?$/;

/** What an answer tells of the limit of requests it counts against. */
export interface Limits {
  /** Requests in a period, and how many of them are left; null where it does not say. */
  limit: number | null;
  remaining: number | null;
  /** When the next requests are allowed, by the provider's clock where it sends it; null where it does not say, or says a time past. */
  freeAt: Date | null;
  /** Milliseconds until then. */
  waitMs: number | null;
}

export const NO_LIMITS: Limits = { limit: null, remaining: null, freeAt: null, waitMs: null };

/**
 * Reads `retry-after-ms`, `Retry-After` in seconds or as a date, `anthropic-ratelimit-requests-*`, `x-ratelimit-*-requests`, and `x-ratelimit-*`.
 * A reset an hour away is real: Anthropic's reports allow so many requests an hour. One in the past is often sent, and says nothing.
 * @param clock for answers without a `Date`; without both, times of day are not understood.
 */
export function readLimits(header: (name: string) => string | null, clock?: () => Date): Limits {
  const sent = header('date');
  const now = sent === null || Number.isNaN(Date.parse(sent)) ? clock?.() : new Date(sent);
  const wait = [
    spanOf(header('retry-after-ms'), 1),
    spanOf(header('retry-after'), 1000) ?? until(header('retry-after'), now),
    until(header('anthropic-ratelimit-requests-reset'), now),
    durationOf(header('x-ratelimit-reset-requests')),
    untilEpoch(header('x-ratelimit-reset'), now),
  ].find((each) => each !== null && each > 0 && each <= LONGEST_MS);
  return {
    limit: countOf(
      header('anthropic-ratelimit-requests-limit') ??
        header('x-ratelimit-limit-requests') ??
        header('x-ratelimit-limit'),
    ),
    remaining: countOf(
      header('anthropic-ratelimit-requests-remaining') ??
        header('x-ratelimit-remaining-requests') ??
        header('x-ratelimit-remaining'),
    ),
    freeAt: wait == null || now === undefined ? null : new Date(now.getTime() + wait),
    waitMs: wait == null ? null : Math.ceil(wait),
  };
}

function countOf(text: string | null): number | null {
  return text !== null && NUMBER.test(text) ? Number(text) : null;
}

function spanOf(text: string | null, unit: number): number | null {
  return text !== null && NUMBER.test(text) ? Number(text) * unit : null;
}

function until(text: string | null, now: Date | undefined): number | null {
  const then = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(then) || now === undefined ? null : then - now.getTime();
}

/** Seconds of an epoch, or milliseconds of it: both are sent. */
function untilEpoch(text: string | null, now: Date | undefined): number | null {
  const epoch = countOf(text);
  if (epoch === null || now === undefined) return null;
  return (epoch < 1e11 ? epoch * 1000 : epoch) - now.getTime();
}

function durationOf(text: string | null): number | null {
  const [all = '', hours = '0', minutes = '0', seconds = '0', milliseconds = '0'] = DURATION.exec(text ?? '') ?? [];
  if (all === '') return null;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(milliseconds);
}
