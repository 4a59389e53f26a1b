import type { Context } from '../context.js';
import { toDay } from '../domain/day.js';
import { isTimeWord, type GroupWord } from '../domain/dimensions.js';
import { REPORT_BASES, type Report, type ReportBasis, type ReportQuery } from '../domain/report.js';
import { parseInstant } from '../domain/instant.js';
import { arrangeReport, SORTS, type ReportSort } from '../domain/report-order.js';
import type { SpendPage } from '../domain/spend-page.js';
import { CostsError } from '../errors.js';
import type { Output } from '../output/output.js';
import { renderReport } from '../output/report.js';
import { renderReportCsv, renderReportMarkdown } from '../output/report-formats.js';
import { defineCommand, option } from './define.js';
import { dayOption, groupByOption, positiveOption } from './options.js';
import { readPage } from './report/page.js';
import { comparableSpans, PERIODS, resolvePeriod, type PeriodOptions } from './period.js';
import { rowFilterOptions, describeRowFilter, resolveRowFilter, type RowFilterOptions } from './row-filter.js';

const FORMATS = ['table', 'json', 'csv', 'markdown', 'html'] as const;

export interface ReportOptions extends RowFilterOptions, PeriodOptions {
  groupBy: GroupWord[];
  basis: ReportBasis;
  top?: number;
  sort?: ReportSort;
  format?: (typeof FORMATS)[number];
  output?: string;
  asOf?: string;
}

/** A report with what its table says beside it, or with all that its page shows. */
type ReportValue = Parameters<typeof renderReport>[0] | { report: Report; page: SpendPage };

export const showReport = defineCommand({
  name: 'report',
  description: 'Totals of what was billed; month to date by project when nothing is said. Days are UTC days.',
  options: [
    dayOption('--since <day>', 'first day, YYYY-MM-DD'),
    dayOption('--until <day>', 'last day, included'),
    option('--period <period>', `${PERIODS.join(', ')}, or a month such as 2026-10`),
    groupByOption(),
    option('--basis <basis>', 'bills alone, estimates from usage alone, or bills and estimates where there is none')
      .choices(REPORT_BASES)
      .default('best'),
    ...rowFilterOptions(),
    option('--as-of <instant>', 'the bills as they were then: a day, an instant, or how long ago such as 7d'),
    positiveOption('--top <count>', 'only so many rows; the others are added up'),
    option('--sort <by>', 'largest cost first, by name, or largest change first').choices(SORTS),
    option('--format <format>', 'how it is written; --json is short for json').choices(FORMATS),
  ],
  examples: [
    'costs report',
    'costs report --period last-month --group-by provider,model --top 10',
    'costs report --since 2026-01-01 --until 2026-01-31 --group-by project,day --json',
    'costs report --group-by tag:product --sort change',
    'costs report --period 2026-10 --format csv --output october.csv',
    'costs report --period last-month --format html --output report.html',
  ],
  toFile: true,
  run,
  document: ({ report }) => report,
  render,
});

/** Only bills are kept as they were; estimates are made again whenever prices or usage change. @throws CostsError `usage` */
function basisOf({ basis, asOf }: ReportOptions, now: Date): Pick<ReportQuery, 'basis' | 'asOf'> {
  if (asOf === undefined) return { basis };
  if (basis === 'usage')
    throw new CostsError('usage', 'Only bills are kept as they were; --as-of does not go with --basis usage.', {
      hint: 'Leave one of the two out.',
    });
  return { basis: 'billed', asOf: parseInstant(asOf, now) };
}

/** @throws CostsError `usage` where a page would fill somebody's screen with its source */
function refuseTerminal({ output: file }: ReportOptions, { terminal }: Output): void {
  if (file !== undefined || !terminal) return;
  throw new CostsError('usage', 'HTML is for a browser, and standard output is a terminal.', {
    hint: 'Give it a file: costs report --format html -o report.html',
  });
}

async function run(options: ReportOptions, context: Context): Promise<ReportValue> {
  const { output } = context;
  const html = options.format === 'html' && !output.json;
  if (html) refuseTerminal(options, output);
  const today = toDay(context.now());
  const period = resolvePeriod(options, today);
  const { current, previous } = comparableSpans(period, today);
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const filter = await resolveRowFilter(options, period, context);
  const query: ReportQuery = { ...filter, groupBy: options.groupBy, ...basisOf(options, context.now()) };
  if (html) {
    const figures = await readPage(store.reports, {
      query,
      order: options,
      compared: { current, previous },
      now: context.now(),
    });
    const page = { ...figures, team: team.name, version: context.version, filters: describeRowFilter(options) };
    return { report: figures.report, page };
  }
  const { format = 'table' } = options;
  const forPeople = format === 'table' && !output.json;
  const byTime = query.groupBy.some(isTimeWord);
  const { report, comparison, lateness } = await store.reports.snapshot(async (reports) => ({
    report: await reports.run(query, today),
    comparison:
      (forPeople && !byTime) || options.sort === 'change'
        ? await reports.compare({ ...query, ...current }, previous)
        : null,
    lateness: forPeople ? await reports.lateness(team.id) : [],
  }));
  const arranged = arrangeReport(report, options, comparison);
  return { report: arranged, comparison, team: team.name, now: context.now(), lateness };
}

async function render(value: ReportValue, output: Output, { format }: ReportOptions): Promise<string> {
  if ('page' in value) {
    const { renderPage } = await import('../output/page/page.js');
    return renderPage(value.page);
  }
  if (format === 'csv') return renderReportCsv(value.report);
  if (format === 'markdown') return renderReportMarkdown(value.report);
  return renderReport(value, output);
}
