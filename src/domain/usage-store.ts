import type { CollectedDay, WindowOutcome } from './collection.js';
import type { Day, DaySpan } from './day.js';
import type { Decimal } from './decimal.js';
import type { OrganizationKey } from './organization.js';
import type { Price } from './price.js';
import type { ProviderId } from './provider.js';
import type { UsageLine, UsageWidth, UsageWrite } from './usage.js';

/** Rows of `cost_data` beside one another, added up by day and line item. */
export interface CostTotal {
  provider: ProviderId;
  organizationId: string;
  projectId: string;
  project: string;
  day: Day;
  lineItem: string;
  model: string | null;
  tokenType: string | null;
  serviceTier: string | null;
  contextWindow: string | null;
  currency: string;
  cost: Decimal;
}

/** Usage that is charged and has no price here: what it costs is unknown, not nothing. */
export interface UnpricedUsage extends Pick<UsageLine, 'endpoint' | 'tokenType' | 'unit' | 'model'> {
  provider: ProviderId;
  organizationId: string;
  projectId: string;
  tier: string;
  day: Day;
  quantity: Decimal;
}

/** Days of an organization whose estimates are to be made again. */
export interface RepriceScope extends OrganizationKey {
  days: readonly Day[];
}

/** A read of a day by one endpoint. */
export interface UsageRead {
  endpoint: string;
  day: Day;
  readAt: Date;
  /** As too old, or missing. */
  refused: boolean;
}

export interface UsageStore {
  /**
   * Days of an organization that all the endpoints were asked for, ascending, with the oldest of those reads; `refused` where
   * one of them was too old for its endpoint.
   */
  collectedDays(
    organization: OrganizationKey,
    width: UsageWidth,
    endpoints: readonly string[],
  ): Promise<(CollectedDay & { refused: boolean })[]>;
  /** When each endpoint was last asked for each day of a span, those it refused as too old or missing included. */
  readsOf(organization: OrganizationKey, width: UsageWidth, span: DaySpan): Promise<UsageRead[]>;
  /**
   * Replaces what is stored of the answered days of each endpoint at one width, and the estimates of those days, in one
   * transaction. Neither bills nor legacy rows are ever touched; days that were adopted with estimates keep them until the answer is accepted.
   * @throws CostsError `shrink` when the answer would lose most of what is stored; nothing is written then.
   */
  writeWindow(write: UsageWrite): Promise<WindowOutcome>;
  /** Whether rows lie outside the monthly partitions, where there are some: nothing is lost, but reports read them all. */
  hasUnplaced(): Promise<boolean>;
  /** Prices the team brought itself. */
  prices(teamId: string): Promise<Price[]>;
  /** Adds or replaces prices and makes every estimate of the team's organizations again. Returns how many prices are new or changed, and how many estimates. */
  importPrices(teamId: string, prices: readonly Price[]): Promise<{ prices: number; estimates: number }>;
}
