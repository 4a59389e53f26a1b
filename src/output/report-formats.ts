import type { Changes } from '../domain/changes.js';
import { isTagWord, type ReportGroup } from '../domain/dimensions.js';
import type { Report, ReportRow } from '../domain/report.js';
import { csvLine, neutralise, type Cell } from './csv.js';
import { withDistinctNames } from './distinct-names.js';
import { changeCells, formatMoney } from './format.js';
import { printable } from './gate.js';
import { formatShortSpan, formatSpan } from '../domain/words.js';
import { figureFields, figureViews, type Figured } from './report-figures.js';
import { LEFT_OUT, othersName, projectMarks, viewOf } from './report-words.js';
import { unreadLines } from './unread.js';

const COMPARED = ['current', 'previous', 'difference', 'changePercent'] as const;

/** The report's rows for a spreadsheet: the fields of its JSON, amounts exact. */
export function renderReportCsv(report: Report): string {
  const fields = fieldsOf(report);
  const asked = figureFields(report);
  const figures = (row: Figured) => asked.map(({ cell }) => cell(row));
  const told = report.comparedWith === undefined ? [] : COMPARED;
  const compared = ({ compared: row }: Pick<ReportRow, 'compared'>) => told.map((field) => row?.[field] ?? null);
  const lines = [...report.rows, ...(report.gone ?? [])].map((row) =>
    csvLine([
      ...fields.map((field) => textOf(row, field)),
      row.currency,
      row.cost,
      String(row.estimated),
      ...figures(row),
      ...compared(row),
    ]),
  );
  const others = (report.others ?? []).map((each) =>
    csvLine([
      othersName(each.rows),
      ...fields.slice(1).map(() => null),
      each.currency,
      each.cost,
      '',
      ...figures(each),
      ...compared(each),
    ]),
  );
  const heads = [...fields, 'currency', 'cost', 'estimated', ...asked.map(({ name }) => name), ...told];
  return [csvLine(heads), ...lines, ...others].join('');
}

/** What changed for a spreadsheet: the fields of the rows in its JSON, amounts exact. */
export function renderChangesCsv({ groupBy, rows }: Changes): string {
  const fields = fieldsOf({ groupBy });
  const lines = rows.map((row) =>
    csvLine([...fields.map((field) => textOf(row, field)), row.cause, `${row.rows}`, row.currency, row.difference]),
  );
  return [csvLine([...fields, 'cause', 'rows', 'currency', 'difference']), ...lines].join('');
}

/** The fields of the words it is grouped by, each once. */
function fieldsOf({ groupBy }: Pick<Report, 'groupBy'>): string[] {
  return [...new Set(groupBy.flatMap((word) => viewOf(word).fields))];
}

function textOf(row: ReportGroup, field: string): Cell {
  const value = (row as Record<string, Cell | undefined>)[field] ?? null;
  return value === null ? null : neutralise(value);
}

const PLAIN = { yellow: String };

/** The report as a table in Markdown, for an issue or a pull request. */
export function renderReportMarkdown(asked: Report): string {
  const report = withDistinctNames(asked);
  const views = report.groupBy.map((word) => ({ tag: isTagWord(word), ...viewOf(word) }));
  const figures = figureViews(report);
  const names = views.flatMap(({ columns }) => columns.map(({ head }) => head));
  const { comparedWith } = report;
  const told = comparedWith === undefined ? [] : ['Change', `vs ${formatShortSpan(comparedWith, report)}`];
  const heads = [...names, 'Currency', 'Cost', ...figures.map(({ head }) => head), ...told];
  const cellsOf = (row: Figured & Pick<ReportRow, 'compared'>) => [
    ...figures.map(({ cell }) => cell(row)),
    ...(comparedWith === undefined ? [] : changeCells(row.compared)),
  ];
  const rows = [...report.rows, ...(report.gone ?? [])].map((row) => [
    ...views.flatMap(({ cells }) => cells(row, report)),
    row.currency,
    row.cost === null ? 'unknown' : `${formatMoney(row.cost)}${row.estimated ? ' (estimated)' : ''}`,
    ...cellsOf(row),
  ]);
  const blanks = names.slice(1).map(() => '');
  const others = (report.others ?? []).map((each) => [
    othersName(each.rows),
    ...blanks,
    each.currency,
    each.cost === null ? 'unknown' : formatMoney(each.cost),
    ...cellsOf(each),
  ]);
  const totals = report.totals.map((total) => [
    '**Total**',
    ...[...blanks, total.currency].map(escapeMarkdown),
    `**${formatMoney(total.cost)}**`,
    ...cellsOf(total).map(escapeMarkdown),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = `| ${heads.map((_, index) => (index > names.length ? '---:' : '---')).join(' | ')} |`;
  return [
    `${formatSpan(report.since, report.until)} (UTC)`,
    '',
    line(heads.map(escapeMarkdown)),
    rule,
    ...[...rows, ...others].map((cells) => line(cells.map(escapeMarkdown))),
    ...totals.map(line),
    ...(report.totals.some(({ compared }) => compared?.partial) ? ['', LEFT_OUT] : []),
    ...[...unreadLines(report.coverage, report.basis, PLAIN), ...projectMarks(report.rows, PLAIN)].flatMap((each) => [
      '',
      escapeMarkdown(each),
    ]),
  ].join('\n');
}

/**
 * A name may not end its cell, nor be a link, an image or HTML, nor look like a total, nor call anybody or point anywhere by itself:
 * a sign that is written as an entity would be seen through, and so something that takes no place stands within.
 */
export function escapeMarkdown(text: string): string {
  return printable(text, false)
    .replace(/[\\|<>[\]`&*_~]/g, '\\$&')
    .replace(/[\r\n]+/g, ' ')
    .replace(/@|#(?=\d)|:(?=\/\/)|\bwww(?=\.)|\bGH(?=-\d)/gi, '$&&#8203;');
}
