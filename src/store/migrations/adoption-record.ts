import type { Fact } from './catalog.js';

/** What `costs db adopt` found and did, kept with the last migration that it marked as applied. */
export interface Adoption {
  /** The migrations it marked as applied. */
  migrations: string[];
  /** The statements that lead back to what it found. */
  undo: string[];
  /** The schema it found. */
  found: Fact[];
  /** Rows of another application in the same history. */
  foreignHistory: string[];
}

const KIND = 'costs-adoption';

/** As the text that goes into the history, where Prisma keeps what a migration said. */
export function writeAdoption(adoption: Adoption): string {
  return JSON.stringify({ kind: KIND, ...adoption });
}

export function readAdoption(logs: string | null): Adoption | null {
  if (logs?.startsWith(`{"kind":"${KIND}"`) !== true) return null;
  return JSON.parse(logs) as Adoption;
}
