import { Option, type Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import { CostsError } from '../../errors.js';
import type { CopyResult } from '../../store/copy.js';
import { addExamples, addGlobalOptions } from '../options.js';

/** What `costs db copy` prints. */
export interface DbCopyResult extends CopyResult {
  from: string;
  to: string;
}

/** `costs db copy` */
export function addCopyCommand(parent: Command, open: OpenContext): Command {
  const command = parent
    .command('copy')
    .description('Copies everything of the embedded store into the database of DATABASE_URL; twice adds nothing.')
    .addOption(new Option('--from <store>', 'where the rows are').choices(['embedded']).makeOptionMandatory())
    .action(async () => {
      const context = open(command.optsWithGlobals());
      context.output.write(await dbCopy(context), renderDbCopy);
    });
  addGlobalOptions(command);
  return addExamples(command, ['DATABASE_URL=postgresql://… costs db copy --from embedded']);
}

export async function dbCopy(context: Pick<Context, 'database' | 'embedded' | 'config'>): Promise<DbCopyResult> {
  if (context.config.databaseUrl === null) {
    throw new CostsError('usage', 'DATABASE_URL is not set: there is nowhere to copy to.', {
      hint: 'Set it to the server that should take the rows.',
    });
  }
  const [store, database] = [await context.embedded(), await context.database()];
  return { from: store.label, to: database.label, ...(await store.copyTo(database)) };
}

export function renderDbCopy({ from, to, tables, sums, equal, keysLeft }: DbCopyResult): string {
  const rows = tables.reduce((total, table) => total + table.rows, 0);
  const inserted = tables.reduce((total, table) => total + table.inserted, 0);
  return [
    ...tables
      .filter((table) => table.rows > 0)
      .map((table) => `✔ ${table.table}: ${table.rows} rows, ${table.inserted} new`),
    `${rows} rows of ${from} are in ${to}, ${inserted} of them new.`,
    equal
      ? `The sums of ${sums.length} organization months are the same in both.`
      : 'The other store has gone on since: its own figures stay.',
    ...keysLeft.map(
      ({ provider, organizationId, name }) =>
        `The key of ${provider} ${name} (${organizationId}) was sealed for the old store → costs keys add`,
    ),
  ].join('\n');
}
