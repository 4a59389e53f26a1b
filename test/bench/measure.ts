import { performance } from 'node:perf_hooks';

/** One contender of a comparison: what is timed, and what has to be done before each time it is. */
export interface Contender {
  name: string;
  prepare?: () => Promise<unknown>;
  run: () => Promise<unknown>;
}

/** A contender that measures itself: its milliseconds of the processor, say. */
export interface SelfTimed {
  name: string;
  milliseconds: () => Promise<number>;
}

/** Median milliseconds of each contender, by name. */
export type Times = ReadonlyMap<string, number>;

/**
 * Times contenders side by side: in every round each of them once, in an order that turns from round to round, so that
 * whatever else the machine does slows all of them alike.
 */
export async function sideBySide(rounds: number, contenders: readonly (Contender | SelfTimed)[]): Promise<Times> {
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const turned = [...contenders.slice(round % contenders.length), ...contenders.slice(0, round % contenders.length)];
    for (const contender of turned) times.get(contender.name)?.push(await millisecondsOf(contender));
  }
  return new Map([...times].map(([name, values]) => [name, median(values)]));
}

async function millisecondsOf(contender: Contender | SelfTimed): Promise<number> {
  if ('milliseconds' in contender) return contender.milliseconds();
  await contender.prepare?.();
  return timed(contender.run);
}

/** Milliseconds that some work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}
