import type { Day } from './day.js';
import type { CheckFinding, CheckName, FoundFinding } from './finding.js';

/** A finding as a team's store remembers it. */
export interface KeptFinding extends CheckFinding {
  day: Day | null;
  firstSeenAt: Date;
  lastSeenAt: Date;
  /** When `check --new` told it; null where it has not. */
  toldAt: Date | null;
  /** A person acknowledged it; `until` is the last day it is left alone, null for as long as its cause lasts. */
  acknowledged: { until: Day | null; note: string | null } | null;
  /** When its cause was found gone, or its day was no longer looked at; null while it is open. */
  closedAt: Date | null;
}

/** What one check looked at, and what it found there. */
export interface CheckedNow {
  findings: readonly FoundFinding[];
  /** What is there too, but smaller than what was asked for, or only a note: it is neither told nor gone. */
  below: readonly FoundFinding[];
  checks: readonly CheckName[];
  /** Findings about a day before this were not looked for, nor any after `until`. */
  since: Day;
  until: Day;
  today: Day;
}

/** Findings between one check and the next. Every write of a team's waits for the one before. */
export interface FindingStore {
  /** All of a team's, the newest first. */
  list(teamId: string): Promise<KeptFinding[]>;
  /** Ids of the findings that are left alone on a day. */
  acknowledged(teamId: string, today: Day): Promise<ReadonlySet<string>>;
  /**
   * Keeps what was found, closes what is gone, and marks all of it as told.
   * @returns ids of those that were not told before and not acknowledged
   */
  tellNew(teamId: string, now: CheckedNow): Promise<ReadonlySet<string>>;
  /**
   * Sends what a channel was not told, or told when it was less than half of what it is now. Two jobs at once send it once: the
   * second waits until the first has sent. Nothing is marked as sent when `send` throws.
   * @param send gets at least one finding
   * @returns how many were sent
   */
  notify(
    teamId: string,
    channel: string,
    now: CheckedNow,
    send: (findings: readonly FoundFinding[]) => Promise<void>,
  ): Promise<number>;
  /** Keeps a finding, if it is not kept yet, and leaves it alone. */
  acknowledge(teamId: string, finding: FoundFinding, until: Day | null, note: string | null): Promise<void>;
}
