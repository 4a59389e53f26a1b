import type { Context } from '../context.js';
import { toDay, type Day } from '../domain/day.js';
import {
  EXPORT_FORMATS,
  FOCUS_VERSIONS,
  type ExportFormat,
  type ExportRow,
  type FocusVersion,
} from '../domain/export.js';
import { REPORT_BASES, type ReportBasis } from '../domain/report.js';
import { CostsError } from '../errors.js';
import { exportCsvHead, exportCsvRow, exportJsonLine } from '../output/export-rows.js';
import { focusCsv } from '../output/focus/rows.js';
import { asItIs, defineCommand, option } from './define.js';
import { outputOption, periodArgument, periodOptions } from './options.js';
import { resolvePeriod } from '../domain/period.js';
import { exportBatches, type ExportRequest } from '../library/export.js';
import { rowFilterOptions } from './row-filter.js';

export interface ExportOptions extends ExportRequest {
  format: ExportFormat;
  /** Default: 1.2. */
  focusVersion?: FocusVersion;
  output?: string;
}

interface Writer {
  /** The first line, if there is one. */
  head: string;
  row: (row: ExportRow) => string;
}

function writerOf({ format, focusVersion = '1.2' }: ExportOptions): Writer {
  if (format === 'csv') return { head: exportCsvHead(), row: exportCsvRow };
  return format === 'jsonl' ? { head: '', row: exportJsonLine } : focusCsv(focusVersion);
}

/** What `export` says of the file it wrote. */
export interface Exported {
  format: string;
  since: Day;
  until: Day;
  basis: ReportBasis;
  rows: number;
  file: string;
}

export const exportSpend = defineCommand({
  name: 'export',
  description: 'The rows themselves, for other tools; month to date when nothing is said. Days are UTC days.',
  arguments: [periodArgument()],
  options: [
    option('--format <format>', 'CSV, one JSON document a line, or FOCUS as CSV')
      .choices(EXPORT_FORMATS)
      .default('csv'),
    option('--focus-version <version>', 'of FOCUS (default: 1.2)').choices(FOCUS_VERSIONS),
    ...periodOptions('mtd'),
    option(
      '--basis <basis>',
      'bills alone, estimates from usage alone, or bills and estimates where there is none (default: best; billed for FOCUS)',
    ).choices(REPORT_BASES),
    ...rowFilterOptions(),
    outputOption(),
  ],
  examples: [
    'costs export last-month --format csv --output october.csv',
    'costs export --since 2026-01-01 --until 2026-01-31 --format jsonl | jq .cost',
    'costs export last-month --format focus-csv -o focus.csv',
    'costs export last-month --format focus-csv --focus-version 1.4 -o focus.csv',
  ],
  run,
  // The rows are written as they are read.
  document: asItIs<Exported>,
  render: () => null,
});

async function run(options: ExportOptions, context: Context) {
  const { output } = context;
  const file = options.output === '-' ? undefined : options.output;
  if (output.json && file === undefined)
    throw new CostsError('usage', 'The rows and the JSON document cannot both go to standard output.', {
      hint: 'Give a file to --output, or leave --json out: --format jsonl writes one JSON document a row.',
    });
  const isFocus = options.format === 'focus-csv';
  if (options.focusVersion !== undefined && !isFocus)
    throw new CostsError('usage', `--focus-version is for FOCUS, and not for --format ${options.format}.`, {
      hint: `costs export --format focus-csv --focus-version ${options.focusVersion}`,
    });
  const { since, until } = resolvePeriod(options, toDay(await context.clock()));
  // What was not invoiced has no place in FOCUS, unless it is asked for: x_Estimated then tells it apart.
  const basis = options.basis ?? (isFocus ? 'billed' : 'best');
  const batches = exportBatches(context, { ...options, basis, withUsage: isFocus });
  const { head, row: toText } = writerOf(options);
  const progress = file !== undefined ? output.progress('Reading rows') : null;
  let rows = 0;
  try {
    await output.intoFile(options.output, async () => {
      await output.writeRaw(head);
      for await (const batch of batches) {
        await output.writeRaw(batch.map(toText).join(''));
        rows += batch.length;
        progress?.update(`${batch.at(-1)?.day ?? ''}, ${rows.toLocaleString('en')} rows`);
      }
    });
    progress?.done(`${rows.toLocaleString('en')} rows in ${file ?? ''}`);
  } finally {
    progress?.stop();
  }
  const { format } = options;
  return { format, since, until, basis, rows, file: file ?? '-' };
}
