import { readInstant } from './shapes.js';

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

/** Where a limit, and what is left of it, are told: the first that is there counts. */
const LIMIT = [
  'anthropic-ratelimit-requests-limit',
  'x-ratelimit-limit-requests',
  'x-ratelimit-limit',
  'ratelimit-limit',
];
const REMAINING = [
  'anthropic-ratelimit-requests-remaining',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-remaining',
  'ratelimit-remaining',
];
const RESET = [
  'retry-after',
  'anthropic-ratelimit-requests-reset',
  'x-ratelimit-reset-requests',
  'x-ratelimit-reset',
  'ratelimit-reset',
];
/** No time of an epoch is so small, and no wait so long. */
const LEAST_EPOCH_S = 1e9;
const LEAST_EPOCH_MS = 1e11;

/**
 * Reads what an answer tells of limits, in whatever form: seconds, a duration, a date, or seconds or milliseconds of an epoch.
 * A reset an hour away is real: Anthropic's reports allow so many requests an hour. One in the past is often sent, and says nothing.
 * @param clock for answers without a `Date`; without both, times of day are not understood.
 */
export function readLimits(header: (name: string) => string | null, clock?: () => Date): Limits {
  const sent = header('date');
  const date = readInstant(sent ?? '');
  const now = Number.isNaN(date.getTime()) ? clock?.() : date;
  const milliseconds = countOf(header('retry-after-ms'));
  const wait = [milliseconds, ...RESET.map((name) => waitOf(header(name), now))].find(
    (each) => each !== null && each > 0 && each <= LONGEST_MS,
  );
  const firstOf = (names: readonly string[]) => countOf(names.map(header).find((text) => text !== null) ?? null);
  return {
    limit: firstOf(LIMIT),
    remaining: firstOf(REMAINING),
    freeAt: wait == null || now === undefined ? null : new Date(now.getTime() + wait),
    waitMs: wait == null ? null : Math.ceil(wait),
  };
}

function countOf(text: string | null): number | null {
  return text !== null && NUMBER.test(text) ? Number(text) : null;
}

/** Milliseconds until what a header says; null for what is not understood. */
function waitOf(text: string | null, now: Date | undefined): number | null {
  const number = countOf(text);
  if (number !== null && number < LEAST_EPOCH_S) return number * 1000;
  const then = number === null ? readInstant(text ?? '').getTime() : number < LEAST_EPOCH_MS ? number * 1000 : number;
  return durationOf(text ?? '') ?? (Number.isNaN(then) || now === undefined ? null : then - now.getTime());
}

function durationOf(text: string): number | null {
  const [all = '', hours = '0', minutes = '0', seconds = '0', milliseconds = '0'] = DURATION.exec(text) ?? [];
  if (all === '') return null;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(milliseconds);
}
