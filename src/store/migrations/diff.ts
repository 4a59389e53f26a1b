import type { MigrationTarget } from './target.js';
import { planAdoption } from './adoption-plan.js';
import { readCatalog } from './catalog.js';
import { meantFor, readMigrations } from './folder.js';
import { guardedMigration } from './guarded-fill.js';
import { appliedNames, readHistory } from './history.js';
import { uncertainValues, withoutIdle } from './misfits.js';
import { planSchema } from './schema-steps.js';
import { toScript } from './script.js';
import { shadowState, shadowStates } from './shadow-states.js';

export interface SchemaDiff {
  /** Whether nothing of ours is missing. */
  empty: boolean;
  /** The SQL that leads from the live schema to that of this version; it leaves alone what is not ours. */
  sql: string;
}

/** What is missing of ours, as a script; reads only. */
export async function diffSchema({ pool }: MigrationTarget): Promise<SchemaDiff> {
  const [files, history, live] = [await readMigrations(), await readHistory(pool), await readCatalog(pool)];
  const applied = new Set(appliedNames(history));
  const isOurs = live.some(({ object }) => object === 'table cost_data');
  const adoption =
    !history.exists && isOurs ? planAdoption(files, await shadowStates(files), live, pool.settings.schema) : null;
  const done = adoption === null ? applied : new Set(adoption.adopted);
  const {
    steps: planned,
    problems,
    conversions,
  } = adoption ?? planSchema(await shadowState(files.filter(({ name }) => done.has(name))), live);
  // What stands beside a problem would change what is another program's, or fail half-way.
  if (problems.length > 0)
    return { empty: false, sql: problems.map((text) => `-- Not by a statement: ${text}`).join('\n\n') };
  const steps = await withoutIdle(pool, planned);
  const database = {
    isPushed: live.some(({ object }) => object === 'enum ApiVersion'),
    isAdopted: adoption !== null || history.isAdopted,
  };
  const pending = files
    .filter(({ name }) => !done.has(name))
    .map(({ name, sql }) => `-- ${name}\n${guardedMigration(meantFor(sql, database)).trim()}`);
  const parts = [
    ...(steps.length === 0 ? [] : [toScript(steps, uncertainValues(conversions), pool.settings)]),
    ...pending,
  ];
  return { empty: parts.length === 0, sql: parts.join('\n\n') };
}
