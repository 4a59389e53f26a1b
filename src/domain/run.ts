import type { Day } from './day.js';
import type { RunStatus } from './collection.js';
import type { OrganizationResult } from './results.js';

/** What is kept of a run. */
export interface RunRecord {
  id: string;
  command: string;
  since: Day;
  until: Day;
  /** `died`: it never said how it ended, and collects nothing any more. */
  status: RunStatus | 'died';
  version: string;
  startedAt: Date;
  finishedAt: Date | null;
  /** One object an organization: what it was going to read. */
  plan: unknown;
  /** One an organization; null while it runs. */
  result: OrganizationResult[] | null;
}

export interface RunStore {
  /** The latest runs of a team, newest first. */
  list(teamId: string, count: number): Promise<RunRecord[]>;
  /** Up to two runs whose id begins so: ids are long, and their beginning is what tables show. */
  find(teamId: string, prefix: string): Promise<RunRecord[]>;
}
