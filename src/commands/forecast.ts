import type { Context } from '../context.js';
import type { Forecast } from '../domain/forecast.js';
import { forecast, type ForecastRequest } from '../library/forecast.js';
import { renderForecast } from '../output/forecast.js';
import { defineCommand, option } from './define.js';
import { groupByOption, periodArgument, timeOption } from './options.js';
import { rowFilterOptions } from './row-filter.js';

export const command = defineCommand({
  name: 'forecast',
  description: 'Where the month ends: what was read, and what days not read and days to come usually cost.',
  arguments: [periodArgument()],
  options: [
    timeOption('--period <month>', 'the same: one month, such as 2026-11 or last-month (default: this-month)'),
    groupByOption(),
    ...rowFilterOptions(),
    option('--backtest', 'also how far off past months were on each of their days, and how far a straight line was'),
  ],
  examples: ['costs forecast', 'costs forecast --group-by organization', 'costs forecast --backtest --json'],
  readsOnly: true,
  async run(options: ForecastRequest, context: Context) {
    const told = await forecast(context, options);
    return { told, groupBy: options.groupBy ?? ['project'], team: (await context.team()).name };
  },
  document: ({ told }): Forecast => told,
  render: ({ told, groupBy, team }, output) => renderForecast(told, groupBy, team, output),
});
