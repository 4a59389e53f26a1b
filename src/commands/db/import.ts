import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import type { ImportResult } from '../../store/migrations/import.js';
import { addExamples, addGlobalOptions } from '../options.js';

/** `costs db import` */
export function addImportCommand(parent: Command, open: OpenContext): Command {
  const command = parent
    .command('import')
    .argument('<file>', 'what costs db rollback --export wrote')
    .description('Brings the rows of a rollback back after migrating again; twice adds nothing.')
    .action(async (path: string) => {
      const context = open(command.optsWithGlobals());
      context.output.write<Documents['db import']>(await dbImport(path, context), renderDbImport);
    });
  addGlobalOptions(command);
  return addExamples(command, ['costs db migrate && costs db import before-rollback.jsonl']);
}

export async function dbImport(
  path: string,
  context: Pick<Context, 'database' | 'signal'>,
): Promise<ImportResult & { database: string }> {
  const database = await context.database();
  return { database: database.label, ...(await database.migrations.import({ path, signal: context.signal })) };
}

export function renderDbImport({ database, tables }: ImportResult & { database: string }): string {
  return [
    ...tables.map(({ table, rows, written, different }) => {
      const since = different === 0 ? '' : `, ${different} written since and left as they are`;
      return `✔ ${table}: ${rows} rows in the file, ${written} written${since}`;
    }),
    `${database} has them back.`,
  ].join('\n');
}
