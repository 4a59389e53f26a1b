import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import type { SchemaDiff } from '../../store/migrations/diff.js';
import { addExamples, addGlobalOptions } from '../options.js';

/** `costs db diff` */
export function addDiffCommand(parent: Command, open: OpenContext): Command {
  const command = parent
    .command('diff')
    .description('Prints the SQL from the live schema to the one of this version; runs none of it.')
    .action(async () => {
      const context = open(command.optsWithGlobals());
      context.output.write<Documents['db diff']>(await dbDiff(context), renderDbDiff);
    });
  addGlobalOptions(command);
  return addExamples(command, ['costs db diff', 'costs db diff > review.sql']);
}

export async function dbDiff(context: Pick<Context, 'database'>): Promise<SchemaDiff & { database: string }> {
  const database = await context.database();
  return { database: database.label, ...(await database.migrations.diff()) };
}

/** The script alone, so that it can be piped. */
export function renderDbDiff({ sql }: SchemaDiff): string {
  return sql.trimEnd();
}
