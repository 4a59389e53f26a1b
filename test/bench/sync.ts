import { addDays, toDay } from '../../src/domain/day.js';
import { startEmulator } from '../../src/emulator/emulator.js';
import { generateWorld } from '../../src/emulator/generate.js';
import type { Figure } from './figure.js';
import { median } from './measure.js';
import type { BenchServer } from './server.js';
import { createTool, emulatorUrls, registerKeys } from './tool.js';

const LATENCY = 100;

export interface SyncScale {
  organizations: number;
  rounds: number;
}

/**
 * A backfill of a year as a person starts it, process start and writing included. Against the shortest time in which its
 * requests can be answered, and against the time of one request after the other.
 */
export async function benchSync(server: BenchServer, { organizations, rounds }: SyncScale): Promise<Figure[]> {
  const today = toDay(new Date());
  const until = addDays(today, -40);
  const since = addDays(until, -364);
  const world = generateWorld({
    seed: 11,
    until,
    days: 365,
    organizations: Array.from({ length: organizations }, (_, index) => ({
      provider: index % 3 === 2 ? ('anthropic' as const) : ('openai' as const),
      id: `org-${index + 1}`,
      projects: 2,
      lineItems: 3,
    })),
  });
  const emulator = await startEmulator({ world, now: () => new Date() });
  const times: number[] = [];
  const starts: number[] = [];
  let requests = 0;
  let most = 0;
  try {
    for (let round = 0; round < rounds; round += 1) {
      const db = await server.createDatabase();
      const tool = await createTool({ DATABASE_URL: db.url, ...emulatorUrls(emulator) });
      const keys = await registerKeys(db, emulator);
      emulator.requests.length = 0;
      emulator.quirks.latency = LATENCY;
      const { milliseconds } = await tool.run(['backfill', '--since', since, '--until', until, '--json'], keys);
      emulator.quirks.latency = 0;
      times.push(milliseconds);
      requests = emulator.requests.length;
      // The same command with nothing left to read: what starting, planning and answering cost without a request.
      starts.push((await tool.run(['backfill', '--since', since, '--until', until, '--json'], keys)).milliseconds);
      most = Math.max(most, emulator.requests.length - requests);
      await tool.drop();
      await db.drop();
    }
  } finally {
    await emulator.close();
  }
  return figures({ time: median(times), start: median(starts), requests });
}
function figures({ time, start, requests }: { time: number; start: number; requests: number }): Figure[] {
  return [
    {
      group: 'sync',
      name: 'debug',
      ratio: time / start,
      target: null,
      detail: `${time} ms, start ${start} ms, ${requests} requests`,
    },
  ];
}
