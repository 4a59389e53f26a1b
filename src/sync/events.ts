import type { Organization, WindowOutcome } from '../domain/collection.js';
import type { LeaseHolder } from '../domain/lease.js';
import type { DaySpan } from '../domain/day.js';
import type { WireEvent } from '../domain/provider.js';
import type { CostsError } from '../errors.js';

/** What happens during a run, for progress and traces. */
export type SyncEvent =
  | { type: 'wire'; organization: Organization; event: WireEvent }
  | { type: 'window-done'; organization: Organization; window: DaySpan; rows: number; outcome: WindowOutcome }
  | { type: 'window-failed'; organization: Organization; window: DaySpan; error: CostsError }
  /** Another process collects the organization, and this one waits for it. */
  | { type: 'waiting'; organization: Organization; holder: LeaseHolder }
  | { type: 'organization-done'; organization: Organization };
