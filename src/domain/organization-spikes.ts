import type { Day, DaySpan } from './day.js';
import { add, formatDecimal, sum, ZERO, type Decimal, type DecimalText } from './decimal.js';
import { organizationRef } from './organization.js';
import { excessOf, peaksOf, type DailySeries, type Spike } from './spikes.js';

/** A day on which a whole organization cost far more than usual, a little in each of many projects; amounts exact. */
export interface OrganizationSpike {
  day: Day;
  span: DaySpan;
  provider: string;
  organization: string;
  organizationId: string;
  currency: string;
  cost: DecimalText;
  usual: DecimalText;
  /** Spikes of its projects explain half of it: one cause is found once. */
  isExplained: boolean;
}

/** @param told spikes of its projects that are worth a word; what is not told explains nothing */
export function findOrganizationSpikes(
  projects: readonly DailySeries[],
  told: readonly Spike[],
  span: DaySpan,
  leastExcess: Decimal,
): OrganizationSpike[] {
  return addUp(projects).flatMap(({ provider, organizationId, organization, currency, ...series }) =>
    peaksOf(series, span, leastExcess).map(({ day, span: days, cost, usual, excess }) => {
      const own = told.filter(
        (spike) =>
          organizationRef(spike) === organizationRef({ provider, organizationId }) &&
          spike.currency === currency &&
          spike.span.since <= day &&
          spike.span.until >= day,
      );
      return {
        ...{ day, span: days, provider, organization, organizationId, currency },
        cost: formatDecimal(cost),
        usual: formatDecimal(usual),
        isExplained: sum(own.map(excessOf)) * 2n >= excess,
      };
    }),
  );
}

interface OrganizationSeries extends Pick<DailySeries, 'isWhole' | 'knownFrom' | 'currency'> {
  provider: string;
  organization: string;
  organizationId: string;
  costs: Map<Day, Decimal>;
}

function addUp(projects: readonly DailySeries[]): OrganizationSeries[] {
  const found = new Map<string, OrganizationSeries>();
  for (const { provider, organizationId, organization, currency, costs, isWhole, knownFrom } of projects) {
    if (provider === null || organizationId === null) continue;
    const key = JSON.stringify([provider, organizationId, currency]);
    const whole = found.get(key) ?? {
      ...{ provider, organizationId, organization: organization ?? organizationId, currency, isWhole, knownFrom },
      costs: new Map<Day, Decimal>(),
    };
    for (const [day, cost] of costs) whole.costs.set(day, add(whole.costs.get(day) ?? ZERO, cost));
    found.set(key, whole);
  }
  return [...found.values()];
}
