/** How much was collected of an organization, and goes with it. */
export interface PurgeCounts {
  /** Projects that nothing else speaks for; the others stay, without a source. */
  projects: number;
  projectsKept: number;
  /** Billed rows and estimates. */
  costs: number;
  usage: number;
  /** Kept changes of billed rows. */
  changes: number;
  /** Days read, with their seals. */
  days: number;
  usageDays: number;
}
