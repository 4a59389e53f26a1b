import type { Day } from './day.js';
import type { Report } from './report.js';
import type { MoneyDocument } from './money.js';

/** The document of `demo --json`: what the demo did and found. */
export interface DemoDocument {
  synthetic: true;
  organizations: number;
  projects: number;
  days: number;
  rows: number;
  storeMilliseconds: number;
  /** What a second run wrote: nothing, if all is well. */
  again: { inserted: number; updated: number; deleted: number };
  /** Days whose stored sum is the provider's own total. */
  compared: { days: number; equal: number };
  restated: { rows: number; days: number; difference: MoneyDocument[] };
  anomaly: { day: Day; project: string };
  unlinked: { projects: number; totals: MoneyDocument[] };
  report: Report;
}
