import { isReadWhole } from '../../domain/coverage.js';
import { addDays, type Day } from '../../domain/day.js';
import { add, compare, formatDecimal, parseDecimal, ZERO, type Decimal } from '../../domain/decimal.js';
import { groupKey } from '../../domain/dimensions.js';
import type { OrganizationDays, ReportQuery, ReportRow, SpendReader } from '../../domain/report.js';
import { Sums } from '../../domain/money.js';
import { findOrganizationSpikes, type OrganizationSpike } from '../../domain/organization-spikes.js';
import { findRises, type Rise } from '../../domain/rises.js';
import {
  excessOf,
  findSpikes,
  isWorth,
  LEAST_EXCESS,
  SPIKE_HISTORY_DAYS,
  usualCost,
  type DailySeries,
  type Spike,
  type Worth,
} from '../../domain/spikes.js';
import { organizationRef } from '../../domain/organization.js';

/** So many are explained by the line item that drove them; the rest stand as they are. */
const MOST_EXPLAINED = 12;

/** Of the last so many days is a share meant: about a month, whatever day of one it is. */
const SHARE_DAYS = 30;

/** Days of the query's span on which a project cost far more than usual by enough to matter, and why. */
export async function readSpikes(reports: SpendReader, query: ReportQuery): Promise<Spike[]> {
  const { spikes, isTold } = await readUnusual(reports, query, {});
  return spikes.filter((spike) => isTold(excessOf(spike), spike.currency));
}

/** What is unusual in some days, also where it is too small for a word: another job may ask for less. */
export interface Unusual {
  spikes: Spike[];
  /** Days on which an organization cost far more than usual. */
  organizations: OrganizationSpike[];
  rises: Rise<DailySeries>[];
  /** Whether so much over the usual is worth a word. */
  isTold: (excess: Decimal, currency: string) => boolean;
}

export async function readUnusual(reports: SpendReader, query: ReportQuery, worth: Worth): Promise<Unusual> {
  const { minAmount = LEAST_EXCESS } = worth;
  const leastExcess = compare(minAmount, LEAST_EXCESS) < 0 ? minAmount : LEAST_EXCESS;
  const history = { ...query, since: addDays(query.since, -SPIKE_HISTORY_DAYS) };
  const isWhole = wholeDays(await reports.days(history));
  const rows = await reports.sums({ ...history, groupBy: ['project', 'day'] });
  const series = toSeries(rows, isWhole);
  const spikes = findSpikes(series, query, leastExcess);
  const recentFrom = addDays(query.until, 1 - SHARE_DAYS);
  const recent = new Sums(
    rows.flatMap(({ day, currency, cost }) =>
      day === undefined || day < recentFrom || cost === null ? [] : [{ currency, cost }],
    ),
  );
  const isTold = (excess: Decimal, currency: string) => isWorth(excess, recent.in(currency), worth);
  const told = spikes.filter((spike) => isTold(excessOf(spike), spike.currency));
  return {
    spikes: await withCauses(reports, history, spikes, isWhole),
    organizations: findOrganizationSpikes(series, told, query, leastExcess),
    rises: findRises(series, query.until, leastExcess),
    isTold,
  };
}

/** The line item that drove each. */
async function withCauses(
  reports: SpendReader,
  history: ReportQuery,
  spikes: readonly Spike[],
  isWhole: IsWhole,
): Promise<Spike[]> {
  if (spikes.length === 0) return [];
  const projectIds = [...new Set(spikes.slice(0, MOST_EXPLAINED).map(({ projectId }) => projectId))];
  const details = await reports.sums({ ...history, projectIds, groupBy: ['project', 'line-item', 'day'] });
  const lineItems = toSeries(details, isWhole);
  return spikes.map((spike) => ({
    ...spike,
    lineItem: projectIds.includes(spike.projectId) ? causeOf(spike, lineItems) : null,
  }));
}

interface LineItemSeries extends DailySeries {
  lineItem: string;
}

/** By organization, see `organizationRef`. */
type IsWhole = (organization: string) => (day: Day) => boolean;

/** The old system's rows know no days read. */
function wholeDays(organizations: readonly OrganizationDays[]): IsWhole {
  const readAt = new Map(organizations.map((each) => [organizationRef(each), each.readAt]));
  return (organization) => (day) => organization === '' || isReadWhole(day, readAt.get(organization)?.get(day) ?? null);
}

function toSeries(rows: readonly ReportRow[], isWhole: IsWhole): LineItemSeries[] {
  const found = new Map<string, LineItemSeries & { costs: Map<Day, Decimal> }>();
  const knownFrom = new Map<string, Day>();
  for (const { day, cost, ...row } of rows) {
    if (day === undefined || cost === null) continue;
    const key = groupKey(row);
    const ref = organizationRef(row);
    const { project = '', projectId = '', lineItem = '', currency } = row;
    const { provider = null, organization = null, organizationId = null } = row;
    const series = found.get(key) ?? {
      ...{ project, projectId, provider, organization, organizationId, lineItem, currency },
      isWhole: isWhole(ref),
      costs: new Map<Day, Decimal>(),
    };
    series.costs.set(day, add(series.costs.get(day) ?? ZERO, parseDecimal(cost)));
    found.set(key, series);
    const first = knownFrom.get(ref);
    if (first === undefined || day < first) knownFrom.set(ref, day);
  }
  // A project that is new in an organization that was read before cost nothing before.
  return [...found.values()].map((series) => ({ ...series, knownFrom: knownFrom.get(organizationRef(series)) }));
}

/** The line item that rose most over its own usual cost; one that is new has none. */
function causeOf({ projectId, currency, day }: Spike, series: readonly LineItemSeries[]): Spike['lineItem'] {
  let largest: { rise: bigint; lineItem: Spike['lineItem'] } = { rise: 0n, lineItem: null };
  for (const each of series) {
    if (each.projectId !== projectId || each.currency !== currency) continue;
    const cost = each.costs.get(day) ?? ZERO;
    const usual = usualCost(each, day)?.median ?? ZERO;
    if (cost - usual <= largest.rise) continue;
    largest = {
      rise: cost - usual,
      lineItem: { name: each.lineItem, cost: formatDecimal(cost), usual: formatDecimal(usual) },
    };
  }
  return largest.lineItem;
}
