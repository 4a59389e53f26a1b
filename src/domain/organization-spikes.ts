import type { Day, DaySpan } from './day.js';
import { add, formatDecimal, sum, ZERO, type Decimal, type DecimalText } from './decimal.js';
import { excessOf, peaksOf, type DailySeries, type Spike } from './spikes.js';

/** A day on which a whole organization cost far more than usual, a little in each of many projects; amounts exact. */
export interface OrganizationSpike {
  day: Day;
  span: DaySpan;
  organization: string;
  organizationId: string;
  currency: string;
  cost: DecimalText;
  usual: DecimalText;
}

/** One cause is found once: where spikes of its projects explain half of it, an organization is not named as well. */
export function findOrganizationSpikes(
  projects: readonly DailySeries[],
  spikes: readonly Spike[],
  span: DaySpan,
  leastExcess: Decimal,
): OrganizationSpike[] {
  return addUp(projects).flatMap(({ organizationId, organization, currency, ...series }) =>
    peaksOf(series, span, leastExcess)
      .filter(({ day, excess }) => {
        const own = spikes.filter(
          (spike) =>
            spike.organizationId === organizationId &&
            spike.currency === currency &&
            spike.span.since <= day &&
            spike.span.until >= day,
        );
        return sum(own.map(excessOf)) * 2n < excess;
      })
      .map(({ day, span: days, cost, usual }) => ({
        ...{ day, span: days, organization, organizationId, currency },
        cost: formatDecimal(cost),
        usual: formatDecimal(usual),
      })),
  );
}

interface OrganizationSeries extends Pick<DailySeries, 'isWhole' | 'knownFrom' | 'currency'> {
  organization: string;
  organizationId: string;
  costs: Map<Day, Decimal>;
}

function addUp(projects: readonly DailySeries[]): OrganizationSeries[] {
  const found = new Map<string, OrganizationSeries>();
  for (const { organizationId, organization, currency, costs, isWhole, knownFrom } of projects) {
    if (organizationId === null) continue;
    const key = JSON.stringify([organizationId, currency]);
    const whole = found.get(key) ?? {
      ...{ organizationId, organization: organization ?? organizationId, currency, isWhole, knownFrom },
      costs: new Map<Day, Decimal>(),
    };
    for (const [day, cost] of costs) whole.costs.set(day, add(whole.costs.get(day) ?? ZERO, cost));
    found.set(key, whole);
  }
  return [...found.values()];
}
