import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pace } from '../../src/providers/pace.js';

const never = new AbortController().signal;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Starts so many requests that end when told, and says how many are under way. */
function requests(pace: Pace, count: number) {
  const ends: (() => void)[] = [];
  const starts: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const work = () => {
      starts.push(Math.round(performance.now()));
      return new Promise<void>((resolve) => ends.push(resolve));
    };
    void pace.run(work, never);
  }
  const settle = () => vi.advanceTimersByTimeAsync(0);
  return { starts, settle, end: (index: number) => ends[index]?.() };
}

describe('a pace', () => {
  it('lets so many requests start at once, and the next one when one has ended', async () => {
    const { starts, settle, end } = requests(new Pace({ most: 2 }), 4);
    await settle();
    expect(starts).toHaveLength(2);
    end(0);
    await settle();
    expect(starts).toHaveLength(3);
  });

  it('makes Node warn of nothing, however many requests of a run wait at once', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const run = new AbortController();
    const pace = new Pace({ most: 1 });
    const waiting = Array.from({ length: 40 }, () => pace.run(() => new Promise<void>(() => undefined), run.signal));
    vi.useRealTimers();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
    run.abort();
    expect((await Promise.allSettled(waiting.slice(1))).every(({ status }) => status === 'rejected')).toBe(true);
  });

  it('halves after a complaint, waits as long as it is told, and keeps a distance', async () => {
    const pace = new Pace({ most: 4 });
    pace.slowDown(3000);
    expect(pace.state).toEqual({ allowed: 2, gapMs: 100 });
    const begun = Math.round(performance.now());
    const { starts } = requests(pace, 3);
    await vi.advanceTimersByTimeAsync(2999);
    expect(starts).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(starts.map((start) => start - begun)).toEqual([3000, 3100]);
    for (let count = 0; count < 10; count += 1) pace.slowDown(0);
    expect(pace.state).toEqual({ allowed: 1, gapMs: 5000 });
  });

  it('comes back step by step while nobody complains', () => {
    const pace = new Pace({ most: 3 });
    pace.slowDown(0);
    pace.slowDown(0);
    for (let count = 0; count < 20; count += 1) pace.speedUp();
    expect(pace.state).toEqual({ allowed: 3, gapMs: 0 });
  });

  it('lets go of who no longer waits, and of nobody else', async () => {
    const pace = new Pace({ most: 1 });
    const { starts, settle, end } = requests(pace, 1);
    const leaving = new AbortController();
    const left = pace.run(() => Promise.resolve('never'), leaving.signal);
    const stays = pace.run(() => Promise.resolve('ran'), never);
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    end(0);
    await settle();
    expect(starts).toHaveLength(1);
    await expect(stays).resolves.toBe('ran');
  });

  it('keeps no process alive for a wait that nobody waits for any more, and begins it anew for the next', async () => {
    const pace = new Pace({ most: 1 });
    pace.slowDown(3000);
    const leaving = new AbortController();
    const left = pace.run(() => Promise.resolve('never'), leaving.signal);
    expect(vi.getTimerCount()).toBe(1);
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    expect(vi.getTimerCount()).toBe(0);
    const next = pace.run(() => Promise.resolve('ran'), never);
    await vi.advanceTimersByTimeAsync(3000);
    await expect(next).resolves.toBe('ran');
  });
});
