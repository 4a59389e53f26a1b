import type { Context } from '../context.js';
import type { ChangeRow, Changes, ChangeTotal } from '../domain/changes.js';
import { startOfMonthOf, toDay, type Day } from '../domain/day.js';
import { add, formatDecimal, parseDecimal, ZERO, type Decimal } from '../domain/decimal.js';
import { parseInstant } from '../domain/instant.js';
import { Sums } from '../domain/money.js';
import type { GroupWord } from '../domain/dimensions.js';
import type { Report, ReportQuery, SpendReader } from '../domain/report.js';
import { renderChanges } from '../output/changes.js';
import { defineCommand, option } from './define.js';
import { dayOption, groupByOption } from './options.js';
import { resolvePeriod, PERIODS } from '../domain/period.js';
import { resolveRowFilter, type RowSelection } from '../library/row-filter.js';
import { rowFilterOptions } from './row-filter.js';

export interface ChangesOptions extends RowSelection {
  since: string;
  until?: Day;
  period?: string;
  groupBy: GroupWord[];
}

export const showChanges = defineCommand({
  name: 'changes',
  description: 'Why a bill is not what it was: the difference between the report at an instant and now, by cause.',
  options: [
    option('--since <instant>', 'what changed after it: a day, an instant, or how long ago such as 36h or 7d').default(
      '7d',
    ),
    option(
      '--period <period>',
      `days it is about: ${PERIODS.join(', ')}, or a month (default: since the 1st of last month)`,
    ),
    dayOption('--until <day>', 'last day it is about, included'),
    groupByOption(),
    ...rowFilterOptions(),
  ],
  examples: [
    'costs changes',
    'costs changes --since 2026-11-01 --period last-month --group-by project,day',
    'costs changes --since 24h --json',
  ],
  run,
  document: (value): Changes => value.changes,
  render: (value, output) => renderChanges(value.changes, value.team, output),
});

async function run(options: ChangesOptions, context: Context) {
  const now = await context.clock();
  const today = toDay(now);
  const from = parseInstant(options.since, now);
  const { period, until } = options;
  const asked = period === undefined ? { since: startOfMonthOf(until ?? today, 1), until: until ?? today } : { period };
  const span = resolvePeriod(asked, today);
  const store = await context.store();
  const query: ReportQuery = {
    ...(await resolveRowFilter(options, span, context)),
    groupBy: options.groupBy,
    basis: 'billed',
  };
  const changes = await store.reports.snapshot((reports) => readChanges(reports, query, { from, to: now }));
  const team = await context.team();
  return { changes, team: team.name };
}

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
    const causes = new Map<ChangeRow['cause'], { rows: number; difference: Decimal }>();
    for (const row of rows.filter((each) => each.currency === currency)) {
      const known = causes.get(row.cause) ?? { rows: 0, difference: ZERO };
      causes.set(row.cause, {
        rows: known.rows + row.rows,
        difference: add(known.difference, parseDecimal(row.difference)),
      });
    }
    return {
      currency,
      before: formatDecimal(was.in(currency)),
      now: formatDecimal(is.in(currency)),
      difference: formatDecimal(is.minus(was).in(currency)),
      byCause: [...causes].map(([cause, { rows: count, difference }]) => ({
        cause,
        rows: count,
        difference: formatDecimal(difference),
      })),
    };
  });
}
