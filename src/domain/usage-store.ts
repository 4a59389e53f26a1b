import type { CollectedDay, WindowOutcome } from './collection.js';
import type { Day, DaySpan } from './day.js';
import type { Decimal } from './decimal.js';
import type { Price } from './price.js';
import type { ProviderId } from './provider.js';
import type { UsageLine, UsageWidth, UsageWrite } from './usage.js';

/** Usage of a day, added up over keys and hours. */
export interface UsageTotal extends Pick<
  UsageLine,
  'endpoint' | 'tokenType' | 'unit' | 'model' | 'serviceTier' | 'batch' | 'contextWindow' | 'inferenceGeo'
> {
  provider: ProviderId;
  organizationId: string;
  projectId: string;
  day: Day;
  quantity: Decimal;
}

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
  currency: string;
  cost: Decimal;
}

/** Days of an organization whose estimates are to be made again. */
export interface RepriceScope {
  provider: ProviderId;
  organizationId: string;
  days: readonly Day[];
}

export interface UsageStore {
  /** Days of an organization that all the endpoints were read for, ascending, with the oldest of those reads. */
  collectedDays(
    provider: ProviderId,
    organizationId: string,
    width: UsageWidth,
    endpoints: readonly string[],
  ): Promise<CollectedDay[]>;
  /**
   * Replaces what is stored of the answered days of each endpoint at one width, and the estimates of those days, in one
   * transaction. Neither bills nor legacy rows are ever touched.
   * @throws CostsError `shrink` when the answer would lose most of what is stored; nothing is written then.
   */
  writeWindow(write: UsageWrite): Promise<WindowOutcome>;
  /** Usage of a team, each day at the one width its estimates are made from. */
  totals(teamId: string, span: DaySpan): Promise<UsageTotal[]>;
  /** Bills (`costs_v1`) or collected estimates (`usage_v1`) of a team; legacy rows are neither. */
  costs(teamId: string, span: DaySpan, apiVersion: 'costs_v1' | 'usage_v1'): Promise<CostTotal[]>;
  /** Prices the team brought itself. */
  prices(): Promise<Price[]>;
  /** Adds or replaces prices and makes every estimate again. Returns how many prices are new or changed, and how many estimates. */
  importPrices(prices: readonly Price[]): Promise<{ prices: number; estimates: number }>;
}
