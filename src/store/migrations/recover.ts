import type { SessionTarget } from './target.js';
import { CostsError } from '../../errors.js';
import { readCatalog } from './catalog.js';
import { dropInvalidLeftover } from './concurrent-index.js';
import { compareCatalogs } from './drift.js';
import { toMigrationList, withEngine } from './engine.js';
import type { MigrationFile } from './folder.js';
import { appliedNames, failedRows, readHistory } from './history.js';
import { shadowState } from './shadow-states.js';
import { shell } from '../../domain/shell.js';

/** What came of a migration that had begun and not ended. */
export interface Recovery {
  name: string;
  /** `kept`: all of it was there; `repeated`: nothing was, and it is pending again. */
  outcome: 'kept' | 'repeated';
}

/**
 * Settles migrations that began and did not end, because they failed or their process was killed. Each ran in a
 * transaction, so the schema shows either all of it or nothing; a leftover of a concurrent build is dropped.
 * @throws CostsError `conflict` when the schema shows something else
 */
export async function recoverFailed(target: SessionTarget, files: readonly MigrationFile[]): Promise<Recovery[]> {
  const recovered: Recovery[] = [];
  for (const { name } of failedRows(await readHistory(target.pool))) {
    const file = files.find((each) => each.name === name);
    if (file === undefined) continue;
    recovered.push({ name, outcome: await recoverOne(target, files, file) });
  }
  return recovered;
}

async function recoverOne(
  target: SessionTarget,
  files: readonly MigrationFile[],
  file: MigrationFile,
): Promise<Recovery['outcome']> {
  await dropInvalidLeftover(target.pool, file);
  const applied = new Set(appliedNames(await readHistory(target.pool)));
  const live = await readCatalog(target.pool);
  const before = files.filter(({ name }) => applied.has(name));
  const after = files.filter(({ name }) => applied.has(name) || name === file.name);
  const [wanted, old] = [await shadowState(after), await shadowState(before)];
  if (compareCatalogs(wanted, live).length === 0) {
    await withEngine(target, (engine) =>
      engine.markMigrationApplied({ migrationName: file.name, migrationsList: toMigrationList(files) }),
    );
    return 'kept';
  }
  const [known, there] = [old, live].map((facts) => new Set(facts.map(({ object }) => object)));
  const begun = wanted.some(({ object }) => known?.has(object) !== true && there?.has(object) === true);
  if (!begun && compareCatalogs(old, live).length === 0) {
    await withEngine(target, (engine) => engine.markMigrationRolledBack({ migrationName: file.name }));
    return 'repeated';
  }
  throw new CostsError(
    'conflict',
    `${file.name} began and did not end, and the schema of ${target.label} is neither what was before it nor what comes after.`,
    {
      hint: shell`Finish it by hand (or undo it: --rolled-back), then: costs db resolve --applied ${file.name}`,
    },
  );
}
