/** Doubles with each attempt up to a bound, with up to a quarter taken off so that many clients do not come back at once. */
export function backoff(attempt: number, firstMs: number, longestMs: number): number {
  const wait = Math.min(longestMs, firstMs * 2 ** (attempt - 1));
  return Math.ceil(wait * (1 - Math.random() / 4));
}
