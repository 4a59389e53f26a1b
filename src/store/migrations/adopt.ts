import { CostsError } from '../../errors.js';
import { readCatalog, type Fact } from './catalog.js';
import { diffSchema } from './diff.js';
import { compareCatalogs, type Difference } from './drift.js';
import { toMigrationList, withEngine } from './engine.js';
import { readMigrations, type MigrationFile } from './folder.js';
import { readHistory } from './history.js';
import type { MigrationTarget } from './migrations.js';
import { requireRights } from './preflight.js';
import { asOnlyMigrator, type MigratorOptions } from './session.js';
import { shadowStates } from './shadow-states.js';

export interface AdoptResult {
  /** The migrations marked as applied; empty when no state matches, and then nothing was changed. */
  adopted: string[];
  /** Left for `costs db migrate`. */
  pending: string[];
  /** The migration whose end state is nearest when none matches. */
  nearest: string | null;
  /** How the live schema differs from that. */
  differences: Difference[];
  /** The SQL from the live schema to `schema.prisma` when none matches. */
  sql: string | null;
}

/**
 * Gives a database that has our tables but no history (made by `prisma db push`, or before migrations were used) the
 * history that its schema shows: the latest state it matches exactly. What schema.prisma has no words for, checks
 * above all, a pushed database lacks: migrations of that kind are marked only where it is there.
 * @throws CostsError `conflict` when there is a history, `schema` when there is nothing of ours
 */
export async function adoptDatabase(target: MigrationTarget, options: MigratorOptions = {}): Promise<AdoptResult> {
  return asOnlyMigrator(target, options, async (pool) => {
    await requireRights(pool, target.label);
    const history = await readHistory(pool);
    if (history.rows.length > 0)
      throw new CostsError('conflict', `${target.label} has a migration history already.`, {
        hint: 'See costs db status.',
      });
    const [files, live] = [await readMigrations(), await readCatalog(pool)];
    if (!live.some(({ object }) => object === 'table cost_data')) {
      throw new CostsError('schema', `${target.label} has no tables of ours to adopt.`, {
        hint: 'Run costs db migrate to make them.',
      });
    }
    const states = await shadowStates(files);
    const adopted = matchStates(files, states, live);
    if (adopted === null) {
      // The embedded store lends out its one connection: it is this session's.
      const { sql } = await diffSchema({
        ...target,
        pool,
        openSession: () => Promise.resolve({ pool, close: () => Promise.resolve() }),
      });
      return { adopted: [], pending: files.map(({ name }) => name), ...nearestState(files, states, live), sql };
    }
    for (const name of adopted) {
      await withEngine({ ...target, pool }, (engine) =>
        engine.markMigrationApplied({ migrationName: name, migrationsList: toMigrationList(files) }),
      );
    }
    return {
      adopted,
      pending: files.map(({ name }) => name).filter((name) => !adopted.includes(name)),
      nearest: null,
      differences: [],
      sql: null,
    };
  });
}

/** The migrations that the live schema shows, or null; exported for its tests. */
export function matchStates(
  files: readonly MigrationFile[],
  states: readonly Fact[][],
  live: readonly Fact[],
): string[] | null {
  for (let count = files.length; count > 0; count--) {
    const expected = states[count] ?? [];
    const visible = compareCatalogs(expected.filter(isExpressible), live.filter(isExpressible));
    const foreign = compareCatalogs(expected, live).filter(({ problem }) => problem !== 'missing');
    if (visible.length > 0 || foreign.length > 0) continue;
    return files
      .slice(0, count)
      .flatMap(({ name }, index) => (isThere(states[index] ?? [], states[index + 1] ?? [], live) ? [name] : []));
  }
  return null;
}

/** Whether all that one migration adds is in the live schema; what it adds and Prisma sees is, since the state matches. */
function isThere(before: readonly Fact[], after: readonly Fact[], live: readonly Fact[]): boolean {
  const [old, found] = [before, live].map((facts) => new Set(facts.map(({ object }) => object)));
  return after.every(
    ({ object, expressible }) => expressible || old?.has(object) === true || found?.has(object) === true,
  );
}

function isExpressible({ expressible }: Fact): boolean {
  return expressible;
}

function nearestState(
  files: readonly MigrationFile[],
  states: readonly Fact[][],
  live: readonly Fact[],
): { nearest: string | null; differences: Difference[] } {
  const candidates = files.map(({ name }, index) => ({
    nearest: name,
    differences: compareCatalogs(states[index + 1] ?? [], live),
    weight: weigh(states[index + 1] ?? [], live),
  }));
  const [best] = candidates.sort((one, other) => one.weight - other.weight);
  return { nearest: best?.nearest ?? null, differences: best?.differences ?? [] };
}

/** Single facts, so that a missing table counts with all of its columns. */
function weigh(expected: readonly Fact[], live: readonly Fact[]): number {
  const lines = (facts: readonly Fact[]) => new Set(facts.map(({ object, definition }) => `${object} ${definition}`));
  const [one, other] = [lines(expected), lines(live)];
  return [...one].filter((line) => !other.has(line)).length + [...other].filter((line) => !one.has(line)).length;
}
