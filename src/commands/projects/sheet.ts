import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parse } from 'csv-parse/sync';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { toDay, type Day } from '../../domain/day.js';
import { compareSheet, makeSheet, type SheetRow } from '../../domain/project-sheet.js';
import { ALWAYS } from '../../domain/tag.js';
import { CostsError } from '../../errors.js';
import { csvLine, neutralise, restoreNeutralised } from '../../output/csv.js';
import { renderSheetChanges } from '../../output/sheet.js';
import { addExamples, addGlobalOptions, dayOption, outputOption } from '../options.js';

/** `costs projects export` */
export function addExportProjectsCommand(parent: Command, open: OpenContext, run = exportProjectsCommand): Command {
  const command = parent
    .command('export')
    .description('Writes projects and their tags of today as CSV, for `costs projects import`.')
    .addOption(outputOption())
    .action((options: { output?: string }) => run(options, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs projects export --output projects.csv']);
}

export async function exportProjectsCommand(options: { output?: string }, context: Context): Promise<void> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const sheet = makeSheet(await store.projects.list(team.id), await store.tags.list(team.id), toDay(context.now()));
  await context.output.intoFile(options.output, () => {
    context.output.write<Documents['projects export']>({ projects: sheet.rows }, () =>
      [
        csvLine(sheet.columns),
        ...sheet.rows.map((row) => csvLine(sheet.columns.map((column) => neutralise(row[column] ?? '')))),
      ].join(''),
    );
    return Promise.resolve();
  });
}

export interface ImportProjectsOptions {
  dryRun?: boolean;
  from?: Day;
}

/** `costs projects import` */
export function addImportProjectsCommand(parent: Command, open: OpenContext, run = importProjectsCommand): Command {
  const command = parent
    .command('import')
    .argument('<file>', 'a CSV file as `costs projects export` writes it')
    .description('Takes names and tags of projects from a CSV file. Columns it does not have stay as they are.')
    .option('--dry-run', 'only say what would change')
    .addOption(dayOption('--from <day>', 'the first day the changed tags hold (default: always)'))
    .action((file: string, options: ImportProjectsOptions) => run(file, options, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, [
    'costs projects import projects.csv --dry-run',
    'costs projects import projects.csv --from 2026-10-01',
  ]);
}

export async function importProjectsCommand(
  file: string,
  { dryRun = false, from = ALWAYS }: ImportProjectsOptions,
  context: Context,
): Promise<void> {
  const rows = await readSheet(file);
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const projects = await store.projects.list(team.id);
  const changes = compareSheet(rows, projects, await store.tags.list(team.id), from);
  if (!dryRun) {
    for (const { id, to } of changes.renames)
      await store.projects.rename(team.id, await store.projects.find(team.id, id), to);
    await store.tags.set(changes.tags);
  }
  const names = new Map(projects.map(({ id, name }) => [id, name]));
  context.output.write<Documents['projects import']>({ dryRun, ...changes }, (value, output) =>
    renderSheetChanges(value, names, output),
  );
}

async function readSheet(file: string): Promise<SheetRow[]> {
  try {
    const rows = parse<SheetRow>(await readFile(file, 'utf8'), { columns: true, bom: true, skip_empty_lines: true });
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([column, text]) => [column, restoreNeutralised(text)])),
    );
  } catch (cause) {
    throw new CostsError('usage', `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      hint: 'Give a CSV file as costs projects export writes it.',
      cause,
    });
  }
}
