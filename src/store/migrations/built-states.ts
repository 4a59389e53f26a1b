import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { packageFile } from '../../package-files.js';
import { CATALOG_QUERY, type Fact } from './catalog.js';
import type { MigrationFile } from './folder.js';

/** Beside the bundle: starting a PostgreSQL takes seconds, and our own migrations lead to the same everywhere. */
export const BUILT_STATES = packageFile('dist/schema-states.json');

interface BuiltStates {
  key: string;
  /** Each fact once. */
  facts: Fact[];
  /** By their places in `facts`. */
  states: number[][];
}

/** What tells lists of migrations apart, and the question: one that was changed since the build gets other answers. */
export function keyOfStates(migrations: readonly MigrationFile[]): string {
  const hash = createHash('sha256').update(CATALOG_QUERY);
  for (const { checksum } of migrations) hash.update(checksum);
  return hash.digest('hex');
}

/** What migrations lead to, as the build keeps it. */
export function packStates(key: string, states: readonly Fact[][]): BuiltStates {
  const places = new Map<string, number>();
  const placeOf = (fact: Fact) => {
    const text = JSON.stringify(fact);
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  };
  const packed = states.map((state) => state.map(placeOf));
  return { key, facts: [...places.keys()].map((text) => JSON.parse(text) as Fact), states: packed };
}

/** The states of a key; null where the build was of others, or there is none. */
export async function readBuiltStates(key: string): Promise<Fact[][] | null> {
  const text = await readFile(BUILT_STATES, 'utf8').catch(() => null);
  const built = text === null ? null : (JSON.parse(text) as BuiltStates);
  if (built?.key !== key) return null;
  return built.states.map((state) => state.flatMap((place) => built.facts[place] ?? []));
}
