import { budgetsOf, type BudgetScope } from '../../domain/budget.js';
import type { BudgetState, BudgetView } from '../../domain/budget-view.js';
import { startOfMonthOf, type Day } from '../../domain/day.js';
import { formatDecimal, parseDecimal } from '../../domain/decimal.js';
import { crossingDay, expectTotal, type ForecastSeries } from '../../domain/forecast.js';
import { Sums } from '../../domain/money.js';
import type { RowFilter, SpendReader } from '../../domain/report.js';
import { readSeries } from '../../library/forecast.js';
import type { Store } from '../../store/store.js';
import { readBudgetViews } from '../budget/view.js';

/** How the month of a day stands against the budgets that hold in it, all at one moment. */
export async function readBudgets(store: Store, teamId: string, today: Day): Promise<BudgetState[]> {
  const budgets = await readBudgetViews(store, teamId);
  if (budgets.length === 0) return [];
  return store.reports.snapshot(async (reader) => {
    const month = { teamId, since: startOfMonthOf(today), until: today };
    const series = await readSeries(reader, month, ['provider', 'project'], today);
    return budgetStates(reader, { teamId, budgets, series, today });
  });
}

interface BudgetParts {
  teamId: string;
  budgets: readonly BudgetView[];
  /** Of all the team, by provider and project. */
  series: readonly ForecastSeries[];
  today: Day;
}

/** The same, of a snapshot that is open. */
export async function budgetStates(
  reader: SpendReader,
  { teamId, budgets, series, today }: BudgetParts,
): Promise<BudgetState[]> {
  const month = startOfMonthOf(today);
  const states: BudgetState[] = [];
  for (const budget of budgetsOf(budgets, today.slice(0, 7))) {
    const isOfCurrency = ({ currency }: { currency: string }) => currency === budget.currency;
    const filter = { ...filterOf(budget), teamId, since: month, until: today };
    const rows = (await reader.sums({ ...filter, groupBy: ['day'] })).filter(isOfCurrency);
    const spent = new Sums(rows).in(budget.currency);
    const own = (
      isOfProjects(budget) ? series.filter(isPartOf(budget)) : await readSeries(reader, filter, ['project'], today)
    ).filter(({ group }) => isOfCurrency(group));
    const amount = parseDecimal(budget.amount);
    states.push({
      ...budget,
      spent: formatDecimal(spent),
      estimated: rows.some(({ estimated }) => estimated),
      projected: own.length === 0 ? null : expectTotal(own, month, today).expected,
      crossing: spent > amount ? null : crossingDay(own, today, amount),
    });
  }
  return states;
}

/** The rows that a budget is about, chosen as reports choose them. */
function filterOf({ provider, organizationId, apiKeyId, projectId, tag }: BudgetScope): Partial<RowFilter> {
  return {
    ...(provider === null ? {} : { provider }),
    ...(organizationId === null ? {} : { organizationId }),
    ...(apiKeyId === null ? {} : { patterns: { 'api-key': apiKeyId } }),
    ...(projectId === null ? {} : { projectIds: [projectId] }),
    ...(tag === null ? {} : { tags: [tag] }),
  };
}

/** Whether it is about whole projects, whatever the day: what is expected of them is known. */
function isOfProjects({ apiKeyId, tag }: BudgetScope): boolean {
  return apiKeyId === null && tag === null;
}

function isPartOf({ provider, organizationId, projectId }: BudgetScope) {
  return ({ group }: ForecastSeries) =>
    (provider === null || group.provider === provider) &&
    (organizationId === null || group.organizationId === organizationId) &&
    (projectId === null || group.projectId === projectId);
}
