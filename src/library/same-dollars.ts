import { isRead } from '../domain/compared-days.js';
import { addDays, toDay } from '../domain/day.js';
import { parseDecimal } from '../domain/decimal.js';
import { organizationRef } from '../domain/organization.js';
import type { OrganizationDays } from '../domain/report.js';
import { findSameDollars, type DailyAmount, type SameDollars } from '../domain/same-dollars.js';
import type { Workplace } from './workplace.js';

/** Days that are compared: as many as providers still change, and the days on which a month's bill begins. */
const DAYS = 45;

/** Sources of a team that seem to bill the same dollars, by their amounts on the last days. */
export async function readSameDollars(work: Pick<Workplace, 'store' | 'team' | 'clock'>): Promise<SameDollars[]> {
  const [store, team] = await Promise.all([work.store(), work.team()]);
  const organizations = await store.organizations.list(team.id);
  if (organizations.length < 2) return [];
  const until = addDays(toDay(await work.clock()), -1);
  const query = { teamId: team.id, since: addDays(until, 1 - DAYS), until } as const;
  const amounts: DailyAmount[] = [];
  const days = new Map<string, OrganizationDays>();
  for (const basis of ['billed', 'usage'] as const) {
    const asked = { ...query, basis, groupBy: ['provider', 'project', 'day'] } as const;
    for (const each of await store.reports.days(asked)) days.set(`${basis} ${organizationRef(each)}`, each);
    const rows = await store.reports.sums(asked);
    for (const { provider, organizationId, organization, projectId, project, day, currency, cost } of rows) {
      if (provider == null || organizationId == null || day === undefined || cost === null) continue;
      const named = {
        organization: organization ?? organizationId,
        projectId: projectId ?? '',
        project: project ?? '',
      };
      amounts.push({ provider, organizationId, ...named, day, currency, cost: parseDecimal(cost), basis });
    }
  }
  return findSameDollars(amounts, (source, day) => {
    const known = days.get(`${source.basis} ${organizationRef(source)}`);
    return known !== undefined && (isRead(known, day) || known.adopted.has(day));
  });
}
