import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { CostsError } from '../../errors.js';
import { addExamples, addGlobalOptions } from '../options.js';
import { confirmed } from './confirmed.js';

/** What `costs db restore` prints. */
export interface DbRestoreResult {
  database: string;
  file: string;
}

/** `costs db restore` */
export function addRestoreCommand(parent: Command, open: OpenContext): Command {
  const command = parent
    .command('restore')
    .argument('<file>', 'what costs db backup wrote')
    .description('Puts a backup in the place of the embedded store.')
    .option('--yes', 'do not ask')
    .action(async (path: string, options: { yes?: boolean }) => {
      const context = open(command.optsWithGlobals());
      context.output.write<Documents['db restore']>(await dbRestore(path, options, context), renderDbRestore);
    });
  addGlobalOptions(command);
  return addExamples(command, ['costs db restore costs-2026-11-23.tar.gz']);
}

export async function dbRestore(
  path: string,
  { yes }: { yes?: boolean },
  context: Pick<Context, 'embedded' | 'output' | 'config'>,
): Promise<DbRestoreResult> {
  if (context.config.databaseUrl !== null) {
    throw new CostsError('usage', 'DATABASE_URL is set: a backup is restored into the embedded store.', {
      hint: 'Unset DATABASE_URL for this command.',
    });
  }
  const store = await context.embedded();
  if (store.exists && yes !== true)
    await confirmed(context.output, `All that ${store.label} holds is replaced. Go on?`, 'Replacing a store');
  await store.restore(path);
  return { database: store.label, file: path };
}

export function renderDbRestore({ database, file }: DbRestoreResult): string {
  return `${database} is as ${file} has it.`;
}
