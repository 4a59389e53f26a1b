import { openShadow } from './adapter.js';
import { keyOfStates, readBuiltStates } from './built-states.js';
import { readCatalog, type Fact } from './catalog.js';
import { readMigrations, type MigrationFile } from './folder.js';

/** What lists of migrations lead to depends on their text alone, so it is asked once a process. */
const known = new Map<string, Promise<Fact[][]>>();

/**
 * What each migration leads to, in an empty PostgreSQL in memory. The first state is that of an empty database, so there
 * is one more than migrations; fewer when one of them fails.
 */
export async function shadowStates(migrations: readonly MigrationFile[]): Promise<Fact[][]> {
  const all = await readMigrations();
  // The first so many of ours are on the way to all of them: one PostgreSQL in memory answers for every such list.
  const isStart = migrations.every(({ checksum }, index) => all[index]?.checksum === checksum);
  const states = await statesOf(isStart ? all : migrations);
  return states.slice(0, migrations.length + 1);
}

function statesOf(migrations: readonly MigrationFile[]): Promise<Fact[][]> {
  const key = keyOfStates(migrations);
  const states = known.get(key) ?? readBuiltStates(key).then((built) => built ?? computeStates(migrations));
  known.set(key, states);
  return states;
}

/** What a list of migrations leads to. */
export async function shadowState(migrations: readonly MigrationFile[]): Promise<Fact[]> {
  const states = await shadowStates(migrations);
  return states.at(-1) ?? [];
}

async function computeStates(migrations: readonly MigrationFile[]): Promise<Fact[][]> {
  const shadow = await openShadow();
  try {
    const states = [await readCatalog(shadow.pool)];
    for (const { sql } of migrations) {
      const worked = await shadow.pool.query(sql).then(
        () => true,
        () => false,
      );
      if (!worked) break;
      states.push(await readCatalog(shadow.pool));
    }
    return states;
  } finally {
    await shadow.close();
  }
}
