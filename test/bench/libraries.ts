import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { KEY, REST, type PlainRow } from './plain-rows.js';

export const LIBRARIES_FOLDER = fileURLToPath(new URL('./libraries/', import.meta.url));

export const LIBRARIES = {
  knex: 'Knex onConflict().merge()',
  drizzle: 'Drizzle onConflictDoUpdate',
  typeorm: 'TypeORM orUpdate',
  sequelize: 'Sequelize bulkCreate',
} as const;

/** Rows a statement carries: PostgreSQL takes 65,535 parameters at most, and none of them gains from more. */
const ROWS_PER_STATEMENT = 2_000;

interface Library {
  open: (
    url: string,
    table: { table: string; key: readonly string[]; columns: readonly string[] },
  ) => Promise<Opened> | Opened;
}

interface Opened {
  upsert: (rows: readonly object[]) => Promise<unknown>;
  close: () => Promise<unknown>;
}

/** Installs what is compared with into a folder of its own, once: whoever only uses the tool never downloads it. */
export async function installLibraries(): Promise<void> {
  if (existsSync(`${LIBRARIES_FOLDER}node_modules/.package-lock.json`)) return;
  const npm = ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--omit=peer'];
  await promisify(execFile)('npm', npm, { cwd: LIBRARIES_FOLDER, shell: process.platform === 'win32' });
}

export async function openLibrary(name: keyof typeof LIBRARIES, url: string) {
  const { open } = (await importFrom(name)) as Library;
  const { upsert, close } = await open(url, { table: 'cost_data', key: KEY, columns: REST });
  return {
    close,
    upsert: async (rows: readonly PlainRow[]) => {
      for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT)
        await upsert(rows.slice(from, from + ROWS_PER_STATEMENT).map((row) => ({ id: randomUUID(), ...row })));
    },
  };
}

export interface CopyScript {
  create: string;
  copy: string;
  merge: string;
  file: string;
}

/** COPY and merge through the driver, where there is no `psql`. */
export async function copyThroughDriver(url: string, script: CopyScript): Promise<void> {
  const { copyAndMerge } = (await importFrom('copy')) as {
    copyAndMerge: (url: string, script: CopyScript) => Promise<void>;
  };
  await copyAndMerge(url, script);
}

export interface DuckDb {
  writeParquet: (path: string, rows: number) => Promise<void>;
  readToCsv: (path: string, csv: string) => Promise<void>;
}

export async function openDuckDb(): Promise<DuckDb> {
  return (await importFrom('duckdb')) as DuckDb;
}

function importFrom(name: string): Promise<unknown> {
  return import(new URL(`./libraries/${name}.js`, import.meta.url).href);
}
