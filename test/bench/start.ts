import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WindowWrite } from '../../src/domain/collection.js';
import { createCollectionStore } from '../../src/store/collection/collection-store.js';
import type { Database } from '../../src/store/database.js';
import { openDatabase } from '../../src/store/open.js';
import type { Figure, Target } from './figure.js';
import { sideBySide } from './measure.js';
import type { BenchServer } from './server.js';
import { afterTheEnd, readWindows, registerWindows } from './windows.js';

const PROGRAM = fileURLToPath(new URL('../../bin/costs.js', import.meta.url));
const REPORT = [PROGRAM, 'report', '--since', '2026-01-01', '--until', '2026-01-31'];

export interface StartScale {
  rounds: number;
}

/** Whole processes, from nothing to the last line, against one that does nothing. */
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
    const run = (args: readonly string[], env: Record<string, string> = {}) => execute(args, { ...base, ...env });
    const nothing = 'node -e 0';
    const contenders: { name: string; run: () => Promise<void>; target: Target | null }[] = [
      { name: 'costs --version', run: () => run([PROGRAM, '--version']), target: { atMost: 1.5 } },
      { name: 'costs --help', run: () => run([PROGRAM, '--help']), target: null },
      { name: 'costs report, PostgreSQL', run: () => run(REPORT, { DATABASE_URL: db.url }), target: { atMost: 5 } },
      { name: 'costs report, embedded', run: () => run(REPORT), target: null },
    ];
    const times = await sideBySide(rounds, [{ name: nothing, run: () => run(['-e', '0']) }, ...contenders]);
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

async function fill({ prisma }: Database, windows: readonly WindowWrite[]): Promise<void> {
  const store = createCollectionStore(prisma);
  for (const window of windows) await store.writeWindow(window);
}

async function execute(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
}
