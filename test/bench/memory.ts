import { addDays, toDay, type Day } from '../../src/domain/day.js';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.js';
import { lazyWorld } from '../../src/emulator/generate.js';
import type { Figure } from './figure.js';
import type { BenchServer } from './server.js';
import { createTool, emulatorUrls, registerKeys, type ToolRun } from './tool.js';

export interface MemoryScale {
  /** Days of the short backfill; the long one has as many times more as it should have rows. */
  days: number;
  times: number;
}

/** About 3,200 rows a day in all. */
const WORLD = { organizations: 4, projects: 33, lineItems: 25 };

/** The most memory a backfill ever has, for about a hundred thousand rows and for twenty times as many. */
export async function benchMemory(server: BenchServer, { days, times }: MemoryScale): Promise<Figure[]> {
  const until = addDays(toDay(new Date()), -40);
  const emulator = await startEmulator({ world: worldOf(until, days * times), now: () => new Date() });
  try {
    const short = await backfill(server, emulator, { since: addDays(until, 1 - days), until });
    const long = await backfill(server, emulator, { since: addDays(until, 1 - days * times), until });
    const told = ({ rows, peakMegabytes, milliseconds }: typeof short) =>
      `${(rows / 1000).toFixed(0)}k rows ${peakMegabytes.toFixed(0)} MB in ${(milliseconds / 1000).toFixed(1)} s`;
    return [
      {
        group: 'memory',
        name: `peak of a backfill of ${times} times the rows`,
        ratio: long.peakMegabytes / short.peakMegabytes,
        target: { atMost: 1.3 },
        detail: `${told(long)} / ${told(short)}`,
      },
    ];
  } finally {
    await emulator.close();
  }
}

function worldOf(until: Day, days: number) {
  return lazyWorld({
    seed: 13,
    until,
    days,
    organizations: Array.from({ length: WORLD.organizations }, (_, index) => ({
      provider: 'openai' as const,
      id: `org-${index + 1}`,
      projects: WORLD.projects,
      lineItems: WORLD.lineItems,
    })),
  });
}

async function backfill(
  server: BenchServer,
  emulator: Emulator,
  { since, until }: { since: Day; until: Day },
): Promise<ToolRun & { rows: number }> {
  const db = await server.createDatabase();
  const tool = await createTool({ DATABASE_URL: db.url, ...emulatorUrls(emulator) });
  try {
    const keys = await registerKeys(db, emulator);
    const run = await tool.run(['backfill', '--since', since, '--until', until, '--json'], keys);
    const { organizations } = JSON.parse(run.stdout) as { organizations: { inserted: number }[] };
    return { ...run, rows: organizations.reduce((sum, { inserted }) => sum + inserted, 0) };
  } finally {
    await tool.drop();
    await db.drop();
  }
}
