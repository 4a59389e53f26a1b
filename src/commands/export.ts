import { InvalidArgumentError, Option } from 'commander';
import type { Context } from '../context.js';
import { endOfMonthOf, startOfMonthOf, toDay, type Day, type DaySpan } from '../domain/day.js';
import {
  EXPORT_FORMATS,
  FOCUS_VERSIONS,
  type ExportFormat,
  type ExportRow,
  type FocusVersion,
} from '../domain/export.js';
import { resolvePeriod } from '../domain/period.js';
import { formatSpan, plural } from '../domain/words.js';
import { REPORT_BASES, type ReportBasis } from '../domain/report.js';
import { CostsError } from '../errors.js';
import { exportBatches, readExportCoverage } from '../library/export.js';
import { basisOf } from '../library/report.js';
import { encoderOf, type Encoder } from '../output/export/encode.js';
import type { Manifest } from '../output/export/parts.js';
import { unreadLines } from '../output/unread.js';
import { asItIs, defineCommand, option, outputOption } from './define.js';
import { periodArgument, periodOptions, timeOption } from './options.js';
import { rowFilterOptions } from './row-filter.js';
import type { ExportRequest } from '../library/requests.js';

export interface ExportOptions extends ExportRequest {
  format: ExportFormat;
  /** Default: 1.2. */
  focusVersion?: FocusVersion;
  columns?: string[];
  splitBy?: 'month';
  /** Bytes. */
  split?: number;
  output?: string;
}

/** What `export` says of the file, or the folders of files, that it wrote. */
export interface Exported {
  format: string;
  since: Day;
  until: Day;
  basis: ReportBasis;
  asOf: string | null;
  rows: number;
  file: string;
  /** Where files are split. */
  folders?: Manifest[];
}

export const command = defineCommand({
  name: 'export',
  writesRows: true,
  description: 'The rows themselves, for other tools; month to date when nothing is said. Days are UTC days.',
  arguments: [periodArgument()],
  options: [
    option('--format <format>', 'CSV, JSON, one JSON document a line, Parquet, or FOCUS as CSV or Parquet')
      .choices(EXPORT_FORMATS)
      .default('csv'),
    option('--focus-version <version>', 'of FOCUS (default: 1.2)').choices(FOCUS_VERSIONS),
    option('--columns <names>', 'only these columns, in this order, with commas between').argParser((text: string) =>
      text.split(','),
    ),
    ...periodOptions('mtd'),
    option(
      '--basis <basis>',
      'bills alone, estimates from usage alone, or bills and estimates where there is none (default: best; billed for FOCUS, and always with --as-of)',
    ).choices(REPORT_BASES),
    timeOption('--as-of <time>', 'the bills as they were then: how long ago such as 7d, a day, or a moment'),
    option('--split-by <what>', 'a folder billing_period=YYYY-MM a month, below the folder given to --output').choices([
      'month',
    ]),
    sizeOption('--split <size>', 'files of at most so much, such as 2MB, in the folder given to --output'),
    ...rowFilterOptions(),
    outputOption(),
  ],
  examples: [
    'costs export last-month --format csv --output october.csv',
    'costs export --since 2026-01-01 --until 2026-01-31 --format jsonl | jq .cost',
    'costs export last-month --format focus-csv -o focus.csv',
    'costs export last-month --format focus-csv --focus-version 1.4 -o focus.csv',
    'costs export 2026-Q3 --format focus-parquet --split-by month -o ./spend',
    'costs export last-month --columns day,project,model,cost',
  ],
  run,
  // The rows are written as they are read.
  document: asItIs<Exported>,
  render: () => null,
});

async function run(options: ExportOptions, context: Context) {
  const file = options.output === '-' ? undefined : options.output;
  refuseMisfits(options, context, file);
  const isFocus = options.format.startsWith('focus-');
  const { since, until } = resolvePeriod(options, toDay(await context.clock()));
  // What was not invoiced has no place in FOCUS, unless it is asked for: x_Estimated then tells it apart.
  const asked = { basis: options.basis ?? (isFocus ? 'billed' : 'best') } as const;
  const held = await basisOf(options.asOf === undefined ? asked : { ...asked, asOf: options.asOf }, context);
  const { basis } = held;
  // The instant itself: `7d` means another one tomorrow.
  const asOf = held.asOf?.toISOString() ?? null;
  const request = { ...options, basis, withUsage: isFocus, ...(asOf === null ? {} : { asOf }) };
  const { format, focusVersion = '1.2', columns } = options;
  const encoder = await encoderOf({ format, focusVersion, columns });
  const progress = file !== undefined ? context.output.progress('Reading rows') : null;
  let rows = 0;
  async function* counted(): AsyncGenerator<readonly ExportRow[]> {
    for await (const batch of exportBatches(context, request)) {
      yield batch;
      rows += batch.length;
      progress?.update(`${batch.at(-1)?.day ?? ''}, ${plural(rows, 'row')}`);
    }
  }
  try {
    const folders = isSplit(options)
      ? await writeSplit(
          options,
          { encoder, basis, asOf, span: { since, until }, folder: file ?? '-' },
          context,
          counted(),
        )
      : await writeWhole(options, encoder, context, counted());
    progress?.done(`${plural(rows, 'row')} in ${file ?? ''}`);
    for (const line of unreadLines(await readExportCoverage(context, request), basis, context.output.style))
      context.output.note(line);
    return { format, since, until, basis, asOf, rows, file: file ?? '-', ...(folders === null ? {} : { folders }) };
  } finally {
    progress?.stop();
  }
}

function isSplit({ splitBy, split }: ExportOptions): boolean {
  return splitBy !== undefined || split !== undefined;
}

async function writeWhole(
  { output: path }: ExportOptions,
  encoder: Encoder,
  { output }: Context,
  batches: AsyncIterable<readonly ExportRow[]>,
): Promise<null> {
  await output.intoFile(path, async () => {
    const writer = encoder.begin((chunk) => output.writeRaw(chunk));
    for await (const batch of batches) await writer.write(batch);
    await writer.end();
  });
  return null;
}

interface SplitFiles {
  encoder: Encoder;
  basis: ReportBasis;
  asOf: string | null;
  span: DaySpan;
  folder: string;
}

async function writeSplit(
  options: ExportOptions,
  { encoder, basis, asOf, span, folder }: SplitFiles,
  context: Context,
  batches: AsyncIterable<readonly ExportRow[]>,
): Promise<Manifest[]> {
  const { format, splitBy, split = null } = options;
  const byMonth = splitBy !== undefined;
  if (byMonth) requireWholeMonths(span, toDay(await context.clock()));
  const { writeFolders } = await import('../output/export/parts.js');
  const focus = format.startsWith('focus-') ? { focusVersion: options.focusVersion ?? '1.2' } : {};
  const delivery = { correctionStyle: 'Replacement', mechanism: 'Overwrite' };
  const facts = { format, ...focus, basis, asOf, delivery };
  const { mask } = context.output;
  // Text in folders is masked as that of a single file is.
  const masked: Encoder = {
    ...encoder,
    begin: (sink, mostBytes) =>
      encoder.begin((chunk) => sink(typeof chunk === 'string' ? mask(chunk) : chunk), mostBytes),
  };
  return writeFolders(masked, { folder, span, byMonth, mostBytes: split, facts }, batches);
}

/** A month's folder takes the place of the one before: of half a month, the other half would be lost. */
function requireWholeMonths({ since, until }: DaySpan, today: Day): void {
  const isWhole = since === startOfMonthOf(since) && (until === endOfMonthOf(until) || until >= today);
  if (isWhole) return;
  throw new CostsError(
    'usage',
    `${formatSpan(since, until)} is not whole months, and a folder of a month is replaced as a whole.`,
    {
      hint: 'Name whole months: costs export last-month --split-by month --output spend',
    },
  );
}

/** @throws CostsError `usage` for options that do not go together */
function refuseMisfits(options: ExportOptions, { output }: Context, file: string | undefined): void {
  const { format, focusVersion } = options;
  const refuse = (message: string, hint: string) => {
    throw new CostsError('usage', message, { hint });
  };
  if (focusVersion !== undefined && !format.startsWith('focus-'))
    refuse(
      `--focus-version is for FOCUS, and not for --format ${format}.`,
      'Write FOCUS, or leave it out: costs export --format focus-csv --output focus.csv',
    );
  if (isSplit(options) && file === undefined)
    refuse('Split files need a folder.', 'Name one: costs export --split-by month --output spend');
  if (format.endsWith('parquet') && options.split !== undefined)
    refuse('--split cuts files of text between rows, and Parquet is none.', 'Use --split-by month, or CSV.');
  if (format.endsWith('parquet') && file === undefined && output.terminal)
    refuse(
      'Parquet is for programs, and standard output is a terminal.',
      'Name a file: costs export --format parquet --output spend.parquet',
    );
  if (output.json && file === undefined)
    refuse(
      'The rows and the JSON document cannot both go to standard output.',
      'Give a file to --output, or leave --json out: --format json writes the rows as JSON.',
    );
}

const BYTES: Record<string, number> = { kb: 1e3, mb: 1e6, gb: 1e9 };
const LEAST_BYTES = 10_000;

/** A size of files, in units of a thousand, which every limit that is meant in 1,024s allows too. */
function sizeOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text: string) => {
    const [, count = '', unit = ''] = /^(\d{1,6})\s*([kmg]b)$/i.exec(text.trim()) ?? [];
    const bytes = Number(count) * (BYTES[unit.toLowerCase()] ?? 0);
    if (!(bytes >= LEAST_BYTES))
      throw new InvalidArgumentError('It must be a size such as 500kB or 2MB, from 10kB on.');
    return bytes;
  });
}
