import { inject } from 'vitest';

export interface FuzzTerms {
  /** Of the same seed come the same attempts. */
  seed: number;
  timeout: number;
  parameters: {
    numRuns: number;
    seed: number;
    interruptAfterTimeLimit?: number;
    markInterruptAsFailure?: boolean;
  };
}

/**
 * How long one of the `parts` of a file of tests fuzzes: its share of FUZZ_MINUTES (or of `longMinutes` in the long run) with
 * a new seed, or FUZZ_SEED; without them `fewRuns` of the same seed each time.
 */
export function fuzzTerms(terms: { parts: number; longMinutes: number; fewRuns: number; seed: number }): FuzzTerms {
  const minutes = Number(process.env.FUZZ_MINUTES ?? (inject('long') ? terms.longMinutes : 0));
  const seed = Number(process.env.FUZZ_SEED ?? (minutes > 0 ? Date.now() % 1e9 : terms.seed));
  const milliseconds = (minutes * 60_000) / terms.parts;
  return {
    seed,
    timeout: milliseconds + 300_000,
    parameters:
      minutes > 0
        ? { numRuns: 1_000_000, seed, interruptAfterTimeLimit: milliseconds, markInterruptAsFailure: false }
        : { numRuns: terms.fewRuns, seed },
  };
}
