import { isReadWhole } from '../../domain/coverage.js';
import { addDays, type Day } from '../../domain/day.js';
import { add, formatDecimal, parseDecimal, ZERO, type Decimal } from '../../domain/decimal.js';
import { groupKey } from '../../domain/dimensions.js';
import type { OrganizationDays, ReportQuery, ReportRow, SpendReader } from '../../domain/report.js';
import { findSpikes, SPIKE_HISTORY_DAYS, usualCost, type DailySeries, type Spike } from '../../domain/spikes.js';

/** So many are explained by the line item that drove them; the rest stand as they are. */
const MOST_EXPLAINED = 12;

/** Days of the query's span on which a project cost far more than usual, and why. */
export async function readSpikes(
  reports: SpendReader,
  query: ReportQuery,
  today: Day,
  leastExcess?: Decimal,
): Promise<Spike[]> {
  const history = { ...query, since: addDays(query.since, -SPIKE_HISTORY_DAYS) };
  const isWhole = wholeDays(await reports.days(history));
  const rows = await reports.sums({ ...history, groupBy: ['project', 'day'] });
  const spikes = findSpikes(toSeries(rows, isWhole), query, leastExcess);
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

type IsWhole = (organizationId: string | null | undefined) => (day: Day) => boolean;

/** The old system's rows know no days read. */
function wholeDays(organizations: readonly OrganizationDays[]): IsWhole {
  const byId = new Map(organizations.map(({ organizationId, readAt }) => [organizationId, readAt]));
  return (organizationId) => (day) =>
    organizationId == null || isReadWhole(day, byId.get(organizationId)?.get(day) ?? null);
}

function toSeries(rows: readonly ReportRow[], isWhole: IsWhole): LineItemSeries[] {
  const found = new Map<string, LineItemSeries & { costs: Map<Day, Decimal> }>();
  for (const { day, cost, ...row } of rows) {
    if (day === undefined || cost === null) continue;
    const key = groupKey(row);
    const { project = '', projectId = '', organization = null, organizationId, lineItem = '', currency } = row;
    const series = found.get(key) ?? {
      ...{ project, projectId, organization, lineItem, currency },
      isWhole: isWhole(organizationId),
      costs: new Map<Day, Decimal>(),
    };
    series.costs.set(day, add(series.costs.get(day) ?? ZERO, parseDecimal(cost)));
    found.set(key, series);
  }
  return [...found.values()];
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
