import { addDays, toDay } from '../../src/domain/day.js';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.js';
import { generateWorld } from '../../src/emulator/generate.js';
import type { Figure } from './figure.js';
import type { BenchServer } from './server.js';
import { createStore, THIS } from './version.js';

export interface HostsScale {
  organizations: number;
  processes: number;
}

const LATENCY = 100;
const DAYS = 90;

/** Makes a process believe that it runs on another machine: one that was booted at another time. */
const OTHER_HOST = `data:text/javascript,${encodeURIComponent(`
  import files from 'node:fs/promises';
  import { syncBuiltinESMExports } from 'node:module';
  const { readFile } = files;
  files.readFile = (path, ...rest) => path === '/proc/sys/kernel/random/boot_id' ? Promise.resolve('another-boot') : readFile(path, ...rest);
  syncBuiltinESMExports();`)}`;

interface Taken {
  milliseconds: number;
  /** Requests for bills, and how many of them were sent before. */
  requests: number;
  repeated: number;
  rows: number;
}

/** The same backfill by one process and by many at once, half of them on another host: each window must be read once. */
export async function benchHosts(server: BenchServer, { organizations, processes }: HostsScale): Promise<Figure[]> {
  const today = toDay(new Date());
  const world = generateWorld({
    seed: 17,
    until: today,
    days: DAYS,
    organizations: Array.from({ length: organizations }, (_, index) => ({
      provider: 'openai' as const,
      id: `org-${index + 1}`,
      projects: 2,
      lineItems: 3,
    })),
  });
  const emulator = await startEmulator({ world, now: () => new Date() });
  emulator.quirks.latency = LATENCY;
  const span = ['--since', addDays(today, 1 - DAYS), '--until', addDays(today, -1)];
  try {
    const one = await backfill(server, emulator, span, 1);
    const many = await backfill(server, emulator, span, processes);
    return figures(one, many, { organizations, processes });
  } finally {
    await emulator.close();
  }
}

/** @throws when a process does not end with 0 */
async function backfill(
  server: BenchServer,
  emulator: Emulator,
  span: readonly string[],
  processes: number,
): Promise<Taken> {
  const { tool, url, keys, drop, query } = await createStore(server, THIS, emulator);
  // A server takes a hundred connections unless it is told otherwise.
  const env = { ...keys, DATABASE_URL: `${url}?connection_limit=8` };
  emulator.requests.length = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: processes }, (_, index) =>
      tool.run(['backfill', ...span, '--json'], {
        ...env,
        ...(index % 2 === 1 ? { NODE_OPTIONS: `--import ${OTHER_HOST}` } : {}),
      }),
    ),
  );
  const milliseconds = performance.now() - started;
  const windows = emulator.requests
    .filter(({ path }) => path.endsWith('/costs'))
    .map((request) => `${request.organizationId ?? ''} ${JSON.stringify(request.query)}`);
  const [stored] = await query<{ rows: number }>('SELECT count(*)::int AS rows FROM cost_data');
  await drop();
  return {
    milliseconds,
    requests: windows.length,
    repeated: windows.length - new Set(windows).size,
    rows: stored?.rows ?? 0,
  };
}

function figures(one: Taken, many: Taken, { organizations, processes }: HostsScale): Figure[] {
  const seconds = ({ milliseconds }: Taken) => `${(milliseconds / 1000).toFixed(1)} s`;
  const what = `${processes} processes on two hosts`;
  return [
    {
      group: 'hosts',
      name: `${DAYS - 1} days of ${organizations} organizations, ${what} / one process`,
      ratio: many.milliseconds / one.milliseconds,
      target: null,
      detail: `${seconds(many)} / ${seconds(one)} for ${one.requests} requests of ${LATENCY} ms, ${many.rows} and ${one.rows} rows`,
    },
    {
      group: 'hosts',
      name: `windows that ${what} read more often than once`,
      ratio: many.repeated + (many.rows === one.rows ? 0 : 1),
      target: { atMost: 0 },
      detail: `${many.requests} requests, ${many.requests - many.repeated} of them different`,
    },
  ];
}
