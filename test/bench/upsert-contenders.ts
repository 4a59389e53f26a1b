import { randomUUID } from 'node:crypto';
import type { WindowWrite } from '../../src/domain/collection.js';
import { ApiVersion, type PrismaClient } from '../../src/generated/prisma/client.js';
import { createCollectionStore } from '../../src/store/collection/collection-store.js';
import type { CopyMerge } from './copy-merge.js';
import { LIBRARIES, openLibrary } from './libraries.js';
import { projectStatement, toPlainRows, type PlainRow } from './plain-rows.js';
import type { BenchDatabase } from './server.js';

/** A way to write bills: all of them, or of a slow one only as many as it can write in the time there is. */
export interface Contender {
  name: string;
  windows: readonly WindowWrite[];
  /** Gets the windows ready and returns what is timed. */
  prepare: (windows: readonly WindowWrite[]) => Promise<() => Promise<unknown>>;
  close: () => Promise<unknown>;
}

type Contestant = Pick<Contender, 'prepare'> & Partial<Pick<Contender, 'close'>>;

function contender(name: string, windows: readonly WindowWrite[], { prepare, close }: Contestant): Contender {
  return { name, windows, prepare, close: close ?? (() => Promise.resolve()) };
}

/** Windows side by side through the pool, as a sync writes them; with one window, that alone. */
export function ours(
  name: string,
  { database }: Pick<BenchDatabase, 'database'>,
  windows: readonly WindowWrite[],
): Contender {
  const store = createCollectionStore(database.sql);
  return contender(name, windows, {
    prepare: (given) => Promise.resolve(() => Promise.all(given.map((window) => store.writeWindow(window)))),
  });
}

export function copyMerge(
  name: string,
  { url }: BenchDatabase,
  windows: readonly WindowWrite[],
  copy: CopyMerge,
): Contender {
  return contender(name, windows, { prepare: (given) => copy.prepare(url, toPlainRows(given)) });
}

export async function library(
  name: keyof typeof LIBRARIES,
  { url }: BenchDatabase,
  windows: readonly WindowWrite[],
): Promise<Contender> {
  const { upsert, close } = await openLibrary(name, url);
  const prepare = (given: readonly WindowWrite[]) => {
    const rows = toPlainRows(given);
    return Promise.resolve(() => upsert(rows));
  };
  return contender(LIBRARIES[name], windows, { prepare, close });
}

/** Prisma's own ways: one upsert after the other, many in a transaction, and inserting many at once. */
export const PRISMA_WAYS = {
  'Prisma upsert in a loop': async (prisma: PrismaClient, rows: readonly PlainRow[]) => {
    for (const row of rows) await prisma.costData.upsert(toUpsert(row));
  },
  'Prisma upserts in $transaction': (prisma: PrismaClient, rows: readonly PlainRow[]) =>
    prisma.$transaction(rows.map((row) => prisma.costData.upsert(toUpsert(row)))),
  'Prisma createMany (insert only)': async (prisma: PrismaClient, rows: readonly PlainRow[]) => {
    for (let from = 0; from < rows.length; from += 2_000)
      await prisma.costData.createMany({ data: rows.slice(from, from + 2_000).map(toData), skipDuplicates: true });
  },
} as const;

export function prismaWay(
  name: keyof typeof PRISMA_WAYS,
  { database }: Pick<BenchDatabase, 'database'>,
  windows: readonly WindowWrite[],
): Contender {
  const prepare = (given: readonly WindowWrite[]) => {
    const rows = toPlainRows(given);
    return Promise.resolve(() => PRISMA_WAYS[name](database.prisma, rows));
  };
  return contender(name, windows, { prepare });
}

function toData(row: PlainRow) {
  return {
    id: randomUUID(),
    projectId: row.project_id ?? '',
    apiVersion: ApiVersion.costs_v1,
    bucketStartTime: row.bucket_start_time ?? '',
    bucketEndTime: row.bucket_end_time ?? '',
    lineItem: row.line_item ?? '',
    currency: row.currency,
    cost: row.cost ?? '',
    quantity: row.quantity,
    quantityUnit: row.quantity_unit,
    model: row.model,
  };
}

function toUpsert(row: PlainRow) {
  const create = toData(row);
  const {
    projectId,
    bucketStartTime,
    bucketEndTime,
    lineItem,
    apiVersion,
    currency,
    cost,
    quantity,
    quantityUnit,
    model,
  } = create;
  const key = { projectId, bucketStartTime, bucketEndTime, lineItem, apiVersion };
  return {
    where: { projectId_bucketStartTime_bucketEndTime_lineItem_apiVersion: key },
    create,
    update: { currency, cost, quantity, quantityUnit, model },
  };
}

/** Empties what the contenders write, and makes the projects that those who know nothing of providers need. */
export async function reset(db: Pick<BenchDatabase, 'database'>, windows: readonly WindowWrite[]): Promise<void> {
  const { pool } = db.database;
  await pool.query('TRUNCATE cost_data, restatements, collected_days, projects CASCADE');
  const { text, values } = projectStatement(windows);
  await pool.query(text, values);
}
