import type { ApiKeyListing, Person } from './api-key.js';
import type { Day, DaySpan } from './day.js';
import type { Decimal } from './decimal.js';
import type { KeyedReport } from './keyed-report.js';
import type { CostPage, KeyIdentity, ProviderCall, ProviderFacts, ProviderProject } from './provider.js';
import type { UsageSource } from './usage.js';

/** A total of a billing cycle, which need not be a month, beside what the rows of it add up to. */
export interface CycleTotal {
  since: Day;
  currency: string;
  rows: Decimal;
  total: Decimal;
}

/**
 * The bill as another report tells it, for keys that read no bill: of the key's own organization, or of its children, each line
 * then with its organization. Its methods reject as those of `CostProvider` do.
 */
export interface BillReport {
  /** The first day that it still tells. */
  firstDay(today: Day): Day;
  /** @param children those named, or all that the provider does not leave out; absent for the key's own organization */
  fetchCosts(call: ProviderCall, span: DaySpan, children?: Children): AsyncGenerator<CostPage, void, undefined>;
  fetchTotals(call: ProviderCall, span: DaySpan, children?: Children): AsyncGenerator<CostPage, void, undefined>;
}

/** See `ApiKeyListing`. */
export type ProjectKeys = Pick<ApiKeyListing, 'keys' | 'projectIds'>;

export type Children = 'all' | readonly string[];

/**
 * A company's admin API, seen through our words.
 * All methods reject with a CostsError: `auth` for a refused key or a missing scope, `unreachable` when the host cannot be
 * reached or stays down after the retries, `contract` for an answer of another shape, `too-large` for one that cannot be held,
 * `interrupted` when the signal fires.
 */
export interface CostProvider {
  readonly facts: ProviderFacts;
  /** Longest span one request may ask for. */
  readonly maxDaysPerRequest: number;
  /** The first day that it still tells; absent where it tells all of them, or nobody knows. */
  firstDay?(today: Day): Day;
  /** The billed costs of a span of UTC days, page after page in ascending order. Amounts are in major units. */
  fetchCosts(call: ProviderCall, span: DaySpan): AsyncGenerator<CostPage, void, undefined>;
  /**
   * The provider's own total of each day, a currency each: the same question without groups. What its rows add up to is
   * compared with it. Absent where it bills nothing.
   */
  fetchTotals?(call: ProviderCall, span: DaySpan): AsyncGenerator<CostPage, void, undefined>;
  /** What stands in for the bill where a key reads none; absent where nothing does. */
  readonly billReport?: BillReport;
  /** Reports beside the bill of what API keys and products spent; absent where the bill tells, or nothing does. */
  readonly keyedReports?: readonly KeyedReport[];
  /** The provider's own total of the cycle that goes on; absent or null where it tells none. */
  cycleTotal?(call: ProviderCall): Promise<CycleTotal | null>;
  /** Every project of the organization. Rejects with `auth` when the key may not list them. */
  listProjects(call: ProviderCall): Promise<ProviderProject[]>;
  /**
   * The keys that programs use in these of the provider's projects, those that ended left out where the provider does, and the
   * projects of which they are all; absent where it lists none. Rejects with `auth` when the key may not list them.
   * @param projects all that are known of the organization
   */
  listApiKeys?(call: ProviderCall, projectIds: readonly string[], projects: ReadonlySet<string>): Promise<ProjectKeys>;
  /**
   * The organization's people, where its keys tell no more than their ids; absent where they tell names, or nothing does. Rejects
   * with `auth` when the key may not list them.
   */
  listPeople?(call: ProviderCall): Promise<Person[]>;
  /** Quantities beside the bills; absent where the provider reports none. */
  readonly usage?: UsageSource;
  /** Asks the provider whose key this is and whether it reads costs. */
  identify(call: ProviderCall): Promise<KeyIdentity>;
}

/** A provider whose days can be held against something of its own. */
export type Comparable = CostProvider & Required<Pick<CostProvider, 'fetchTotals'>>;

export function isComparable(provider: CostProvider): provider is Comparable {
  return provider.fetchTotals !== undefined;
}
