import { describe, expect, it } from 'vitest';
import { backoff, retryAfter } from '../../src/providers/retry-after.js';

const headers = (given: Record<string, string>) => (name: string) => given[name] ?? null;
const date = 'Mon, 23 Nov 2026 12:00:00 GMT';

describe('retryAfter', () => {
  it.each([
    [{}, null],
    [{ 'retry-after': '3' }, 3000],
    [{ 'retry-after-ms': '250', 'retry-after': '3' }, 250],
    [{ date, 'retry-after': 'Mon, 23 Nov 2026 12:00:10 GMT' }, 10_000],
    [{ date, 'retry-after': 'Mon, 23 Nov 2026 11:59:00 GMT' }, null],
    [{ date, 'anthropic-ratelimit-requests-reset': '2026-11-23T12:00:05Z' }, 5000],
    [{ date, 'anthropic-ratelimit-requests-reset': '2026-11-23T11:00:00Z' }, null],
    [{ 'retry-after': '86400' }, null],
    [{ 'retry-after': '-1' }, null],
    [{ 'retry-after': 'soon' }, null],
  ])('of %j is %s milliseconds', (given, wait) => {
    expect(retryAfter(headers(given as Record<string, string>))).toBe(wait);
  });
});

describe('backoff', () => {
  it('doubles up to its bound, with at most a quarter taken off', () => {
    for (const [attempt, full] of [
      [1, 500],
      [2, 1000],
      [4, 4000],
      [9, 8000],
    ] as const) {
      const wait = backoff(attempt, 500, 8000);
      expect(wait).toBeLessThanOrEqual(full);
      expect(wait).toBeGreaterThanOrEqual(full * 0.75);
    }
  });
});
