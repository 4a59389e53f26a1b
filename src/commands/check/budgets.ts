import { budgetsOf, type Budget } from '../../domain/budget.js';
import type { BudgetState } from '../../domain/budget-view.js';
import { startOfMonthOf, type Day } from '../../domain/day.js';
import { formatDecimal } from '../../domain/decimal.js';
import { expectTotal, type ForecastSeries } from '../../domain/forecast.js';
import { Sums } from '../../domain/money.js';
import type { Project } from '../../domain/project.js';
import type { ReportQuery, SpendReader } from '../../domain/report.js';
import { readSeries } from '../../library/forecast.js';
import type { Store } from '../../store/store.js';
import { viewBudget } from '../budget/view.js';

/** How the month of a day stands against the budgets that hold in it, all at one moment. */
export async function readBudgets(store: Store, teamId: string, today: Day): Promise<BudgetState[]> {
  const [budgets, projects] = await Promise.all([store.budgets.list(teamId), store.projects.list(teamId)]);
  if (budgets.length === 0) return [];
  return store.reports.snapshot(async (reader) => {
    const month = { teamId, since: startOfMonthOf(today), until: today };
    const series = await readSeries(reader, month, ['provider', 'project'], today);
    return budgetStates(reader, { teamId, budgets, projects, series, today });
  });
}

/** The same, of a snapshot that is open. @param series by provider and project */
export async function budgetStates(
  reader: SpendReader,
  { teamId, budgets, projects, series, today }: BudgetParts,
): Promise<BudgetState[]> {
  const states: BudgetState[] = [];
  for (const budget of budgetsOf(budgets, today.slice(0, 7))) {
    const query: ReportQuery = {
      ...{ ...scopeOf(budget), teamId, since: startOfMonthOf(today), until: today },
      groupBy: ['day'],
    };
    const rows = (await reader.run(query, today)).rows.filter(({ currency }) => currency === budget.currency);
    states.push({
      ...viewBudget(budget, projects),
      spent: formatDecimal(new Sums(rows).in(budget.currency)),
      estimated: rows.some(({ estimated }) => estimated),
      projected: expectedOf(series, budget, today),
    });
  }
  return states;
}

interface BudgetParts {
  teamId: string;
  budgets: readonly Budget[];
  projects: readonly Project[];
  series: readonly ForecastSeries[];
  today: Day;
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
  return own.length === 0 ? null : expectTotal(own, startOfMonthOf(today), today).expected;
}
