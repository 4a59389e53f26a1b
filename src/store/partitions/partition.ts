import { CostsError } from '../../errors.js';
import { migrationNames } from '../migrations/folder.js';
import { readHistory } from '../migrations/history.js';
import { requireRights, requireSoundHistory } from '../migrations/preflight.js';
import { schemaProblem } from '../migrations/schema-problem.js';
import { asOnlyMigrator, lockAttempts, LOCK_TIMEOUT, untilUnlocked } from '../migrations/session.js';
import type { MigratorOptions } from '../migrations/waits.js';
import { migrationStatus } from '../migrations/status.js';
import type { MigrationTarget } from '../migrations/target.js';
import { digestRows } from '../migrations/fingerprint.js';
import type { Connection } from '../pool.js';
import { requireNoObstacle } from './obstacles.js';
import { planPartitions } from './plan-partitions.js';
import { planPlain } from './plan-plain.js';
import { LOCK_TABLES, toPartitionScript, type PartitionStep } from './step.js';

export interface PartitionOptions extends MigratorOptions {
  /** Back to a plain table. */
  undo?: boolean | undefined;
  /** Only say what would be done. */
  dryRun?: boolean | undefined;
  /** Told before each step. */
  onStep?: ((text: string) => void) | undefined;
}

export interface PartitionResult {
  /** Whether it was carried out. */
  done: boolean;
  /** What is (to be) done, in order, and what is locked meanwhile. */
  steps: Pick<PartitionStep, 'text' | 'locks'>[];
  /** The same as psql takes it. */
  sql: string;
}

/**
 * Makes monthly partitions of the usage, or one table again. Each step is a transaction that keeps its rows exactly; one that is
 * killed leaves nothing, and the same command goes on with the next.
 * @throws CostsError `conflict` where something of others is in the way, `schema` before the migrations are applied
 */
export async function partitionUsage(
  target: MigrationTarget,
  { undo = false, dryRun = false, onStep, ...options }: PartitionOptions = {},
): Promise<PartitionResult> {
  return asOnlyMigrator(target, options, async (pool) => {
    await requireRights(pool, target.label);
    await requireSchema(pool, target.label);
    const steps = await (undo ? planPlain(pool) : planPartitions(pool));
    if (steps.length > 0) await requireNoObstacle(pool, steps);
    if (!dryRun)
      for (const step of steps) {
        if (options.signal?.aborted === true)
          throw new CostsError('interrupted', 'Interrupted; what is moved stays moved, and the same command goes on.');
        onStep?.(step.text);
        await untilUnlocked(lockAttempts(options), () => take(pool, step));
      }
    return {
      done: !dryRun,
      steps: steps.map(({ text, locks }) => ({ text, locks })),
      sql: steps.length === 0 ? '' : toPartitionScript(steps, pool.settings),
    };
  });
}

async function requireSchema(pool: Connection, label: string): Promise<void> {
  const history = await readHistory(pool);
  requireSoundHistory(await migrationStatus({ pool }), history, label);
  const problem = schemaProblem(await migrationNames(), history, label, pool.settings.schema);
  if (problem !== null) throw problem;
}

/** @throws CostsError `failed`, and with it the transaction, where a row would be lost or say something else */
async function take(pool: Connection, { sql, exclusive, moved }: PartitionStep): Promise<void> {
  const run = async () => {
    for (const statement of sql) await pool.query(statement);
  };
  if (!exclusive) return run();
  await pool.transaction(async () => {
    await pool.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
    await pool.query(LOCK_TABLES);
    await pool.query('SET LOCAL lock_timeout = 0');
    const before = moved === null ? null : await digestRows(pool, moved.from, 't::text');
    await run();
    const after = moved === null ? null : await digestRows(pool, moved.to, 't::text');
    if (after === before) return;
    throw new CostsError('failed', 'A row would be lost or say something else afterwards. Nothing of it was changed.', {
      hint: 'See what was changed in the schema: costs db status',
    });
  });
}
