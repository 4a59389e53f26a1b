import type { Day } from '../domain/day.js';
import type { WorldUsageRow } from './usage-world.js';
import type { AnthropicDimensions, WorldRow } from './world.js';

/** What the demo's projects are charged for. Names and figures are invented; prices are of the usual order. */
export interface Charge {
  lineItem: string;
  quantityUnit: string | null;
  /** Billionths of a dollar a unit. */
  price: number;
  /** Dollars on an ordinary weekday. */
  daily: number;
  dimensions: AnthropicDimensions | null;
}

export interface DemoProject {
  id: string;
  name: string;
  /** Days before today on which it was archived; null is active. */
  archivedDaysAgo: number | null;
  /** Share of a weekday's spend that a weekend day has. */
  weekend: number;
  /** How much more it spends on the last of the 90 days than on the first. */
  growth: number;
  charges: Charge[];
}

export interface DemoOrganization {
  id: string;
  name: string;
  secret: string;
  projects: DemoProject[];
  /** What it is charged beside its projects. */
  own?: DemoProject;
  ownRows?: (day: Day) => WorldRow[];
  /** What was used on a day, where the provider has no bill. */
  usageOf?: (day: Day) => WorldUsageRow[];
}

export function isWeekend(day: Day): boolean {
  return [0, 6].includes(weekdayOf(day));
}

export function isMonday(day: Day): boolean {
  return weekdayOf(day) === 1;
}

function weekdayOf(day: Day): number {
  return new Date(day).getUTCDay();
}
