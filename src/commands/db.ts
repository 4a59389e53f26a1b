import type { Command } from 'commander';
import type { GlobalOptions, OpenContext } from '../context.js';
import { addGrantsCommand } from './db/grants.js';
import { EXIT_CODES } from '../errors.js';
import { addExamples, addGlobalOptions } from './options.js';

/** `costs db …`: the schema and the store itself. */
export function addDbCommand(parent: Command, open: OpenContext): Command {
  const db = parent.command('db').description('the schema and the store: status, migrate');
  addStatusCommand(db, open);
  addMigrateCommand(db, open);
  addGrantsCommand(db, open);
  return db;
}

function addStatusCommand(db: Command, open: OpenContext): void {
  const command = db
    .command('status')
    .description('which migrations are applied, and whether anything is wrong; exits 1 if so');
  addExamples(addGlobalOptions(command), ['costs db status', 'costs db status --json']).action(
    async (_: unknown, self: Command) => {
      const context = open(self.optsWithGlobals<GlobalOptions>());
      const { dbStatus, renderDbStatus } = await import('./db/status.js');
      const result = await dbStatus(context);
      context.output.write(result, renderDbStatus);
      if (result.status !== 'ok') process.exitCode = EXIT_CODES.finding;
    },
  );
}

function addMigrateCommand(db: Command, open: OpenContext): void {
  const command = db.command('migrate').description('apply the pending migrations, one transaction each');
  addExamples(addGlobalOptions(command), ['costs db migrate']).action(async (_: unknown, self: Command) => {
    const context = open(self.optsWithGlobals<GlobalOptions>());
    const { dbMigrate, renderDbMigrate } = await import('./db/migrate.js');
    context.output.write(await dbMigrate(context), renderDbMigrate);
  });
}
