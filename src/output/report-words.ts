import {
  isTagWord,
  tagKeyOf,
  type CoverageSpan,
  type GroupWord,
  type Report,
  type ReportRow,
} from '../domain/report.js';
import type { Day } from '../domain/day.js';
import type { Column } from './table.js';

/** What a word of --group-by shows for people, and the fields that machines get. */
export interface WordView {
  columns: Column[];
  cells: (row: ReportRow, report: Pick<Report, 'coverage'>) => string[];
  fields: string[];
}

const VIEWS: Record<string, WordView> = {
  provider: view('Provider', ['provider'], ({ provider }) => provider ?? '(old system)'),
  organization: view(
    'Organization',
    ['organization', 'organizationId'],
    ({ organization }) => organization ?? '(old system)',
  ),
  project: {
    columns: [
      { head: 'Project', shrink: true },
      { head: 'Organization', shrink: true },
    ],
    cells: ({ project, linked, organization }) => [
      `${project ?? ''}${linked === false ? ' ⚠' : ''}`,
      organization ?? '',
    ],
    fields: ['project', 'projectId', 'organization', 'organizationId'],
  },
  'line-item': view('Line item', ['lineItem'], ({ lineItem }) => lineItem ?? ''),
  model: view('Model', ['model'], ({ model }) => model ?? '(no model)'),
  day: view('Day', ['day'], ({ day }, report) => (day === undefined ? '' : `${day}${dayMark(day, report)}`)),
  week: view('Week', ['week'], ({ week }) => week ?? ''),
  month: view('Month', ['month'], ({ month }) => month ?? ''),
};

export function viewOf(word: GroupWord): WordView {
  const known = VIEWS[word];
  if (known !== undefined) return known;
  if (!isTagWord(word)) throw new Error(`${word} is no word to group by.`);
  const key = tagKeyOf(word);
  return view(key, [word], (row) => row[word] ?? `(no ${key})`);
}

export function isTimeWord(word: GroupWord): boolean {
  return word === 'day' || word === 'week' || word === 'month';
}

function view(
  head: string,
  fields: string[],
  cell: (row: ReportRow, report: Pick<Report, 'coverage'>) => string,
): WordView {
  return { columns: [{ head, shrink: true }], cells: (row, report) => [cell(row, report)], fields };
}

/** A day that not every organization has settled says so: never read, read half-way, not over, or still changing. */
function dayMark(day: Day, { coverage }: Pick<Report, 'coverage'>): string {
  const within = (spans: readonly CoverageSpan[]) => spans.some(({ since, until }) => since <= day && day <= until);
  if (within(coverage.gaps)) return ' ×';
  if (within(coverage.halfRead)) return ' °';
  if (within(coverage.open)) return ' □';
  return within(coverage.provisional) ? ' ▪' : '';
}
