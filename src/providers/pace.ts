import { onAbort } from './on-abort.js';

/** How many requests may be under way at once, when nobody complains. */
export interface PaceOptions {
  most: number;
  now?: () => number;
}

/** Answers without a complaint after which a little more is dared. */
const CALM = 10;
const FIRST_GAP_MS = 100;
const LONGEST_GAP_MS = 5_000;

/**
 * How fast one party is asked: so many requests at once, so far apart, and not at all for a while when it says so. A 429
 * halves the first and doubles the second; calm answers bring both back, one step at a time.
 */
export class Pace {
  readonly #most: number;
  readonly #now: () => number;
  readonly #waiting: (() => void)[] = [];
  #allowed: number;
  #running = 0;
  #gapMs = 0;
  #nextStart = 0;
  #calm = 0;
  #alarm: NodeJS.Timeout | undefined;

  constructor({ most, now = () => performance.now() }: PaceOptions) {
    this.#most = most;
    this.#allowed = most;
    this.#now = now;
  }

  /** Requests that may be under way at once now, and milliseconds between the starts of two. */
  get state(): { allowed: number; gapMs: number } {
    return { allowed: this.#allowed, gapMs: this.#gapMs };
  }

  /** Runs the work when it is its turn. @throws the signal's reason when it fires before */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#turn(signal);
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#admit();
    }
  }

  /** The party complained: half as much from now on, and nothing for so many milliseconds. */
  slowDown(pauseMs: number): void {
    this.#calm = 0;
    this.#allowed = Math.max(1, Math.floor(this.#allowed / 2));
    this.#gapMs = Math.min(LONGEST_GAP_MS, Math.max(FIRST_GAP_MS, this.#gapMs * 2));
    this.#nextStart = Math.max(this.#nextStart, this.#now() + pauseMs);
  }

  /** The party answered as it should. */
  speedUp(): void {
    this.#calm += 1;
    if (this.#calm < CALM) return;
    this.#calm = 0;
    this.#allowed = Math.min(this.#most, this.#allowed + 1);
    this.#gapMs = this.#gapMs <= FIRST_GAP_MS ? 0 : this.#gapMs / 2;
    this.#admit();
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const start = () => {
        stopListening();
        resolve();
      };
      const stopListening = onAbort(signal, () => {
        this.#waiting.splice(this.#waiting.indexOf(start), 1);
        // Where nobody waits any more, a process must not stay alive for it.
        if (this.#waiting.length === 0) this.#wake();
        reject(signal.reason as Error);
      });
      this.#waiting.push(start);
      this.#admit();
    });
  }

  #admit(): void {
    while (this.#waiting.length > 0 && this.#running < this.#allowed) {
      const early = this.#nextStart - this.#now();
      if (early > 0) {
        this.#sleep(early);
        return;
      }
      this.#nextStart = this.#now() + this.#gapMs;
      this.#running += 1;
      this.#waiting.shift()?.();
    }
  }

  #sleep(milliseconds: number): void {
    this.#alarm ??= setTimeout(() => {
      this.#wake();
      this.#admit();
    }, milliseconds);
  }

  #wake(): void {
    clearTimeout(this.#alarm);
    this.#alarm = undefined;
  }
}
