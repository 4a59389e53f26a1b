import type { MigrationTarget } from './target.js';
import { CostsError } from '../../errors.js';
import { toMigrationList, withEngine } from './engine.js';
import { readMigrations } from './folder.js';
import { appliedNames, failedRows, readHistory, type History } from './history.js';
import { findMigration } from './names.js';
import { requireRights } from './preflight.js';
import { asOnlyMigrator } from './session.js';
import type { MigratorOptions } from './waits.js';

export interface ResolveRequest extends MigratorOptions {
  /** A migration's name, with or without its timestamp. */
  name: string;
  as: 'applied' | 'rolled-back';
}

/**
 * Writes down by hand what happened to a migration, as `prisma migrate resolve` does; the schema itself is not touched.
 * @returns the full name
 * @throws CostsError `usage` on an unknown name, `conflict` where the history does not allow it
 */
export async function resolveMigration(
  target: MigrationTarget,
  { name, as, ...options }: ResolveRequest,
): Promise<string> {
  return asOnlyMigrator(target, options, async (pool) => {
    await requireRights(pool, target.label);
    const [files, history] = [await readMigrations(), await readHistory(pool)];
    const known = new Set([...files.map((file) => file.name), ...history.rows.map((row) => row.name)]);
    const found = findMigration([...known].sort(), name);
    requirePossible(history, found, as);
    await withEngine({ ...target, pool }, async (engine) => {
      if (as === 'applied')
        await engine.markMigrationApplied({ migrationName: found, migrationsList: toMigrationList(files) });
      else await engine.markMigrationRolledBack({ migrationName: found });
    });
    return found;
  });
}

function requirePossible(history: History, name: string, as: ResolveRequest['as']): void {
  const failed = failedRows(history).some((row) => row.name === name);
  if (failed) return;
  const applied = appliedNames(history).includes(name);
  if (as === 'applied' && !applied) return;
  const hint =
    as === 'rolled-back' && applied
      ? 'To take back a migration that was applied: costs db rollback --help'
      : 'costs db status';
  throw new CostsError(
    'conflict',
    `${name} ${applied ? 'is applied' : 'has not begun'}: there is nothing to resolve.`,
    { hint },
  );
}
