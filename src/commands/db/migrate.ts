import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../context.js';
import { CostsError } from '../../errors.js';
import type { Database } from '../../store/database.js';
import type { ApplyResult } from '../../store/migrations/apply.js';
import { asItIs, defineCommand } from '../define.js';
import { duplicatesOption, renderMerged, toDuplicateChoice, type DuplicatesOption } from './duplicates.js';
import { toWaitOptions, waitOption, type WaitOption } from './wait.js';
import { during } from '../../output/during.js';

export interface DbMigrateOptions extends DuplicatesOption, WaitOption {}

const RETRY_MS = 1_000;

/** What `costs db migrate` prints. */
export interface DbMigrateResult extends ApplyResult {
  /** The file that takes merged bills as they were. */
  duplicates: string | null;
  database: string;
}

export const migrateDatabase = defineCommand({
  name: 'db migrate',
  description: 'Applies the pending migrations, one transaction each; several jobs may do it at once.',
  options: [
    waitOption('how long to wait for a database that is starting, and for others who lock it (exit 6)'),
    duplicatesOption(),
  ],
  examples: ['costs db migrate', 'costs db migrate --wait 60'],
  makesStore: true,
  async run({ wait, ...options }: DbMigrateOptions, context: Context) {
    const database = await waitForDatabase(context, wait ?? 0);
    const duplicates = toDuplicateChoice(options, context.now());
    const outcome = await during(context.output, `Migrating ${database.label}`, (progress) =>
      database.migrations.apply({
        signal: context.signal,
        duplicates,
        ...toWaitOptions({ wait }, (line) => progress.done(line)),
        onStart: (name) => progress.update(`Applying ${name}`),
      }),
    );
    return { database: database.label, ...outcome, duplicates: duplicates?.path ?? null };
  },
  document: asItIs<DbMigrateResult>,
  render: renderDbMigrate,
});

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

function renderDbMigrate({ database, applied, recovered, merged, duplicates }: DbMigrateResult): string {
  const lines = [
    ...recovered.map(
      ({ name, outcome }) =>
        `${name} had begun and not ended: ${outcome === 'kept' ? 'all of it was there.' : 'nothing of it was kept, and it was applied again.'}`,
    ),
    ...renderMerged(merged, duplicates),
    ...applied.map((name) => `✔ ${name}`),
    applied.length === 0 ? `${database} is up to date: nothing was pending.` : `${database} is up to date.`,
  ];
  return lines.join('\n');
}
