import { createHash } from 'node:crypto';
import type { BudgetState } from './budget-view.js';
import type { Day } from './day.js';
import type { MoneyDocument } from './money.js';
import type { Spike } from './spikes.js';

export const CHECKS = ['budget', 'anomaly', 'price', 'keys', 'seals', 'unlinked', 'gaps'] as const;
export type CheckName = (typeof CHECKS)[number];

/** Something a person should look at, and the command that leads there. */
export interface CheckFinding {
  /** The same for as long as its cause is the same, in every run: what `check ack` takes. */
  id: string;
  check: CheckName;
  /** What it is about: a budget's scope, a project, an organization. */
  subject: string;
  message: string;
  hint: string;
  /** What was spent, where it is about an amount; one that doubles is sent again. */
  amount: MoneyDocument | null;
}

/** A finding with what makes it the same one tomorrow. */
export interface FoundFinding extends CheckFinding {
  /** The day it is about; null where it is about now. It is not over because a later check no longer looks at that day. */
  day: Day | null;
}

/** The document of `check --json`. */
export interface CheckFindings {
  checks: CheckName[];
  status: 'ok' | 'finding';
  /** Without those that were acknowledged; with `--new` only those that were not told before. */
  findings: CheckFinding[];
  /** Worth knowing, and no reason to stop anybody. */
  notes: string[];
  budgets: BudgetState[];
  anomalies: Spike[];
  /** Found again, and acknowledged: `check list` shows them. */
  acknowledged: number;
  /** What became of each `--notify`. */
  messages: SentMessage[];
}

/** What became of a message. */
export interface SentMessage {
  /** The variable that holds the address. */
  channel: string;
  /** Findings it told; none where all were told before, and then nothing was sent. */
  findings: number;
  /** Why it could not be sent; null where it was. */
  error: string | null;
}

/** What a finding is made of. */
interface FindingParts extends Omit<CheckFinding, 'id' | 'amount'> {
  /** What tells it from others of its check: ids and days, no amounts and no names that may change. */
  cause: readonly (string | number)[];
  day?: Day;
  amount?: MoneyDocument;
}

export function findingOf({ cause, day, amount, ...words }: FindingParts): FoundFinding {
  const id = createHash('sha256')
    .update(JSON.stringify([words.check, ...cause]))
    .digest('hex');
  return { id: id.slice(0, 8), ...words, amount: amount ?? null, day: day ?? null };
}

/** What is shown of a finding. */
export function withoutDay({ day: _, ...finding }: FoundFinding): CheckFinding {
  return finding;
}
