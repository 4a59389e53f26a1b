import type { Context } from '../context.js';
import type { ChangeRow, Changes, ChangeTotal } from '../domain/changes.js';
import { startOfMonthOf, toDay } from '../domain/day.js';
import { formatDecimal, parseDecimal, sum } from '../domain/decimal.js';
import { groupBy } from '../domain/group-into.js';
import { Sums } from '../domain/money.js';
import type { GroupWord } from '../domain/dimensions.js';
import type { Report, ReportQuery, SpendReader } from '../domain/report.js';
import { renderChanges } from '../output/changes.js';
import { renderChangesCsv } from '../output/report-formats.js';
import { defineCommand, option } from './define.js';
import { groupByOption, periodArgument, timeOption } from './options.js';
import { resolvePeriod } from '../domain/period.js';
import { pastMoment } from '../domain/time.js';
import { filterFigures } from '../library/row-filter.js';
import { rowFilterOptions } from './row-filter.js';
import type { RowSelection } from '../library/requests.js';

export interface ChangesOptions extends RowSelection {
  since: string;
  until?: string;
  period?: string;
  groupBy: GroupWord[];
  format?: 'table' | 'csv';
  output?: string;
}

export const command = defineCommand({
  name: 'changes',
  description: 'Why a bill is not what it was: the difference between the report at a moment and now, by cause.',
  arguments: [periodArgument()],
  options: [
    timeOption('--since <time>', 'what changed after it: how long ago such as 36h or 7d, a day, or a moment').default(
      '7d',
    ),
    timeOption('--period <period>', 'days it is about (default: since the 1st of last month)'),
    timeOption('--until <day>', 'last day it is about, included'),
    groupByOption(),
    ...rowFilterOptions(),
    option('--format <format>', 'how it is written').choices(['table', 'csv']),
  ],
  toFile: true,
  examples: [
    'costs changes',
    'costs changes last-month --since 2026-11-01 --group-by project,day',
    'costs changes --since 24h --json',
    'costs changes last-month --group-by project --format csv -o changes.csv',
  ],
  readsOnly: true,
  async run(options: ChangesOptions, context: Context) {
    const now = await context.clock();
    const today = toDay(now);
    const from = pastMoment(options.since, now);
    const { since: _since, ...asked } = options;
    const span = resolvePeriod(asked, today, { first: (last) => startOfMonthOf(last, 1), last: () => today });
    const store = await context.store();
    const query: ReportQuery = {
      ...(await filterFigures(options, span, context)),
      groupBy: options.groupBy,
      basis: 'billed',
    };
    const changes = await store.reports.snapshot((reports) => readChanges(reports, query, { from, to: now }));
    const team = await context.team();
    return { changes, team: team.name };
  },
  document: (value): Changes => value.changes,
  render: ({ changes, team }, output, { format }) =>
    format === 'csv' ? renderChangesCsv(changes) : renderChanges(changes, team, output),
});

async function readChanges(
  reports: SpendReader,
  query: ReportQuery,
  { from, to }: { from: Date; to: Date },
): Promise<Changes> {
  const today = toDay(to);
  const before = await reports.run({ ...query, asOf: from }, today);
  const now = await reports.run(query, today);
  const rows = await reports.changes(query, from);
  return {
    since: query.since,
    until: query.until,
    from: from.toISOString(),
    to: to.toISOString(),
    groupBy: [...query.groupBy],
    rows: rows.filter(({ difference, rows: count }) => difference !== '0' || count > 0),
    totals: totalsOf(before, now, rows),
    lateness: await reports.lateness(query.teamId),
  };
}

/** Both reports' totals, a currency each, and how the causes lead from one to the other. */
function totalsOf(before: Report, now: Report, rows: readonly ChangeRow[]): ChangeTotal[] {
  const [was, is] = [new Sums(before.totals), new Sums(now.totals)];
  const currencies = new Set([...was.currencies, ...is.currencies, ...rows.map(({ currency }) => currency)]);
  return [...currencies].sort().map((currency) => {
    const own = rows.filter((row) => row.currency === currency);
    return {
      currency,
      before: formatDecimal(was.in(currency)),
      now: formatDecimal(is.in(currency)),
      difference: formatDecimal(is.minus(was).in(currency)),
      byCause: [...groupBy(own, ({ cause }) => cause)].map(([cause, same]) => ({
        cause,
        rows: same.reduce((count, row) => count + row.rows, 0),
        difference: formatDecimal(sum(same.map(({ difference }) => parseDecimal(difference)))),
      })),
    };
  });
}
