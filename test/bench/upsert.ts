import type { WindowWrite } from '../../src/domain/collection.js';
import { openDatabase } from '../helpers/open-database.js';
import { createCopyMerge } from './copy-merge.js';
import { short, type Figure, type Target } from './figure.js';
import { installLibraries, LIBRARIES } from './libraries.js';
import { median, timed } from './measure.js';
import type { BenchDatabase, BenchServer } from './server.js';
import { benchEmbedded } from './upsert-embedded.js';
import { copyMerge, library, ours, PRISMA_WAYS, prismaWay, reset, type Contender } from './upsert-contenders.js';
import { afterTheEnd, changed, countRows, firstRows, readWindows } from './windows.js';

const PHASES = ['insert', 'changed', 'unchanged'] as const;
type Phase = (typeof PHASES)[number];

/** Median rows a second by phase. */
type Speeds = Record<Phase, number>;

export interface UpsertScale {
  rows: number;
  /** Of the libraries, and of Prisma's one by one: all rows would take them minutes. */
  libraryRows: number;
  prismaRows: number;
  rounds: number;
}

const OURS = 'costs, eight windows side by side';
const ALONE = 'costs, one window alone';
const LOOP = 'Prisma upsert in a loop';

/** Rows a second of every way to write bills, on one server, in turn. */
export async function benchUpsert(server: BenchServer, scale: UpsertScale): Promise<Figure[]> {
  await installLibraries();
  const windows = await readWindows(8, scale.rows);
  const copy = await createCopyMerge(server.folder);
  const COPY = `COPY + merge (${copy.through})`;
  const db = await server.createDatabase();
  const some = firstRows(windows, scale.libraryRows);
  const few = firstRows(windows, scale.prismaRows);
  const contenders = [
    copyMerge(COPY, db, windows, copy),
    ours(OURS, db, windows),
    ours(ALONE, db, await readWindows(1, scale.rows)),
    ...(await Promise.all(
      (Object.keys(LIBRARIES) as (keyof typeof LIBRARIES)[]).map((name) => library(name, db, some)),
    )),
    ...(Object.keys(PRISMA_WAYS) as (keyof typeof PRISMA_WAYS)[]).map((name) => prismaWay(name, db, few)),
  ];
  const speeds = await race(db, contenders, scale.rounds);
  const proof = await proveNothingWritten(db, windows);
  for (const { close } of contenders) await close();
  await db.drop();

  const of = (name: string) => speeds.get(name) ?? { insert: NaN, changed: NaN, unchanged: NaN };
  const others = Object.values(LIBRARIES);
  const against = (name: string, target: Target | null, who = OURS) =>
    PHASES.map((phase) => compare(phase, of(who), of(name), `${who} / ${name}`, target));
  return [
    ...against(COPY, { atLeast: 1 }),
    ...against(COPY, null, ALONE),
    ...against(LOOP, { atLeast: 100 }),
    ...PHASES.map((phase) => {
      const fastest = others.reduce((best, name) => (of(name)[phase] > of(best)[phase] ? name : best));
      return compare(phase, of(OURS), of(fastest), `${OURS} / fastest library (${fastest})`, { atLeast: 2 });
    }),
    ...[...others, ...Object.keys(PRISMA_WAYS).filter((name) => name !== LOOP)].map((name) => ({
      group: 'upsert' as const,
      name: `${name} / ${COPY}, insert`,
      ratio: of(name).insert / of(COPY).insert,
      target: null,
      detail: PHASES.map((phase) => `${phase} ${thousands(of(name)[phase])} rows/s`).join(', '),
    })),
    proof,
    ...(await benchEmbedded(firstRows(windows, scale.libraryRows), scale.prismaRows)),
  ];
}

function compare(phase: Phase, a: Speeds, b: Speeds, name: string, target: Target | null): Figure {
  const detail = `${thousands(a[phase])} / ${thousands(b[phase])} rows/s`;
  return { group: 'upsert', name: `${name}, ${phase}`, ratio: a[phase] / b[phase], target, detail };
}

function thousands(value: number): string {
  return value >= 1000 ? `${(value / 1000).toFixed(1)}k` : short(value);
}

/** Each contender in turn writes its rows, then all of them a cent dearer, then the same again. */
async function race(db: BenchDatabase, contenders: readonly Contender[], rounds: number): Promise<Map<string, Speeds>> {
  const speeds = new Map<string, Record<Phase, number[]>>();
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, windows, prepare } of contenders) {
      const known = speeds.get(name) ?? { insert: [], changed: [], unchanged: [] };
      speeds.set(name, known);
      await reset(db, windows);
      const dearer = changed(windows);
      const answers = { insert: windows, changed: dearer, unchanged: afterTheEnd(dearer, 0) };
      for (const phase of PHASES) {
        const write = await prepare(answers[phase]);
        await db.settle();
        known[phase].push((countRows(windows) / (await timed(write))) * 1000);
      }
    }
  }
  return new Map(
    [...speeds].map(([name, { insert, changed: more, unchanged }]) => [
      name,
      { insert: median(insert), changed: median(more), unchanged: median(unchanged) },
    ]),
  );
}

/** What a sync that finds nothing new leaves in the table's statistics and in the log that everything is written to. */
async function proveNothingWritten(db: BenchDatabase, windows: readonly WindowWrite[]): Promise<Figure> {
  await reset(db, windows);
  const inserting = await traces(db, windows);
  await db.settle();
  const again = await traces(db, afterTheEnd(windows, 0));
  return {
    group: 'upsert',
    name: 'rows of cost_data written by an unchanged re-sync',
    ratio: again.tuples,
    target: { atMost: 0 },
    detail: `n_tup_ins + upd + del ${again.tuples} (inserting them: ${inserting.tuples}); WAL ${thousands(again.wal)} bytes (inserting: ${thousands(inserting.wal)})`,
  };
}

async function traces(db: BenchDatabase, windows: readonly WindowWrite[]): Promise<{ tuples: number; wal: number }> {
  const look = async () => {
    const [row] = await db.query<{ tuples: string; wal: string }>(`
      SELECT n_tup_ins + n_tup_upd + n_tup_del AS tuples, pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS wal
      FROM pg_stat_user_tables WHERE relname = 'cost_data'`);
    return { tuples: Number(row?.tuples), wal: Number(row?.wal) };
  };
  const before = await look();
  // Connections of its own: what they count is published when they end.
  const database = await openDatabase({ kind: 'postgresql', url: db.url });
  const write = await ours('', { database }, windows).prepare(windows);
  await write();
  await database.close();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const after = await look();
  return { tuples: after.tuples - before.tuples, wal: after.wal - before.wal };
}
