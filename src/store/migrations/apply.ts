import { CostsError } from '../../errors.js';
import { openEngine, NO_FILTERS, toMigrationList } from './engine.js';
import { readMigrations, type MigrationFile } from './folder.js';
import { appliedNames, readHistory } from './history.js';
import { dropInvalidLeftover, requireValidIndex } from './concurrent-index.js';
import type { MigrationTarget } from './migrations.js';

export interface ApplyOptions {
  /** Told before each migration. */
  onStart?: (name: string) => void;
}

export interface ApplyResult {
  /** The migrations applied now, in order. */
  applied: string[];
}

/** Applies what is pending, in order, one transaction a migration. */
export async function applyMigrations(target: MigrationTarget, { onStart }: ApplyOptions = {}): Promise<ApplyResult> {
  const session = target.openSession();
  try {
    const files = await readMigrations();
    const done = new Set(appliedNames(await readHistory(session.pool)));
    const applied: string[] = [];
    for (const [index, file] of files.entries()) {
      if (done.has(file.name)) continue;
      onStart?.(file.name);
      await applyOne({ target, pool: session.pool, files: files.slice(0, index + 1), file });
      applied.push(file.name);
    }
    return { applied };
  } finally {
    await session.close();
  }
}

interface Step {
  target: MigrationTarget;
  pool: MigrationTarget['pool'];
  /** Everything up to and with `file`: the engine applies what is missing of a list, and only one is. */
  files: MigrationFile[];
  file: MigrationFile;
}

async function applyOne({ target, pool, files, file }: Step): Promise<void> {
  await dropInvalidLeftover(pool, file);
  const engine = await openEngine(pool, { schema: target.schema });
  try {
    await engine.applyMigrations({ migrationsList: toMigrationList(files), filters: NO_FILTERS });
  } catch (cause) {
    throw migrationError(file.name, target, cause);
  } finally {
    engine.free();
  }
  await requireValidIndex(pool, file);
}

function migrationError(name: string, target: MigrationTarget, cause: unknown): unknown {
  const explained = target.explain(cause);
  if (explained instanceof CostsError && explained.code === 'unreachable') return explained;
  return new CostsError('failed', `The migration ${name} failed, and nothing of it was kept: ${reasonOf(cause)}`, {
    hint: 'Mend the cause, then run costs db migrate again.',
    cause,
  });
}

/** The database's own sentence, out of the engine's report. */
function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  const reported = /Database error:\s*\n*(?:ERROR: )?([^\n]+)/.exec(text)?.[1] ?? text.split('\n')[0] ?? '';
  return reported.endsWith('.') ? reported : `${reported}.`;
}
