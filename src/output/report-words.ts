import type { Day } from '../domain/day.js';
import { dimensionOf, type Field, type GroupWord, type TagWord } from '../domain/dimensions.js';
import type { CoverageSpan, Report, ReportRow } from '../domain/report.js';
import { formatDate, formatMonth, plural } from '../domain/words.js';
import type { Style } from './output.js';
import type { Column } from './table.js';
import { providerName } from '../providers/registry.js';

/** What a word of --group-by shows for people, and the fields that machines get. */
export interface WordView {
  columns: Column[];
  cells: (row: ReportRow, report: Pick<Report, 'coverage'>) => string[];
  fields: string[];
}

/** @param words all that was asked for: what one of them shows beside its own is left out where another shows it, too */
export function viewOf(word: GroupWord, words: readonly GroupWord[] = [word]): WordView {
  const { columns, sql, none = '' } = dimensionOf(word);
  const own = (each: GroupWord) => Object.values(dimensionOf(each).columns)[0];
  const shown = Object.entries(columns).filter(
    ([, field]) => field === own(word) || !words.some((other) => own(other) === field),
  );
  const fields = shown.map(([, field]) => field);
  return {
    columns: shown.map(([head, field]) => ({ head, ...(field === own(word) ? {} : { lesser: 'context' as const }) })),
    cells: (row, report) => fields.map((field) => `${markOf(field, row, report)}${valueOf(field, row) ?? none}`),
    fields: Object.keys(sql).filter((field) => field !== 'linked'),
  };
}

/** For rows of which no day is marked. */
export const NO_COVERAGE: Pick<Report, 'coverage'> = {
  coverage: { gaps: [], adopted: [], halfRead: [], reportsDue: [], open: [], provisional: [] },
};

/** What ° at a comparison says. */
export const LEFT_OUT = '° days that one side of the comparison lacks are left out of both.';

/** Of how many rows a line is that stands for what --top left out; they may all be gone. */
export function othersName(rows: number): string {
  return rows === 0 ? 'others, gone' : plural(rows, 'other');
}

function valueOf(field: Field | TagWord, row: ReportRow): string | boolean | null | undefined {
  if (field === 'provider') return row.provider == null ? row.provider : providerName(row.provider);
  if (field === 'day') return row.day === undefined ? undefined : formatDate(row.day);
  if (field === 'month') return row.month === undefined ? undefined : formatMonth(row.month);
  return row[field];
}

function markOf(field: Field | TagWord, row: ReportRow, report: Pick<Report, 'coverage'>): string {
  const { linked, day } = row;
  if (field === 'project' && linked === false) return '⚠ ';
  if (field === 'project' && isOfNoOrganization(row)) return '◇ ';
  return field === 'day' && day !== undefined ? dayMark(day, report) : '';
}

/** A bill that no read can prove: it was adopted, or put there outside costs. */
function isOfNoOrganization({ organizationId, estimated }: Pick<ReportRow, 'organizationId' | 'estimated'>): boolean {
  return organizationId === null && !estimated;
}

/** What the marks before the projects of these rows say, as far as they occur. */
export function projectMarks(
  rows: readonly Pick<ReportRow, 'linked' | 'organizationId' | 'estimated'>[],
  { yellow }: Pick<Style, 'yellow'>,
): string[] {
  return [
    ...(rows.some(isOfNoOrganization)
      ? [`${yellow('◇')} Not proven: bills of projects without an organization.  → costs doctor`]
      : []),
    ...(rows.some(({ linked }) => linked === false) ? ['⚠ not linked → costs projects list --unlinked'] : []),
  ];
}

/** A day that not every organization has settled says so: never read, read half-way, not over, or still changing. */
function dayMark(day: Day, { coverage }: Pick<Report, 'coverage'>): string {
  const within = (spans: readonly CoverageSpan[]) => spans.some(({ since, until }) => since <= day && day <= until);
  if (within(coverage.gaps)) return '× ';
  if (within(coverage.halfRead) || within(coverage.reportsDue)) return '° ';
  if (within(coverage.adopted)) return '◇ ';
  if (within(coverage.open)) return '□ ';
  return within(coverage.provisional) ? '▪ ' : '';
}
