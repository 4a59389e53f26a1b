import { addDays, toDay } from '../../src/domain/day.js';
import { startEmulator } from '../../src/emulator/emulator.js';
import { lazyWorld } from '../../src/emulator/generate.js';
import type { Figure } from './figure.js';
import { startLargeProvider, type LargeOrganization } from './large-day.js';
import type { BenchServer } from './server.js';
import { createTool, type ToolRun } from './tool.js';
import { createStore, THIS } from './version.js';

export interface MemoryScale {
  /** Of the organization with one day of very many rows. */
  largeDay: LargeOrganization;
  days: number;
  /** The large backfill has as many times more projects, and with them rows, in the same days. */
  times: number;
}

const KEY = 'sk-admin-not-a-real-key-1234';
/** About 270 rows a day in all. */
export const SMALL = { organizations: 4, projects: 3, lineItems: 23 };

/** The most a sync may ever take, whatever the size of the organization. */
const MOST_MEGABYTES = 600;

/**
 * The most memory a backfill of a year ever has, for about a hundred thousand rows and for twenty times as many; and that of one
 * day of very many rows, each of which is stored twice, in the bill and by API key.
 */
export async function benchMemory(server: BenchServer, { days, times, largeDay }: MemoryScale): Promise<Figure[]> {
  const small = await backfill(server, days, SMALL.projects);
  const large = await backfill(server, days, SMALL.projects * times);
  const told = ({ rows, peakMegabytes, milliseconds }: typeof small) =>
    `${peakMegabytes.toFixed(0)} MB for ${(rows / 1000).toFixed(0)}k rows (${(milliseconds / 1000).toFixed(1)} s)`;
  return [
    {
      group: 'memory',
      name: `peak of a backfill of ${days} days with ${times} times the rows`,
      ratio: large.peakMegabytes / small.peakMegabytes,
      target: { atMost: 1.3 },
      detail: `${told(large)} / ${told(small)}`,
    },
    await benchLargeDay(server, largeDay),
  ];
}

async function benchLargeDay(server: BenchServer, size: LargeOrganization): Promise<Figure> {
  const provider = await startLargeProvider(size);
  const db = await server.createDatabase();
  const tool = await createTool({ DATABASE_URL: db.url, OPENAI_BASE_URL: provider.url, BENCH_KEY: KEY });
  try {
    await db.query(
      `INSERT INTO organization_api_keys (id, team_id, provider, organization_id, name, source, variable, host, last_four)
       VALUES ('key-1', 'team-1', 'openai', 'org-1', 'Large', 'env', 'BENCH_KEY', 'loopback', $1)`,
      [KEY.slice(-4)],
    );
    const day = addDays(toDay(new Date()), -40);
    const { peakMegabytes, milliseconds } = await tool.run(['backfill', '--since', day, '--until', day, '--json']);
    const [counted] = await db.query<{ rows: number }>('SELECT count(*)::int AS rows FROM cost_data');
    return {
      group: 'memory',
      name: `peak of a day of ${size.projects * size.lineItems} rows / ${MOST_MEGABYTES} MB`,
      ratio: peakMegabytes / MOST_MEGABYTES,
      target: { atMost: 1 },
      detail: `${peakMegabytes.toFixed(0)} MB for ${counted?.rows ?? 0} rows (${(milliseconds / 1000).toFixed(1)} s)`,
    };
  } finally {
    await tool.drop();
    await db.drop();
    provider.close();
  }
}

/** A backfill of so many days of four organizations with so many projects each. */
export async function backfill(
  server: BenchServer,
  days: number,
  projects: number,
  version = THIS,
): Promise<ToolRun & { rows: number }> {
  const until = addDays(toDay(new Date()), -40);
  const world = lazyWorld({
    seed: 13,
    until,
    days,
    organizations: Array.from({ length: SMALL.organizations }, (_, index) => ({
      provider: 'openai' as const,
      id: `org-${index + 1}`,
      projects,
      lineItems: SMALL.lineItems,
    })),
  });
  const emulator = await startEmulator({ world, now: () => new Date() });
  const { tool, keys, drop } = await createStore(server, version, emulator);
  try {
    const span = ['--since', addDays(until, 1 - days), '--until', until];
    const run = await tool.run(['backfill', ...span, '--json'], keys);
    const { organizations } = JSON.parse(run.stdout) as { organizations: { inserted: number }[] };
    return { ...run, rows: organizations.reduce((sum, { inserted }) => sum + inserted, 0) };
  } finally {
    await drop();
    await emulator.close();
  }
}
