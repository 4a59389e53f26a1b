import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figure } from './figure.js';
import { copyThroughDriver, installLibraries, openDuckDb, LIBRARIES_FOLDER } from './libraries.js';
import { timed } from './measure.js';
import type { BenchServer } from './server.js';
import { createTool, PROGRAM } from './tool.js';

export interface ImportScale {
  rows: number;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The most an import may ever take, however many rows it reads. */
const MOST_MEGABYTES = 600;

/** A Parquet file of FOCUS, imported with DuckDB's package and without it, beside DuckDB and COPY with a merge. */
export async function benchImport(server: BenchServer, { rows }: ImportScale): Promise<Figure[]> {
  await installLibraries();
  const folder = await mkdtemp(join(tmpdir(), 'costs-bench-import-'));
  try {
    const file = join(folder, 'focus.parquet');
    const duckdb = await openDuckDb();
    await duckdb.writeParquet(file, rows);
    const limit = await timeCopy(
      server,
      () => duckdb.readToCsv(file, join(folder, 'rows.csv')),
      join(folder, 'rows.csv'),
    );
    const fast = await timeImport(server, file, await installWithDuckDb(folder));
    const slow = await timeImport(server, file, PROGRAM);
    const rate = (milliseconds: number) => `${(rows / milliseconds).toFixed(0)}k`;
    const compared = (name: string, { milliseconds, peakMegabytes }: Imported, target: Figure['target']): Figure => ({
      group: 'import',
      name: `costs import focus, ${name} / DuckDB and COPY + merge`,
      ratio: limit / milliseconds,
      target,
      detail: `${rate(milliseconds)} / ${rate(limit)} rows/s, ${(rows / 1e6).toFixed(1)} million rows, peak ${peakMegabytes.toFixed(0)} MB`,
    });
    return [
      compared('with @duckdb/node-api', fast, { atLeast: 0.34 }),
      compared('without it', slow, null),
      {
        group: 'import',
        name: `peak of an import, the higher of both / ${MOST_MEGABYTES} MB`,
        ratio: Math.max(fast.peakMegabytes, slow.peakMegabytes) / MOST_MEGABYTES,
        target: { atMost: 1 },
        detail: `${fast.peakMegabytes.toFixed(0)} / ${slow.peakMegabytes.toFixed(0)} MB`,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timeCopy(server: BenchServer, read: () => Promise<void>, file: string): Promise<number> {
  const db = await server.createEmpty();
  try {
    await db.query(`CREATE TABLE bill (project text, day date, line_item text, currency text, cost numeric(65, 30),
      quantity numeric, PRIMARY KEY (project, day, line_item, currency))`);
    return await timed(async () => {
      await read();
      await copyThroughDriver(db.url, {
        file,
        create: 'CREATE TEMPORARY TABLE incoming AS SELECT * FROM bill WITH NO DATA',
        copy: 'COPY incoming FROM STDIN WITH (FORMAT csv)',
        merge: `INSERT INTO bill SELECT project, day, line_item, currency, sum(cost), sum(quantity) FROM incoming GROUP BY 1, 2, 3, 4
                ON CONFLICT (project, day, line_item, currency) DO UPDATE SET cost = excluded.cost, quantity = excluded.quantity`,
      });
    });
  } finally {
    await db.drop();
  }
}

interface Imported {
  milliseconds: number;
  peakMegabytes: number;
}

async function timeImport(server: BenchServer, file: string, program: string): Promise<Imported> {
  const db = await server.createDatabase();
  const tool = await createTool({ DATABASE_URL: db.url }, program);
  try {
    return await tool.run(['import', 'focus', file, '--json']);
  } finally {
    await tool.drop();
    await db.drop();
  }
}

/** An installation of the built tool that has the optional package beside it. */
async function installWithDuckDb(folder: string): Promise<string> {
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir(join(ROOT, 'node_modules')))
    await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  await rm(join(modules, '@duckdb'), { force: true });
  await symlink(join(LIBRARIES_FOLDER, 'node_modules', '@duckdb'), join(modules, '@duckdb'));
  for (const part of ['bin', 'dist', 'src/help', 'prisma', 'package.json'])
    await cp(join(ROOT, part), join(folder, part), { recursive: true });
  return join(folder, 'bin/costs.js');
}
