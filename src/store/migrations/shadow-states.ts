import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { packageFile } from '../../package-files.js';
import { openShadow } from './adapter.js';
import { CATALOG_QUERY, readCatalog, type Fact } from './catalog.js';
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
  const key = keyOf(migrations);
  const states = known.get(key) ?? builtStates(key).then((built) => built ?? computeStates(migrations));
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

/** Beside the bundle: starting a PostgreSQL takes seconds, and our own migrations lead to the same everywhere. */
export const BUILT_STATES = packageFile('dist/schema-states.json');

interface BuiltStates {
  key: string;
  /** Each fact once. */
  facts: Fact[];
  /** By their places in `facts`. */
  states: number[][];
}

/** Part of the build: what our migrations lead to, to be written to `BUILT_STATES`. */
export async function buildStates(): Promise<BuiltStates> {
  const migrations = await readMigrations();
  const places = new Map<string, number>();
  const placeOf = (fact: Fact) => {
    const text = JSON.stringify(fact);
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  };
  const states = (await statesOf(migrations)).map((state) => state.map(placeOf));
  return { key: keyOf(migrations), facts: [...places.keys()].map((text) => JSON.parse(text) as Fact), states };
}

async function builtStates(key: string): Promise<Fact[][] | null> {
  const text = await readFile(BUILT_STATES, 'utf8').catch(() => null);
  const built = text === null ? null : (JSON.parse(text) as BuiltStates);
  if (built?.key !== key) return null;
  return built.states.map((state) => state.flatMap((place) => built.facts[place] ?? []));
}

/** Also by the question: one that was changed since the build gets other answers. */
function keyOf(migrations: readonly MigrationFile[]): string {
  const hash = createHash('sha256').update(CATALOG_QUERY);
  for (const { checksum } of migrations) hash.update(checksum);
  return hash.digest('hex');
}
