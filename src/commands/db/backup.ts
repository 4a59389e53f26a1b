import type { Context } from '../../context.js';
import { CostsError } from '../../errors.js';
import { argument, defineCommand, asItIs } from '../define.js';

/** What `costs db backup` prints. */
export interface DbBackupResult {
  database: string;
  file: string;
  bytes: number;
}

export const backupDatabase = defineCommand({
  name: 'db backup',
  description: 'Writes the whole embedded store to a file.',
  arguments: [argument('<file>', 'a file that is not there yet')],
  examples: ['costs db backup costs-2026-11-23.tar.gz'],
  async run({ file }: { file: string }, context: Context) {
    const database = await context.database();
    if (database.backup === null) {
      throw new CostsError('usage', `${database.label} is a PostgreSQL server, which has its own tools.`, {
        hint: 'Use pg_dump: this command is for the embedded store.',
      });
    }
    return { database: database.label, file, ...(await database.backup(file)) };
  },
  document: asItIs<DbBackupResult>,
  render: ({ database, file, bytes }) =>
    `${database} is in ${file} (${(bytes / 1_000_000).toFixed(1)} MB). Keys sealed in it open on this machine only.`,
});
