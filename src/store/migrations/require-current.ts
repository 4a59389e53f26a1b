import type { MigrationTarget } from './target.js';
import { migrationNames } from './folder.js';
import { failedRows, readHistory } from './history.js';
import { schemaProblem, unknownNames } from './schema-problem.js';

/**
 * The gate before any work. It compares names only: whether a file was edited or the schema drifted is asked by
 * `costs db status` and before migrating, not by every command.
 * @returns the database's clock, which came with the answer
 * @throws CostsError `schema` that names the command that mends it
 */
export async function requireCurrentSchema(target: MigrationTarget): Promise<() => Date> {
  const [names, history] = await Promise.all([migrationNames(), readHistory(target.pool)]);
  const problem = schemaProblem(names, history, target.label, target.pool.settings.schema);
  if (problem === null) return history.clock;
  const onlyBehind = failedRows(history).length === 0 && unknownNames(names, history).length === 0;
  if (target.kind !== 'embedded' || !onlyBehind) throw problem;
  const { applyMigrations } = await import('./apply.js');
  await applyMigrations(target, {});
  return history.clock;
}
