import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { CostsError } from '../../errors.js';
import type { Database } from '../../store/database.js';
import type { Recovery } from '../../store/migrations/recover.js';
import { addExamples, addGlobalOptions, countOption } from '../options.js';

export interface DbMigrateOptions {
  /** Seconds to wait for a database that is still starting. */
  wait: number;
}

/** What `costs db migrate` prints. */
export interface DbMigrateResult {
  database: string;
  /** The migrations applied now, in order. */
  applied: string[];
  /** What came of migrations that had begun and not ended. */
  recovered: Recovery[];
}

const RETRY_MS = 1_000;

/** `costs db migrate` */
export function addMigrateCommand(parent: Command, open: OpenContext): Command {
  const command = parent
    .command('migrate')
    .description('Applies the pending migrations, one transaction each; several jobs may do it at once.')
    .addOption(countOption('--wait <seconds>', 'how long to wait for a database that is still starting').default(0))
    .action(async (options: DbMigrateOptions) => {
      const context = open(command.optsWithGlobals());
      context.output.write<Documents['db migrate']>(await dbMigrate(options, context), renderDbMigrate);
    });
  addGlobalOptions(command);
  return addExamples(command, ['costs db migrate', 'costs db migrate --wait 60']);
}

export async function dbMigrate(
  { wait }: DbMigrateOptions,
  context: Pick<Context, 'database' | 'output' | 'signal'>,
): Promise<DbMigrateResult> {
  const database = await waitForDatabase(context, wait);
  const progress = context.output.progress(`Migrating ${database.label}`);
  try {
    const { applied, recovered } = await database.migrations.apply({
      signal: context.signal,
      onWait: () => progress.update('Another migrator is at work; waiting for it'),
      onStart: (name) => progress.update(`Applying ${name}`),
    });
    return { database: database.label, applied, recovered };
  } finally {
    progress.stop();
  }
}

/** A database beside this job often starts at the same time; only what may pass by itself is waited for. */
async function waitForDatabase(
  { database, output, signal }: Pick<Context, 'database' | 'output' | 'signal'>,
  seconds: number,
): Promise<Database> {
  const deadline = performance.now() + seconds * 1_000;
  for (;;) {
    try {
      return await database();
    } catch (error) {
      if (!(error instanceof CostsError) || error.code !== 'unreachable' || performance.now() >= deadline) throw error;
      output.trace(`${error.message} Trying again.`);
    }
    await sleep(RETRY_MS, undefined, { signal }).catch(() => {
      throw new CostsError('interrupted', 'Interrupted while waiting for the database.');
    });
  }
}

export function renderDbMigrate({ database, applied, recovered }: DbMigrateResult): string {
  const lines = [
    ...recovered.map(
      ({ name, outcome }) =>
        `${name} had begun and not ended: ${outcome === 'kept' ? 'all of it was there.' : 'nothing of it was kept, and it was applied anew.'}`,
    ),
    ...applied.map((name) => `✔ ${name}`),
    applied.length === 0 ? `${database} is up to date: nothing was pending.` : `${database} is up to date.`,
  ];
  return lines.join('\n');
}
