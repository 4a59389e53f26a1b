import { budgetsOf, type Budget } from '../../domain/budget.js';
import type { BudgetState } from '../../domain/budget-view.js';
import { daysBetween, endOfMonthOf, startOfMonthOf, type Day } from '../../domain/day.js';
import { formatDecimal, proportion, type Decimal } from '../../domain/decimal.js';
import { Sums } from '../../domain/money.js';
import type { ReportQuery } from '../../domain/report.js';
import type { Store } from '../../store/store.js';
import { viewBudget } from '../budget/view.js';

/** How the month of a day stands against the budgets that hold in it, all at one moment. */
export async function readBudgets(store: Store, teamId: string, today: Day): Promise<BudgetState[]> {
  const budgets = budgetsOf(await store.budgets.list(teamId), today.slice(0, 7));
  const projects = await store.projects.list(teamId);
  return store.reports.snapshot(async (reports) => {
    const states: BudgetState[] = [];
    for (const budget of budgets) {
      const query: ReportQuery = {
        ...scopeOf(budget),
        teamId,
        since: startOfMonthOf(today),
        until: today,
        groupBy: ['day'],
      };
      const rows = (await reports.run(query, today)).rows.filter(({ currency }) => currency === budget.currency);
      const sumOf = (chosen: typeof rows) => new Sums(chosen).in(budget.currency);
      const over = sumOf(rows.filter(({ day }) => day !== undefined && day < today));
      states.push({
        ...viewBudget(budget, projects),
        spent: formatDecimal(sumOf(rows)),
        estimated: rows.some(({ estimated }) => estimated),
        projected: project(over, today),
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

/** The days of the month that are over, for all of its days. */
function project(spent: Decimal, today: Day): string | null {
  const first = startOfMonthOf(today);
  const daysOver = BigInt(daysBetween(first, today));
  if (daysOver === 0n) return null;
  const days = BigInt(daysBetween(first, endOfMonthOf(today)) + 1);
  return formatDecimal(proportion(spent, days, daysOver));
}
