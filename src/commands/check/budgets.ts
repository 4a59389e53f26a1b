import { budgetsOf, type Budget } from '../../domain/budget.js';
import type { BudgetState } from '../../domain/budget-view.js';
import { startOfMonthOf, type Day } from '../../domain/day.js';
import { formatDecimal } from '../../domain/decimal.js';
import { forecastOf, type ForecastSeries } from '../../domain/forecast.js';
import { Sums } from '../../domain/money.js';
import type { ReportQuery } from '../../domain/report.js';
import { readSeries } from '../../library/forecast.js';
import type { Store } from '../../store/store.js';
import { viewBudget } from '../budget/view.js';

/** How the month of a day stands against the budgets that hold in it, all at one moment. */
export async function readBudgets(store: Store, teamId: string, today: Day): Promise<BudgetState[]> {
  const budgets = budgetsOf(await store.budgets.list(teamId), today.slice(0, 7));
  const projects = await store.projects.list(teamId);
  return store.reports.snapshot(async (reports) => {
    const month = { teamId, since: startOfMonthOf(today), until: today };
    const series = budgets.length === 0 ? [] : await readSeries(reports, month, ['provider', 'project'], today);
    const states: BudgetState[] = [];
    for (const budget of budgets) {
      const query: ReportQuery = {
        ...scopeOf(budget),
        ...month,
        groupBy: ['day'],
      };
      const rows = (await reports.run(query, today)).rows.filter(({ currency }) => currency === budget.currency);
      const sumOf = (chosen: typeof rows) => new Sums(chosen).in(budget.currency);
      states.push({
        ...viewBudget(budget, projects),
        spent: formatDecimal(sumOf(rows)),
        estimated: rows.some(({ estimated }) => estimated),
        projected: expectedOf(series, budget, today),
      });
    }
    return states;
  });
}

function scopeOf({ provider, projectId }: Budget): Pick<ReportQuery, 'provider' | 'projectIds'> {
  return {
    ...(provider === null ? {} : { provider }),
    ...(projectId === null ? {} : { projectIds: [projectId] }),
  };
}

/** The month's end as `costs forecast` tells it; null where nothing was read that tells. */
function expectedOf(
  series: readonly ForecastSeries[],
  { provider, projectId, currency }: Budget,
  today: Day,
): string | null {
  const own = series.filter(
    ({ group }) =>
      group.currency === currency &&
      (provider === null || group.provider === provider) &&
      (projectId === null || group.projectId === projectId),
  );
  return own.length === 0 ? null : forecastOf(own, startOfMonthOf(today), today).expected;
}
