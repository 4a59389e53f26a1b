import type { Context } from '../context.js';
import { isOfTeam } from '../domain/budget.js';
import { toDay } from '../domain/day.js';
import { comparableSpans } from '../domain/period.js';
import { REPORT_BASES, type Report } from '../domain/report.js';
import { reportDocument, SORTS } from '../domain/report-order.js';
import type { SpendPage } from '../domain/spend-page.js';
import { CostsError } from '../errors.js';
import type { Output } from '../output/output.js';
import { unreadLines } from '../output/unread.js';
import { renderReport } from '../output/report.js';
import { renderReportCsv, renderReportMarkdown } from '../output/report-formats.js';
import { readBudgetViews } from './budget/view.js';
import { defineCommand, option } from './define.js';
import { columnsOption, groupByOption, periodArgument, periodOptions, topOption, timeOption } from './options.js';
import { readReport, resolveReport } from '../library/report.js';
import { describeRowFilter, rowFilterOptions } from './row-filter.js';
import type { ReportRequest } from '../library/requests.js';

const FORMATS = ['table', 'json', 'csv', 'markdown', 'html'] as const;

export interface ReportOptions extends ReportRequest {
  format?: (typeof FORMATS)[number];
  output?: string;
}

/** A report with what its table says beside it, or with all that its page shows. */
type ReportValue = Parameters<typeof renderReport>[0] | { report: Report; page: SpendPage };

export const command = defineCommand({
  name: 'report',
  description: 'Totals of what was billed; month to date by project when nothing is said. Days are UTC days.',
  arguments: [periodArgument()],
  options: [
    ...periodOptions('mtd'),
    groupByOption(),
    option('--basis <basis>', 'bills alone, estimates from usage alone, or bills and estimates where there is none')
      .choices(REPORT_BASES)
      .default('best'),
    ...rowFilterOptions(),
    timeOption(
      '--as-of <time>',
      'the bills as they were then: how long ago such as 7d, a day (when it begins), or a moment',
    ),
    columnsOption(),
    topOption(),
    option('--sort <by>', 'largest cost first, by name, or largest change first').choices(SORTS),
    option('--format <format>', 'how it is written; --json is short for json').choices(FORMATS),
  ],
  examples: [
    'costs report',
    'costs report last-month --group-by provider,model --top 10',
    'costs report 2026-01 --group-by project,day --json',
    'costs report --group-by tag:product --sort change',
    'costs report --group-by model --columns tokens,per-1m,cache-share',
    'costs report 2026-Q3 --format csv --output summer.csv',
    'costs report last-month --format html --output report.html',
  ],
  toFile: true,
  readsOnly: true,
  async run(options: ReportOptions, context: Context): Promise<ReportValue> {
    const { output } = context;
    const { format = 'table' } = options;
    if (format === 'html' && !output.json) {
      refuseTerminal(options, output);
      return readSpendPage(options, context);
    }
    const view = await readReport(context, options, { forPeople: format === 'table' && !output.json });
    // A sheet has no place for it.
    if (format === 'csv')
      for (const line of unreadLines(view.report.coverage, view.report.basis, output.style)) output.note(line);
    return { ...view, sort: options.sort, team: (await context.team()).name, now: await context.clock() };
  },
  document: ({ report }): Report => reportDocument(report),
  render,
});

/** @throws CostsError `usage` where a page would fill somebody's screen with its source */
function refuseTerminal({ output: file }: ReportOptions, { terminal }: Output): void {
  if (file !== undefined || !terminal) return;
  throw new CostsError('usage', 'HTML is for a browser, and standard output is a terminal.', {
    hint: 'Give it a file: costs report --format html -o report.html',
  });
}

async function readSpendPage(options: ReportOptions, context: Context): Promise<ReportValue> {
  const { query, period } = await resolveReport(context, options);
  const compared = comparableSpans(period, toDay(await context.clock()));
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const { readPage } = await import('./report/page.js');
  // Budgets are held against the best figures of all that a team spends.
  const isAll = query.basis === 'best' && query.patterns === undefined && describeRowFilter(options).length === 0;
  const budgets = isAll ? (await readBudgetViews(store, team.id)).filter(isOfTeam) : [];
  const figures = await readPage(store.reports, {
    query,
    order: options,
    compared,
    budgets,
    now: await context.clock(),
  });
  const page = { ...figures, team: team.name, version: context.version, filters: describeRowFilter(options) };
  return { report: figures.report, page };
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
