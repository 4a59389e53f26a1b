import type { BudgetState } from './budget-view.js';
import type { Spike } from './spikes.js';

export const CHECKS = ['budget', 'anomaly', 'price', 'seals', 'unlinked', 'gaps'] as const;
export type CheckName = (typeof CHECKS)[number];

/** Something a person should look at, and the command that leads there. */
export interface CheckFinding {
  check: CheckName;
  /** What it is about: a budget's scope, a project, an organization. */
  subject: string;
  message: string;
  hint: string;
}

/** The document of `check --json`. */
export interface CheckFindings {
  checks: CheckName[];
  status: 'ok' | 'finding';
  findings: CheckFinding[];
  /** Worth knowing, and no reason to stop anybody. */
  notes: string[];
  budgets: BudgetState[];
  anomalies: Spike[];
}
