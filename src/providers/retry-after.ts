/** A wait a provider asks for is obeyed up to this; a longer one is no answer to a person who waits. */
const LONGEST_OBEYED_MS = 60_000;
const NUMBER = /^\s*\d+(\.\d+)?\s*$/;

/**
 * How long the provider asks to wait, in milliseconds: `retry-after-ms`, else `Retry-After` in seconds or as a date, else
 * Anthropic's reset time. Null for none, for one in the past (Anthropic's is often stale) and for an absurd one.
 * @param clock for answers without a `Date`; dates are compared with the provider's own clock where it sends it, as this
 * machine's may be off.
 */
export function retryAfter(header: (name: string) => string | null, clock?: () => Date): number | null {
  const milliseconds = header('retry-after-ms');
  if (milliseconds !== null && NUMBER.test(milliseconds)) return obeyed(Number(milliseconds));
  const seconds = header('retry-after');
  if (seconds !== null && NUMBER.test(seconds)) return obeyed(Number(seconds) * 1000);
  const date = seconds ?? header('anthropic-ratelimit-requests-reset');
  const sent = header('date');
  const now = sent === null ? clock?.() : new Date(sent);
  return date === null || now === undefined ? null : obeyed(new Date(date).getTime() - now.getTime());
}

function obeyed(milliseconds: number): number | null {
  return milliseconds > 0 && milliseconds <= LONGEST_OBEYED_MS ? Math.ceil(milliseconds) : null;
}

/** Doubles with each attempt up to a bound, with up to a quarter taken off so that many clients do not come back at once. */
export function backoff(attempt: number, firstMs: number, longestMs: number): number {
  const wait = Math.min(longestMs, firstMs * 2 ** (attempt - 1));
  return Math.ceil(wait * (1 - Math.random() / 4));
}
