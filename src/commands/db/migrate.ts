import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../context.js';
import type { DbMigrateResult } from '../../documents.js';
import { CostsError } from '../../errors.js';
import type { Database } from '../../store/database.js';
import { defineCommand } from '../define.js';
import { countOption } from '../options.js';

export interface DbMigrateOptions {
  /** Seconds to wait for a database that is still starting. */
  wait: number;
}

const RETRY_MS = 1_000;

export const migrateDatabase = defineCommand({
  name: 'db migrate',
  description: 'Applies the pending migrations, one transaction each; several jobs may do it at once.',
  options: [countOption('--wait <seconds>', 'how long to wait for a database that is still starting').default(0)],
  examples: ['costs db migrate', 'costs db migrate --wait 60'],
  run,
  render: renderDbMigrate,
});

async function run(
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

function renderDbMigrate({ database, applied, recovered }: DbMigrateResult): string {
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
