import type { ErrorDocument } from '../errors.js';
import type { Day, DaySpan } from './day.js';
import { absolute, parseDecimal, subtract, type Decimal, type DecimalText } from './decimal.js';
import type { Sums } from './money.js';
import type { OrphanedRows } from './orphans.js';
import type { ProviderId } from './provider.js';

/** A difference below this, a day, is the provider's own rounding: its total is added up from other digits than its rows. */
const ROUNDING = parseDecimal('0.000001');

/** What is stored of a day, all read in one moment. */
export interface StoredDay {
  day: Day;
  /** Database clock when the request of its last read was sent. */
  readAt: Date;
  /** How many rows that read wrote, and how many are there. */
  rowsWritten: number;
  rowsStored: number;
  /** Exact sums, a currency each. */
  totals: Sums;
}

/** A day's sum on both sides; `difference` is the provider's less ours. */
export interface DayDifference {
  day: Day;
  currency: string;
  stored: DecimalText;
  provider: DecimalText;
  difference: DecimalText;
}

/** Something that is wrong, and the command that mends it. */
export interface VerificationFinding {
  day: Day;
  message: string;
  hint: string;
}

/** Days that were not compared, and why. */
export interface NotCompared extends DaySpan {
  reason:
    | 'no key or folder to ask'
    | 'its key is disabled'
    | 'never read'
    | 'adopted, not proven'
    | 'read before it ended'
    | 'not in its folder'
    | 'not told any more';
}

export interface OrganizationVerification {
  provider: ProviderId;
  organizationId: string;
  name: string;
  status: 'ok' | 'failed';
  /**
   * What its days were held against: the provider's own totals; where it has none of a day, its rows or files, read again, or
   * nothing. Absent where only what was written was looked at.
   */
  comparedWith?: 'totals' | 'rows' | 'files' | 'nothing';
  /** Days compared, and how many of them are equal, rounding aside. */
  days: number;
  equal: number;
  /** Days from before seals, which were sealed now as they were found. */
  sealedAsFound: number;
  rounding: DayDifference[];
  /** The provider changed them since they were read: the next read brings them. */
  restated: DayDifference[];
  findings: VerificationFinding[];
  notCompared: NotCompared[];
  /** The billing cycle that goes on, of providers that tell a total of it. */
  cycle?: { since: Day; currency: string; rows: DecimalText; provider: DecimalText };
  /** The report that its bill, and the total, are read from in place of the bill; absent for the bill itself. */
  billReport?: string;
  /** What the invoice has and no report of the provider has; absent where they have all of it. */
  notReported?: readonly string[];
  error?: ErrorDocument;
}

interface Named {
  provider: ProviderId;
  organizationId: string;
  organization: string;
}

/** The document of `verify --json`. */
export interface Verification extends DaySpan {
  status: 'ok' | 'partial' | 'failed';
  /** Compared with what was written, and not with the provider's totals. */
  stored: boolean;
  organizations: OrganizationVerification[];
  /** Of all days; only looked for where all organizations of the team are compared with what was written. */
  orphans: OrphanedRows[];
  /** Of an organization, or of a project whose rows are orphans. */
  findings: (VerificationFinding & (Named | { project: string; projectId: string }))[];
}

/** Whether two sums of a day are the same but for the provider's own rounding. */
export function addsUp(one: Decimal, other: Decimal): boolean {
  return absolute(subtract(one, other)) < ROUNDING;
}
