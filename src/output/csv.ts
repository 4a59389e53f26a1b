import { stringify } from 'csv-stringify/sync';

/**
 * How a formula begins, behind whatever nobody sees and the gate may take out; spreadsheets take the full-width and small signs of
 * East Asian keyboards for the same. Two colons begin a command where a job's log is read for some.
 */
const FORMULA = /^(?:'*[\t\r]|['\p{DI}\p{Z}\p{C}]*(?:[=+\-@＝＋－＠﹦﹢﹣﹫]|:[\p{DI}\p{C}]*:))/u;

/** A cell as text, or null for one that is empty. */
export type Cell = string | null;

/**
 * Text that a spreadsheet would take for a formula is shown as text: anybody can name a provider's project. Amounts are
 * not put through this. A text that already looks neutralised is so once more, or it could not be told from one that was.
 */
export function neutralise(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** Undoes `neutralise`, for a file that was exported, edited and comes back. */
export function restoreNeutralised(text: string): string {
  return text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text;
}

/**
 * One record of a CSV file as RFC 4180 wants it, its line end included. It is one line: no name that costs stores has a line end, and
 * one that somebody else wrote must not begin a line that looks like a record, or like a command in a job's log.
 */
export function csvLine(cells: readonly Cell[]): string {
  const line = cells.map((cell) => cell?.replace(/[\r\n]+/g, ' '));
  return stringify([line], { record_delimiter: 'windows' });
}
