import type { BacktestDay, Forecast, ForecastAmount } from '../domain/forecast.js';
import type { GroupWord } from '../domain/dimensions.js';
import { distinctNames } from './distinct-names.js';
import { formatMoney } from './format.js';
import { formatCount, formatSpan } from '../domain/words.js';
import type { Output } from './output.js';
import { NO_COVERAGE, viewOf } from './report-words.js';
import { renderTable } from './table.js';

/** Where the month ends, then each group of it. */
export function renderForecast(told: Forecast, groupBy: readonly GroupWord[], team: string, output: Output): string {
  const head = `${team} · ${formatSpan(told.since, told.until)} (UTC) · expected, not charged`;
  if (told.rows.length === 0) return [head, 'Nothing was read that tells what comes next.'].join('\n');
  const views = groupBy.map((word) => viewOf(word, groupBy));
  const names = views.flatMap(({ columns }) => columns);
  const line = (cells: readonly string[], { spent, expected, low, high, currency }: ForecastAmount) => [
    ...cells,
    ...names.slice(cells.length).map(() => ''),
    formatMoney(spent),
    formatMoney(expected),
    currency,
    low === null || high === null ? '' : `${formatMoney(low)} – ${formatMoney(high)}`,
  ];
  const table = renderTable(
    [
      ...names,
      { head: 'So far', align: 'right' },
      { head: 'Month end', align: 'right' },
      { head: '' },
      { head: 'Eight of ten times', align: 'right', lesser: 'change' },
    ],
    [
      ...told.rows.map(distinctNames(told.rows)).map((row) =>
        line(
          views.flatMap(({ cells }) => cells({ ...row, cost: row.expected, estimated: false }, NO_COVERAGE)),
          row,
        ),
      ),
      ...told.totals.map((total) => line(['Total'], total)),
    ],
    output,
  );
  const lines = [head, table, ...(told.backtest === undefined ? [] : ['', renderBacktest(told.backtest, output)])];
  return lines.join('\n');
}

function renderBacktest(days: readonly BacktestDay[], output: Output): string {
  if (days.length === 0) return 'No past month was read whole: nothing to test with.';
  const percent = (share: number) => `${formatCount((share * 100).toFixed(1))} %`;
  return renderTable(
    [
      { head: 'Known on day' },
      { head: '' },
      { head: 'Months', align: 'right' },
      { head: 'Off by', align: 'right' },
      { head: 'Straight line', align: 'right' },
    ],
    days.map(({ dayOfMonth, currency, months, error, straightLine }) => [
      String(dayOfMonth),
      currency,
      String(months),
      percent(error),
      percent(straightLine),
    ]),
    output,
  );
}
