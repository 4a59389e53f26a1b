import type { Organization, WindowOutcome } from '../domain/collection.js';
import type { DaySpan } from '../domain/day.js';
import type { WireEvent } from '../domain/provider.js';
import type { CostsError } from '../errors.js';

/** What happens during a run, for progress and traces. */
export type SyncEvent =
  | { type: 'wire'; organization: Organization; event: WireEvent }
  | { type: 'window-done'; organization: Organization; window: DaySpan; rows: number; outcome: WindowOutcome }
  | { type: 'window-failed'; organization: Organization; window: DaySpan; error: CostsError }
  | { type: 'organization-done'; organization: Organization };
