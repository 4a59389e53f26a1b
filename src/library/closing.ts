import { addDays, toDay, type Day } from '../domain/day.js';
import { isReadWhole } from '../domain/coverage.js';
import { Sums } from '../domain/money.js';
import type { ReportStore } from '../domain/report.js';
import type { NewSpend, SyncResult, Yesterday } from '../domain/results.js';
import type { Selection } from './requests.js';
import type { Workplace } from './workplace.js';
import { organizationRef } from '../domain/organization.js';
import { groupInto } from '../domain/group-into.js';

/** What people want to know at the end of a run of bills: what yesterday cost, and who spends that nobody linked. */
export async function addClosing(work: Workplace, result: SyncResult, selection: Selection = {}): Promise<void> {
  const [store, team] = await Promise.all([work.store(), work.team()]);
  const names = result.organizations.some(({ newProjects }) => newProjects.length > 0);
  const newSpend = names ? await readNewSpend(store.reports, team.id, result) : [];
  if (newSpend.length > 0) result.newSpend = newSpend;
  if (result.command !== 'sync') return;
  const day = addDays(toDay(await work.clock()), -1);
  const isAll = selection.provider === undefined && selection.organization === undefined;
  const asked = isAll ? null : new Set(result.organizations.map(organizationRef));
  const yesterday = await readYesterday(store.reports, team.id, day, asked);
  if (yesterday !== null) result.yesterday = yesterday;
}

/** Null where no organization read it after its end: a sum of half a day would pass for a whole one. */
async function readYesterday(
  reports: ReportStore,
  teamId: string,
  day: Day,
  asked: ReadonlySet<string> | null,
): Promise<Yesterday | null> {
  return reports.snapshot(async (snapshot) => {
    const query = { teamId, since: day, until: day, groupBy: ['organization'], basis: 'billed' } as const;
    const all = await snapshot.days(query);
    const organizations = asked === null ? all : all.filter((each) => asked.has(organizationRef(each)));
    const readAt = new Map(organizations.map((each) => [organizationRef(each), each.readAt.get(day) ?? null]));
    const isRead = (each: Parameters<typeof organizationRef>[0]) =>
      isReadWhole(day, readAt.get(organizationRef(each)) ?? null);
    const counted = organizations.filter((each) => each.isActive || isRead(each));
    const read = counted.filter(isRead).length;
    if (read === 0) return null;
    const { rows } = await snapshot.run(query, addDays(day, 1));
    // What an organization's half day has cost so far is left out with the organization.
    const totals = new Sums(rows.filter(isRead)).toDocuments();
    return { day, organizations: read, of: counted.length, totals };
  });
}

/** What the projects that a run saw for the first time cost in the days it read, and since when. */
async function readNewSpend(reports: ReportStore, teamId: string, result: SyncResult): Promise<NewSpend[]> {
  const { since, until, organizations } = result;
  const report = await reports.run({ teamId, since, until, groupBy: ['project', 'day'], basis: 'billed' }, until);
  const loose = report.rows.filter(({ linked }) => linked === false);
  return groupInto(loose, ({ projectId }) => [projectId]).flatMap((rows) => {
    const { project = '', projectId = '', ...row } = rows[0];
    const seen = organizations.find((each) => organizationRef(each) === organizationRef(row));
    if (seen?.newProjects.includes(project) !== true) return [];
    const first = rows.flatMap(({ day }) => (day === undefined ? [] : [day])).sort()[0] ?? since;
    return [{ project, projectId, organization: seen.name, since: first, totals: new Sums(rows).toDocuments() }];
  });
}
