import { parse } from 'csv-parse/sync';
import type { Context } from '../../context.js';
import { toDay } from '../../domain/day.js';
import { compareSheet, makeSheet, type SheetChanges, type SheetRow } from '../../domain/project-sheet.js';
import { firstDayOf, parseTime } from '../../domain/time.js';
import { CostsError } from '../../errors.js';
import { readText } from '../read-text.js';
import { csvLine, neutralise, restoreNeutralised } from '../../output/csv.js';
import { renderSheetChanges } from '../../output/sheet.js';
import { argument, defineCommand, option } from '../define.js';
import { timeOption } from '../options.js';

export const exportProjects = defineCommand({
  name: 'projects export',
  description: 'Writes projects and their tags of today as CSV, for `costs projects import`.',
  examples: ['costs projects export --output projects.csv'],
  toFile: true,
  verbatim: true,
  async run(_options: object, context: Context) {
    const [store, team] = await Promise.all([context.store(), context.team()]);
    return makeSheet(await store.projects.list(team.id), await store.tags.list(team.id), toDay(await context.clock()));
  },
  document: ({ rows }): { projects: SheetRow[] } => ({ projects: rows }),
  render: ({ columns, rows }) =>
    [csvLine(columns), ...rows.map((row) => csvLine(columns.map((column) => neutralise(row[column] ?? ''))))].join(''),
});

export interface ImportProjectsOptions {
  file: string;
  dryRun?: boolean;
  from?: string;
}

export const importProjects = defineCommand({
  name: 'projects import',
  description: 'Takes names and tags of projects from a CSV file. Columns it does not have stay as they are.',
  arguments: [argument('<file>', 'a CSV file as `costs projects export` writes it')],
  options: [
    option('--dry-run', 'only say what would change'),
    timeOption(
      '--from <day>',
      'the first day the changed tags hold (default: as long as the value that each replaces)',
    ),
  ],
  examples: ['costs projects import projects.csv --dry-run', 'costs projects import projects.csv --from 2026-10-01'],
  run: importSheet,
  document: ({ names: _names, ...changes }): SheetChanges & { dryRun: boolean } => changes,
  render: (value, output) => renderSheetChanges(value, value.names, output),
});

async function importSheet({ file, dryRun = false, from: start }: ImportProjectsOptions, context: Context) {
  const rows = await readSheet(file);
  const today = toDay(await context.clock());
  const from = start === undefined ? null : firstDayOf(parseTime(start), today);
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const projects = await store.projects.list(team.id);
  const changes = compareSheet(rows, projects, await store.tags.list(team.id), { from, today });
  if (!dryRun) {
    const renamed = new Map(changes.renames.map(({ id, to }) => [id, to]));
    for (const project of projects) {
      const name = renamed.get(project.id);
      if (name !== undefined) await store.projects.rename(team.id, project, name);
    }
    await store.tags.set(team.id, changes.tags);
  }
  const names = new Map(projects.map(({ id, name }) => [id, name]));
  return { names, dryRun, ...changes };
}

async function readSheet(file: string): Promise<SheetRow[]> {
  try {
    const rows = parse<SheetRow>(await readText(file), { columns: true, bom: true, skip_empty_lines: true });
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([column, text]) => [column, restoreNeutralised(text)])),
    );
  } catch (cause) {
    if (cause instanceof CostsError) throw cause;
    throw new CostsError('usage', `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      hint: 'Begin with one of ours: costs projects export',
      cause,
    });
  }
}
