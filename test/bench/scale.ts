import type { UpsertScale } from './upsert.js';

/** How much of everything. */
export interface Scale {
  upsert: UpsertScale;
}

export const FULL: Scale = {
  upsert: { rows: 200_000, libraryRows: 25_000, prismaRows: 800, rounds: 3 },
};

/** Whether everything still works, and about how fast: in a minute. */
export const QUICK: Scale = {
  upsert: { rows: 20_000, libraryRows: 4_000, prismaRows: 150, rounds: 1 },
};
