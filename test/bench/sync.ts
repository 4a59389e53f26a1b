import { addDays, toDay, type DaySpan } from '../../src/domain/day.js';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.js';
import { generateWorld } from '../../src/emulator/generate.js';
import type { Figure } from './figure.js';
import { median } from './measure.js';
import type { BenchServer } from './server.js';
import { createStore, THIS, type Version } from './version.js';

const LATENCY = 100;
/** Windows of one organization that are read side by side; see `src/sync/run.ts`. */
const REQUESTS_AT_ONCE = 4;

export interface SyncScale {
  organizations: number;
  rounds: number;
}

/**
 * A backfill of a year as a person starts it, process start and writing included. Against the shortest time in which its
 * requests can be answered, and against the time of one request after the other.
 */
export async function benchSync(server: BenchServer, scale: SyncScale): Promise<Figure[]> {
  const emulator = await startYear(scale);
  const times: number[] = [];
  const starts: number[] = [];
  try {
    for (let round = 0; round < scale.rounds; round += 1) {
      const { time, start } = await backfillYear(server, emulator, THIS);
      times.push(time);
      starts.push(start);
    }
    return figures(median(times), median(starts), requestsByOrganization(emulator));
  } finally {
    await emulator.close();
  }
}

/** Organizations of both providers with a year of bills each. */
export function startYear({ organizations }: Pick<SyncScale, 'organizations'>): Promise<Emulator> {
  const { until } = year();
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
  return startEmulator({ world, now: () => new Date() });
}

function year(): DaySpan {
  const until = addDays(toDay(new Date()), -40);
  return { since: addDays(until, -364), until };
}

/** Milliseconds that a year takes, and that it takes when there is nothing left to read: to start, to plan and to answer. */
export async function backfillYear(
  server: BenchServer,
  emulator: Emulator,
  version: Version,
): Promise<{ time: number; start: number }> {
  const { since, until } = year();
  const { tool, keys, drop } = await createStore(server, version, emulator);
  const backfill = () => tool.run(['backfill', '--since', since, '--until', until, '--json'], keys);
  emulator.requests.length = 0;
  emulator.quirks.latency = LATENCY;
  const { milliseconds: time } = await backfill();
  const requests = emulator.requests.length;
  const { milliseconds: start } = await backfill();
  emulator.requests.length = requests;
  await drop();
  return { time, start };
}

function requestsByOrganization({ requests }: Emulator): number[] {
  const counts = new Map<string | null, number>();
  for (const { organizationId } of requests) counts.set(organizationId, (counts.get(organizationId) ?? 0) + 1);
  return [...counts.values()];
}

function figures(time: number, start: number, requests: readonly number[]): Figure[] {
  const all = requests.reduce((sum, count) => sum + count, 0);
  const bound = Math.max(...requests.map((count) => Math.ceil(count / REQUESTS_AT_ONCE))) * LATENCY;
  const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
  const pages = Math.max(...requests) * LATENCY;
  return [
    {
      group: 'sync',
      name: `a year of ${requests.length} organizations / its latency bound (${REQUESTS_AT_ONCE} requests of an organization at once)`,
      ratio: time / bound,
      target: { atMost: 3 },
      detail: `${seconds(time)} / ${seconds(bound)}; ${seconds(start)} of it is start, plan and answer`,
    },
    {
      group: 'sync',
      name: 'the same / the pages of one organization one after the other, all organizations at once',
      ratio: time / pages,
      target: null,
      detail: `${seconds(time)} / ${seconds(pages)}`,
    },
    {
      group: 'sync',
      name: 'the same / one request after the other',
      ratio: time / (all * LATENCY),
      target: null,
      detail: `${seconds(time)} / ${seconds(all * LATENCY)} for ${all} requests`,
    },
  ];
}
