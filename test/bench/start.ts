import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WindowWrite } from '../../src/domain/collection.js';
import { createCollectionStore } from '../../src/store/collection/collection-store.js';
import type { OpenDatabase as Database } from '../helpers/open-database.js';
import { openDatabase } from '../helpers/open-database.js';
import type { Figure, Target } from './figure.js';
import { sideBySide } from './measure.js';
import type { BenchServer } from './server.js';
import { PROGRAM } from './tool.js';
import { afterTheEnd, readWindows, registerWindows } from './windows.js';

const REPORT = [PROGRAM, 'report', '--since', '2026-01-01', '--until', '2026-01-31'];

export interface StartScale {
  rounds: number;
}

/** Processor time of whole processes, from nothing to the last line, against one that does nothing. */
export async function benchStart(server: BenchServer, { rounds }: StartScale): Promise<Figure[]> {
  const windows = afterTheEnd(await readWindows(3, 3_000), 0);
  const db = await server.createDatabase();
  await fill(db.database, windows);
  await db.settle();
  const home = await mkdtemp(join(tmpdir(), 'costs-bench-home-'));
  try {
    const embedded = await openDatabase({ kind: 'embedded', home });
    await embedded.migrations.apply();
    await embedded.prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
    await registerWindows(embedded.prisma);
    await fill(embedded, windows);
    await embedded.close();

    const base = { PATH: process.env.PATH, HOME: home, COSTS_HOME: home };
    const run = (args: readonly string[], env: Record<string, string> = {}) => processorTime(args, { ...base, ...env });
    const nothing = 'node -e 0';
    const contenders: { name: string; milliseconds: () => Promise<number>; target: Target | null }[] = [
      { name: 'costs --version', milliseconds: () => run([PROGRAM, '--version']), target: { atMost: 1.3 } },
      { name: 'costs --help', milliseconds: () => run([PROGRAM, '--help']), target: { atMost: 2 } },
      {
        name: 'costs report, PostgreSQL',
        milliseconds: () => run(REPORT, { DATABASE_URL: db.url }),
        target: { atMost: 6.5 },
      },
      { name: 'costs report, embedded', milliseconds: () => run(REPORT), target: null },
    ];
    const times = await sideBySide(rounds, [{ name: nothing, milliseconds: () => run(['-e', '0']) }, ...contenders]);
    const of = (name: string) => times.get(name) ?? NaN;
    return contenders.map(({ name, target }) => ({
      group: 'start',
      name: `${name} / ${nothing}`,
      ratio: of(name) / of(nothing),
      target,
      detail: `${Math.round(of(name))} / ${Math.round(of(nothing))} ms`,
    }));
  } finally {
    await db.drop();
    await rm(home, { recursive: true, force: true });
  }
}

async function fill({ sql }: Database, windows: readonly WindowWrite[]): Promise<void> {
  const store = createCollectionStore(sql);
  for (const window of windows) await store.writeWindow(window);
}

/**
 * Runs a program of Node's and says how much time it took of the processor, in milliseconds: other work on the machine then does not
 * count, as it would in the time that passed.
 */
export async function processorTime(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const script = 'TIMEFORMAT="%3U %3S"; time "$@" >/dev/null';
  const child = spawn('bash', ['-c', script, 'bash', process.execPath, ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = said.trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  if (code !== 0 || seconds.length !== 2) throw new Error(`${args.join(' ')} ended with ${code}: ${said}`);
  return seconds.reduce((sum, each) => sum + each) * 1000;
}
