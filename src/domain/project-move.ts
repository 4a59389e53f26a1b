/** What went from one project to another with its provider project, and what stayed behind because the other had its own. */
export interface ProjectMove {
  /** How many of each went along. */
  moved: { costs: number; usage: number; changes: number; tags: number; budgets: number };
  /** Dropped: the receiving project had a value of its own for the same thing and day or month. */
  gaveWay: GaveWay[];
}

export interface GaveWay {
  kind: 'cost' | 'usage' | 'tag' | 'budget';
  /** The line item, the kind of usage, the tag's key or the budget's currency. */
  name: string;
  /** The day or the month it is for; null for every month. */
  at: string | null;
  kept: string | null;
  dropped: string | null;
}

export function isEmptyMove({ moved, gaveWay }: ProjectMove): boolean {
  return gaveWay.length === 0 && Object.values(moved).every((count) => count === 0);
}

/** A project of the old system that took over, at its first sync, what was collected under an automatic one. */
export interface Adoption extends ProjectMove {
  project: string;
  projectId: string;
}
