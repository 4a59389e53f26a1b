import type { Dashboard, Glance, SpendGlance } from '../domain/dashboard.js';
import { parseDecimal, percentOf } from '../domain/decimal.js';
import type { ReportRow } from '../domain/report.js';
import { formatCount, formatDay, formatInstant, formatShortSpan, plural, weekdayOf } from '../domain/words.js';
import { scopeOf } from './budgets.js';
import { distinctNames } from './distinct-names.js';
import { difference, formatChange, formatMoney } from './format.js';
import type { Output } from './output.js';
import { renderTable } from './table.js';

/** All of it stands on a terminal of 24 lines; what has no room is counted. */
const MOST = { currencies: 2, budgets: 2, steps: 2 };

export function renderDashboard({ state, spend, next }: Dashboard, output: Output): string {
  const steps = spend === null ? next : next.slice(0, MOST.steps);
  const lines = steps.map(({ command, why }) => `${capitalized(why)} → ${command}`);
  return [...(spend === null ? [state] : renderSpend(spend, output)), ...lines, 'All commands: costs --help'].join(
    '\n',
  );
}

function capitalized(text: string): string {
  return text.replace(/^./, (letter) => letter.toUpperCase());
}

function renderSpend(spend: SpendGlance, output: Output): string[] {
  const { team, store, readAt, yesterday, monthToDate, forecast, notRead } = spend;
  const told = [...monthToDate.totals, ...yesterday.totals, ...forecast];
  const currencies = [...new Set(told.map(({ currency }) => currency))];
  const shown = currencies.slice(0, MOST.currencies);
  const row = (name: string, against: string, { totals }: Glance) =>
    totals
      .filter(isOf(shown))
      .map(({ currency, cost, compared }) => [
        name,
        formatMoney(cost),
        currency,
        compared === undefined ? '' : `${compared.partial ? '° ' : ''}${formatChange(compared)}`,
        compared === undefined ? '' : `vs ${against}`,
      ]);
  const day = yesterday.comparedWith.since;
  const figures = [
    ...row('Yesterday', `${weekdayOf(day)} ${formatShortSpan(yesterday.comparedWith)}`, yesterday),
    ...row(
      formatShortSpan(monthToDate),
      `${formatShortSpan(monthToDate.comparedWith)}${monthToDate.since === monthToDate.until ? '' : ', today left out'}`,
      monthToDate,
    ),
    ...shown
      .flatMap((currency) => forecast.filter(isOf([currency])))
      .map(({ currency, expected, low, high }) => [
        'Month end',
        formatMoney(expected),
        currency,
        '',
        low === null || high === null ? 'expected' : `expected, ${formatMoney(low)} – ${formatMoney(high)}`,
      ]),
  ];
  return [
    `${output.style.bold(team)} · ${store} · ${readAt === null ? 'never read' : `as of ${formatInstant(readAt)}`}`,
    figures.length === 0
      ? 'No costs in these days.'
      : renderTable(
          [
            { head: '' },
            { head: '', align: 'right' },
            { head: '' },
            { head: '', align: 'right' },
            { head: '', lesser: 'detail' },
          ],
          figures,
          output,
        ),
    ...(currencies.length > shown.length
      ? [`${plural(currencies.length - shown.length, 'more currency', 'more currencies')} → costs report`]
      : []),
    ...renderBudgets(spend, output),
    ...renderMovers(spend.movers, output),
    ...renderNotRead(notRead, output),
  ];
}

function isOf(currencies: readonly string[]) {
  return ({ currency }: { currency: string }) => currencies.includes(currency);
}

/** Those that are nearest to their end, or beyond it. */
function renderBudgets({ budgets, team }: SpendGlance, output: Output): string[] {
  if (budgets.length === 0) return [];
  const used = ({ spent, amount }: SpendGlance['budgets'][number]) =>
    percentOf(parseDecimal(spent), parseDecimal(amount));
  const rows = budgets
    .map(distinctNames(budgets))
    .sort((a, b) => used(b) - used(a))
    .slice(0, MOST.budgets)
    .map((budget) => [
      scopeOf(budget, team),
      `${formatCount(used(budget))} %`,
      `of ${formatMoney(budget.amount)} ${budget.currency}`,
      expectedOf(budget),
    ]);
  const more = budgets.length - rows.length;
  return [
    renderTable(
      [{ head: 'Budget' }, { head: '', align: 'right' }, { head: '' }, { head: '', lesser: 'change' }],
      rows,
      output,
    ),
    ...(more > 0 ? [`${plural(more, 'more budget')} → costs budget list`] : []),
  ];
}

function expectedOf({ projected, crossing }: SpendGlance['budgets'][number]): string {
  if (projected === null) return '';
  return `${formatMoney(projected)} expected${crossing === null ? '' : `, over about ${formatDay(crossing)}`}`;
}

function renderMovers(movers: readonly ReportRow[], output: Output): string[] {
  if (movers.length === 0) return [];
  const rows = movers
    .map(distinctNames(movers))
    .map(({ project = '', organization, currency, compared }) => [
      project,
      organization ?? '',
      compared === undefined ? '' : formatMoney(difference(compared), { signed: true }),
      currency,
      compared === undefined ? '' : formatChange(compared),
    ]);
  return [
    renderTable(
      [
        { head: 'Moved most' },
        { head: '', lesser: 'context' },
        { head: '', align: 'right' },
        { head: '' },
        { head: '', align: 'right', lesser: 'change' },
      ],
      rows,
      output,
    ),
  ];
}

function renderNotRead(spans: SpendGlance['notRead'], { style }: Output): string[] {
  const [first] = spans;
  if (first === undefined) return [];
  const more = spans.length > 1 ? ` and ${plural(spans.length - 1, 'more span')}` : '';
  return [`${style.yellow('×')} Not read: ${first.organization} ${formatShortSpan(first)}${more} → costs status`];
}
