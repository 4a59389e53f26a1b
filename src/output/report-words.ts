import type { Day } from '../domain/day.js';
import { dimensionOf, type Field, type GroupWord, type TagWord } from '../domain/dimensions.js';
import type { CoverageSpan, Report, ReportRow } from '../domain/report.js';
import type { Column } from './table.js';

/** What a word of --group-by shows for people, and the fields that machines get. */
export interface WordView {
  columns: Column[];
  cells: (row: ReportRow, report: Pick<Report, 'coverage'>) => string[];
  fields: string[];
}

export function viewOf(word: GroupWord): WordView {
  const { columns, sql, none = '' } = dimensionOf(word);
  const fields = Object.values(columns);
  return {
    columns: Object.keys(columns).map((head) => ({ head, shrink: true })),
    cells: (row, report) => fields.map((field) => `${row[field] ?? none}${markOf(field, row, report)}`),
    fields: Object.keys(sql).filter((field) => field !== 'linked'),
  };
}

function markOf(field: Field | TagWord, { linked, day }: ReportRow, report: Pick<Report, 'coverage'>): string {
  if (field === 'project' && linked === false) return ' ⚠';
  return field === 'day' && day !== undefined ? dayMark(day, report) : '';
}

/** A day that not every organization has settled says so: never read, read half-way, not over, or still changing. */
function dayMark(day: Day, { coverage }: Pick<Report, 'coverage'>): string {
  const within = (spans: readonly CoverageSpan[]) => spans.some(({ since, until }) => since <= day && day <= until);
  if (within(coverage.gaps)) return ' ×';
  if (within(coverage.halfRead)) return ' °';
  if (within(coverage.open)) return ' □';
  return within(coverage.provisional) ? ' ▪' : '';
}
