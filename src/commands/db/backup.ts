import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { CostsError } from '../../errors.js';
import { addExamples, addGlobalOptions } from '../options.js';

/** What `costs db backup` prints. */
export interface DbBackupResult {
  database: string;
  file: string;
  bytes: number;
}

/** `costs db backup` */
export function addBackupCommand(parent: Command, open: OpenContext): Command {
  const command = parent
    .command('backup')
    .argument('<file>', 'a file that is not there yet')
    .description('Writes the whole embedded store to a file.')
    .action(async (path: string) => {
      const context = open(command.optsWithGlobals());
      context.output.write<Documents['db backup']>(await dbBackup(path, context), renderDbBackup);
    });
  addGlobalOptions(command);
  return addExamples(command, ['costs db backup costs-2026-11-23.tar.gz']);
}

export async function dbBackup(path: string, context: Pick<Context, 'database'>): Promise<DbBackupResult> {
  const database = await context.database();
  if (database.backup === null) {
    throw new CostsError('usage', `${database.label} is a PostgreSQL server, which has its own tools.`, {
      hint: 'Use pg_dump; costs db backup is for the embedded store.',
    });
  }
  return { database: database.label, file: path, ...(await database.backup(path)) };
}

export function renderDbBackup({ database, file, bytes }: DbBackupResult): string {
  return `${database} is in ${file} (${(bytes / 1_000_000).toFixed(1)} MB). Keys sealed in it open on this machine only.`;
}
