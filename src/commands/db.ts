import type { Command } from 'commander';
import type { OpenContext } from '../context.js';
import { addAdoptCommand } from './db/adopt.js';
import { addBackupCommand } from './db/backup.js';
import { addCopyCommand } from './db/copy.js';
import { addDiffCommand } from './db/diff.js';
import { addImportCommand } from './db/import.js';
import { addMigrateCommand } from './db/migrate.js';
import { addResolveCommand } from './db/resolve.js';
import { addRestoreCommand } from './db/restore.js';
import { addRollbackCommand } from './db/rollback.js';
import { addStatusCommand } from './db/status.js';
import { addGrantsCommand } from './db/grants.js';

/** `costs db …`: the schema and the store itself. */
export function addDbCommand(parent: Command, open: OpenContext): Command {
  const db = parent.command('db').description('The schema and the store itself: migrations, their way back, copies.');
  addStatusCommand(db, open);
  addMigrateCommand(db, open);
  addDiffCommand(db, open);
  addAdoptCommand(db, open);
  addResolveCommand(db, open);
  addRollbackCommand(db, open);
  addImportCommand(db, open);
  addBackupCommand(db, open);
  addRestoreCommand(db, open);
  addCopyCommand(db, open);
  addGrantsCommand(db, open);
  return db;
}
