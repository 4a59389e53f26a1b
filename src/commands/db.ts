import { adoptDatabase } from './db/adopt.js';
import { backupDatabase } from './db/backup.js';
import { copyDatabase } from './db/copy.js';
import { diffDatabase } from './db/diff.js';
import { printGrants } from './db/grants.js';
import { importRows } from './db/import.js';
import { migrateDatabase } from './db/migrate.js';
import { partitionTable } from './db/partition.js';
import { resolveMigration } from './db/resolve.js';
import { restoreDatabase } from './db/restore.js';
import { rollbackDatabase } from './db/rollback.js';
import { databaseStatus } from './db/status.js';
import type { CommandGroup } from './define.js';

export const command: CommandGroup = {
  name: 'db',
  description: 'The schema and the store itself: migrations, their way back, copies.',
  commands: [
    databaseStatus,
    migrateDatabase,
    diffDatabase,
    adoptDatabase,
    resolveMigration,
    rollbackDatabase,
    importRows,
    backupDatabase,
    restoreDatabase,
    copyDatabase,
    printGrants,
    partitionTable,
  ],
};
