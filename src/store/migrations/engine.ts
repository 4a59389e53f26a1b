import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { codeOf } from '../../errors.js';
import type { Connection } from '../pool.js';
import { migrationAdapter } from './adapter.js';
import { readSchema, migrationsFolder, type MigrationFile } from './folder.js';

/** Nothing is managed by anybody else. */
export const NO_FILTERS = { externalTables: [], externalEnums: [] };

/** The types of Node 20 leave it out; the DOM's would let a browser's globals through everywhere. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    compile(bytes: Uint8Array): Promise<object>;
    instantiate(module: object, imports: Record<string, object>): Promise<{ exports: { __wbindgen_start(): void } }>;
  };
};

/**
 * Once a process, though this module be loaded twice: the package's functions keep views of the memory they were given first, and
 * with another one would read what is no text.
 */
const LOADED: unique symbol = Symbol.for('costs.schema-engine');
const shared = globalThis as unknown as Record<typeof LOADED, Promise<void> | undefined>;

/**
 * Does something with Prisma's own schema engine, over one connection that it may keep a session lock on.
 * An error of the database comes out as the driver threw it.
 */
export async function withEngine<T>(
  { pool }: { pool: Connection },
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  await (shared[LOADED] ??= loadEngine());
  const datamodels: [string, string][] = [['schema.prisma', await readSchema()]];
  const adapter = bindMigrationAwareSqlAdapterFactory(migrationAdapter(pool));
  let engine: SchemaEngine | null = null;
  try {
    engine = await bindings.SchemaEngine.new({ datamodels }, () => undefined, adapter);
    return await work(engine);
  } catch (error) {
    await requireConnection(pool);
    // What the engine cannot name crosses the border as a number and stays behind in the registry.
    const number = /External error id#(\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    throw number === undefined ? error : (adapter.errorRegistry.consumeError(Number(number))?.error ?? error);
  } finally {
    engine?.free();
  }
}

/** Fails as the driver does where the connection is gone: of that, the engine keeps a sentence and no code. */
async function requireConnection(pool: Connection): Promise<void> {
  await pool.query('SELECT 1').catch((error: unknown) => {
    // That of a transaction which has failed.
    if (codeOf(error) !== '25P02') throw error;
  });
}

/** Migrations as the engine takes them. */
export function toMigrationList(migrations: readonly MigrationFile[]): MigrationList {
  return {
    baseDir: migrationsFolder(),
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}

/** The package is made for bundlers, which import `.wasm` files; Node is given the bytes. */
async function loadEngine(): Promise<void> {
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const module = await WebAssembly.compile(await readFile(script.replace(/\.js$/, '.wasm')));
  const instance = await WebAssembly.instantiate(module, { './schema_engine_bg.js': withoutTimersThatHold() });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

/** The engine sets a timer of ten seconds beside the wait for its lock and never clears it: the process would stay for it. */
function withoutTimersThatHold(): Record<string, unknown> {
  const imports: Record<string, unknown> = { ...bindings };
  for (const name of Object.keys(imports)) {
    if (name.startsWith('__wbg_setTimeout_'))
      imports[name] = (callback: () => void, ms: number) => setTimeout(callback, ms >>> 0).unref();
  }
  return imports;
}
