import { closedSpans } from '../../domain/coverage.js';
import type { Glance, SpendGlance } from '../../domain/dashboard.js';
import { addDays, endOfMonthOf, startOfMonthOf, type Day } from '../../domain/day.js';
import { comparableSpans, resolvePeriod } from '../../domain/period.js';
import type { Project } from '../../domain/project.js';
import type { OrganizationDays, Report, SpendReader } from '../../domain/report.js';
import { allByChange, arrangeReport } from '../../domain/report-order.js';
import { readSeries, totalsOf } from '../../library/forecast.js';
import type { Store } from '../../store/store.js';
import type { Team } from '../../domain/team.js';
import { readBudgetViews } from '../budget/view.js';
import { budgetStates } from '../check/budgets.js';

const MOVERS = 3;

/** What a team's spend comes to, all of one moment; and what was read of each organization. */
export async function readSpend(
  store: Store,
  team: Team,
  today: Day,
  projects: readonly Project[],
): Promise<{ spend: SpendGlance; organizations: OrganizationDays[] }> {
  const budgets = await readBudgetViews(store, team.id, projects);
  const yesterday = addDays(today, -1);
  const span = { since: startOfMonthOf(today), until: endOfMonthOf(today) };
  return store.reports.snapshot(async (reader) => {
    const day = await readGlance(reader, team.id, 'yesterday', today);
    const month = await readGlance(reader, team.id, 'mtd', today);
    const series = await readSeries(reader, { teamId: team.id, ...span }, ['provider', 'project'], today);
    // On the first of a month yesterday is in the month before.
    const { gaps, halfRead } = (yesterday < span.since ? day : month).coverage;
    const spend = {
      team: team.name,
      store: store.database.label,
      readAt: month.readAt ?? day.readAt,
      yesterday: glanceOf(day),
      monthToDate: glanceOf(month),
      forecast: totalsOf(series, span.since, today),
      budgets: await budgetStates(reader, { teamId: team.id, budgets, series, today }),
      notRead: closedSpans([...gaps, ...halfRead], yesterday),
      movers: allByChange(month).filter(hasMoved).slice(0, MOVERS),
    };
    const organizations = await reader.days({ teamId: team.id, since: today, until: today, groupBy: ['organization'] });
    return { spend, organizations };
  });
}

/** By project, those that changed most first. */
async function readGlance(reader: SpendReader, teamId: string, period: string, today: Day): Promise<Report> {
  const { since, until, ...resolved } = resolvePeriod({ period }, today);
  const query = { teamId, since, until, groupBy: ['project' as const], pricedOnly: true };
  const { current, previous } = comparableSpans({ since, until, ...resolved }, today);
  const comparison = await reader.compare({ ...query, ...current }, previous);
  return arrangeReport(await reader.run(query, today), { sort: 'change' }, comparison);
}

function glanceOf({ since, until, comparedWith = { since, until }, totals }: Report): Glance {
  const exact = totals.map(({ compared, ...total }) => {
    if (compared === undefined) return total;
    const { trend: _trend, ...figures } = compared;
    return { ...total, compared: figures };
  });
  return { since, until, comparedWith, totals: exact };
}

function hasMoved({ compared }: Report['rows'][number]): boolean {
  return compared !== undefined && compared.current !== compared.previous;
}
