import type { KeyedCost } from './bucket.js';
import type { Day, DaySpan } from './day.js';
import type { ProviderCall } from './provider.js';

/** Where what API keys or products spent is told: by the bill itself, by a report of its own, which need not add up to it, or by usage. */
export type KeyedSource = 'bill' | 'usage' | KeyedReport['source'];

/** A report beside the bill. */
export interface KeyedReport {
  /** `analytics` is by API key, `product` by product. */
  source: 'analytics' | 'product';
  /** What people call it, where it could not be read. */
  name: string;
  /**
   * What it says of a span no longer than a bill's. Rejects as `CostProvider` says.
   * @param projects ids that the provider lists, or bills, as projects
   */
  read(call: ProviderCall, span: DaySpan, projects: ReadonlySet<string>): Promise<KeyedAnswer>;
  /** What it says of each organization that a parent's key answers for, in one set of requests. */
  readChildren(call: ProviderCall, span: DaySpan): Promise<(organizationId: string) => KeyedAnswer>;
}

export interface KeyedAnswer {
  /** The days it speaks for; of others it knows nothing. */
  days: Day[];
  /** Merged: no two of them share what tells them apart. */
  costs: KeyedCost[];
}
