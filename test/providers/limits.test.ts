import { afterEach, describe, expect, it, vi } from 'vitest';
import { backoff } from '../../src/providers/backoff.js';
import { readLimits } from '../../src/providers/limits.js';

const headers = (given: Record<string, string>) => (name: string) => given[name] ?? null;
const date = 'Mon, 23 Nov 2026 12:00:00 GMT';

describe('the wait a provider asks for', () => {
  it.each([
    [{}, null],
    [{ 'retry-after': '3' }, 3000],
    [{ 'retry-after-ms': '250', 'retry-after': '3' }, 250],
    [{ date, 'retry-after': 'Mon, 23 Nov 2026 12:00:10 GMT' }, 10_000],
    [{ date, 'retry-after': 'Mon, 23 Nov 2026 11:59:00 GMT' }, null],
    [{ date, 'anthropic-ratelimit-requests-reset': '2026-11-23T12:00:05Z' }, 5000],
    [{ date, 'anthropic-ratelimit-requests-reset': '2026-11-23T11:00:00Z' }, null],
    // Requests of an hour that are used up: the reset is far away, and real.
    [{ date, 'anthropic-ratelimit-requests-reset': '2026-11-23T12:47:00Z' }, 47 * 60_000],
    [{ 'x-ratelimit-reset-requests': '6m0s' }, 360_000],
    [{ 'x-ratelimit-reset-requests': '1.5s' }, 1500],
    [{ 'x-ratelimit-reset-requests': '20ms' }, 20],
    [{ date, 'x-ratelimit-reset': '1795438020' }, 47 * 60_000],
    [{ date, 'x-ratelimit-reset': '1795438020000' }, 47 * 60_000],
    [{ 'x-ratelimit-reset': '2820' }, 47 * 60_000],
    [{ 'ratelimit-reset': '2820' }, 47 * 60_000],
    [{ date, 'anthropic-ratelimit-requests-reset': '2026-11-23T14:47:00.5+02:00' }, 47 * 60_000 + 500],
    [{ 'retry-after': '864000' }, null],
    [{ 'retry-after': '-1' }, null],
    [{ 'retry-after': 'soon' }, null],
    [{ 'x-ratelimit-reset-requests': 'soon' }, null],
  ])('by %j is %s milliseconds', (given, wait) => {
    expect(readLimits(headers(given as Record<string, string>)).waitMs).toBe(wait);
  });
});

describe('a time that names no zone', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each(['Mon Nov 23 12:00:10 2026', '2026-11-23T12:00:10'])('is in UTC wherever it is read: %s', (time) => {
    vi.stubEnv('TZ', 'America/New_York');
    expect(readLimits(headers({ date, 'retry-after': time })).waitMs).toBe(10_000);
    expect(readLimits(headers({ date: time, 'retry-after': '1' })).freeAt).toEqual(new Date('2026-11-23T12:00:11Z'));
  });
});

describe('a limit of requests', () => {
  it.each([
    ['anthropic-ratelimit-requests-limit', 'anthropic-ratelimit-requests-remaining'],
    ['x-ratelimit-limit-requests', 'x-ratelimit-remaining-requests'],
    ['ratelimit-limit', 'ratelimit-remaining'],
  ])('is read from %s', (limit, remaining) => {
    expect(readLimits(headers({ date, [limit]: '90', [remaining]: '0', 'retry-after': '600' }))).toEqual({
      limit: 90,
      remaining: 0,
      freeAt: new Date('2026-11-23T12:10:00Z'),
      waitMs: 600_000,
    });
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
