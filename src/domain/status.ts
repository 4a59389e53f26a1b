import type { Day, DaySpan } from './day.js';
import type { BillSource } from './bill-source.js';
import type { DayState } from './collection.js';
import type { ProviderId } from './provider.js';
import type { MoneyDocument } from './money.js';
import type { SameDollars } from './same-dollars.js';
import { plural } from './words.js';

/** Where one organization stands. */
export interface OrganizationStatus {
  provider: ProviderId;
  organizationId: string;
  name: string;
  active: boolean;
  /** The report that its bill is read from in place of the bill, by its name; null for the bill itself. */
  billReport: string | null;
  /** Without a key nothing more is read; what was read stays. */
  hasKey: boolean;
  /** Whether its bill comes with a key, or in files. */
  billSource: BillSource;
  lastReadAt: string | null;
  firstDay: Day | null;
  lastDay: Day | null;
  /** Every day through it is settled; null when the first is not. */
  settledTo: Day | null;
  days: Record<DayState, number>;
  /** Days whose bills another program stored, and that were never read: adopted, not proven. */
  adopted: DaySpan[];
  gaps: DaySpan[];
  /** Days that were read before they ended, and are over. */
  halfRead: DaySpan[];
  /** Days whose last read is dated in the future, from when the database's clock was ahead: it counts as none. */
  readAhead: DaySpan[];
  /** Days whose bill was read and reports beside it, by API key or product, were not: the next sync reads those. */
  reportsDue: DaySpan[];
  /** The last days up to today, oldest first. */
  recent: { day: Day; state: DayState }[];
  keyExpiresAt: string | null;
  /** Whole days left; negative once expired. */
  keyDaysLeft: number | null;
}

/** The document of `status --json`. */
export interface Status {
  team: string;
  store: string;
  now: string;
  organizations: OrganizationStatus[];
  unlinked: { projects: number; totals: MoneyDocument[] };
  /** Fields and values in answers of providers that their contracts do not know, oldest first. Each was told by one run. */
  news: { provider: ProviderId; path: string; firstSeenAt: string }[];
  /** Organizations that seem to bill the same dollars, or to estimate what another one bills. */
  sameDollars: SameDollars[];
  /** What `--check` ends with 1 for. */
  findings: Trouble[];
}

/** Something about what was read of an organization that a person should look at. */
export interface Trouble {
  organization: string;
  /** What kind of trouble it is. */
  kind: TroubleKind;
  message: string;
  hint: string;
}

export type TroubleKind =
  | 'never-read'
  | 'key-expired'
  | 'key-expires'
  | 'gap'
  | 'read-ahead'
  | 'half-read'
  | 'reports-due'
  | 'stale'
  | 'altered'
  | 'twice';

export function describeAhead(days: number): string {
  return `The last read of ${plural(days, 'day')} is dated in the future, from when the database's clock was ahead; it counts as none.`;
}
