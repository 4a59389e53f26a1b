import type { Dashboard, Glance, SpendGlance } from '../domain/dashboard.js';
import { parseDecimal, percentOf } from '../domain/decimal.js';
import type { ReportRow } from '../domain/report.js';
import { capital, formatCount, formatDay, formatInstant, formatShortSpan, plural, weekdayOf } from '../domain/words.js';
import { scopeOf } from './budgets.js';
import { distinctNames } from './distinct-names.js';
import { difference, formatChange, formatMoney } from './format.js';
import type { Output } from './output.js';
import { renderTable } from './table.js';

/** How much is shown. */
interface Most {
  currencies: number;
  budgets: number;
  movers: number;
  steps: number;
}

/** All of it stands on a terminal of 24 lines, its prompt included; what has no room is counted. The most first. */
const LINES = 23;
const MOST: Most[] = [
  { currencies: 2, budgets: 2, movers: 3, steps: 2 },
  { currencies: 2, budgets: 1, movers: 2, steps: 2 },
  { currencies: 1, budgets: 1, movers: 1, steps: 1 },
];

export function renderDashboard(dashboard: Dashboard, output: Output): string {
  const texts = MOST.map((most) => renderMost(dashboard, most, output));
  const fits = (text: string) => output.asShown(text).split('\n').length <= LINES;
  return texts.find(fits) ?? texts.at(-1) ?? '';
}

function renderMost({ state, spend, next }: Dashboard, most: Most, output: Output): string {
  const steps = spend === null ? next : next.slice(0, most.steps);
  const lines = steps.map(({ command, why }) => `${capital(why)} → ${command}`);
  return [
    ...(spend === null ? [state] : renderSpend(spend, most, output)),
    ...lines,
    'All commands: costs --help',
  ].join('\n');
}

function renderSpend(spend: SpendGlance, most: Most, output: Output): string[] {
  const { team, store, readAt, yesterday, monthToDate, forecast, notRead } = spend;
  const told = [...monthToDate.totals, ...yesterday.totals, ...forecast];
  const currencies = [...new Set(told.map(({ currency }) => currency))];
  const shown = currencies.slice(0, most.currencies);
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
    ...renderBudgets(spend, most.budgets, output),
    ...renderMovers(spend.movers.slice(0, most.movers), output),
    ...renderNotRead(notRead, output),
  ];
}

function isOf(currencies: readonly string[]) {
  return ({ currency }: { currency: string }) => currencies.includes(currency);
}

/** Those that are nearest to their end, or beyond it. */
function renderBudgets({ budgets, team }: SpendGlance, most: number, output: Output): string[] {
  if (budgets.length === 0) return [];
  const used = ({ spent, amount }: SpendGlance['budgets'][number]) =>
    percentOf(parseDecimal(spent), parseDecimal(amount));
  const rows = budgets
    .map(distinctNames(budgets))
    .sort((a, b) => used(b) - used(a))
    .slice(0, most)
    .map((budget) => [
      scopeOf(budget, team),
      `${formatCount(used(budget))} %`,
      `of ${formatMoney(budget.amount)} ${budget.currency}`,
      expectedOf(budget),
    ]);
  const more = budgets.length - rows.length;
  return [
    renderTable(
      [{ head: 'Budget' }, { head: '', align: 'right' }, { head: '', align: 'right' }, { head: '', lesser: 'change' }],
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
