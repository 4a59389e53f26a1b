import type { Figure } from './figure.js';
import { backfill, SMALL } from './memory.js';
import { sideBySide } from './measure.js';
import type { Scale } from './scale.js';
import type { BenchServer } from './server.js';
import { processorTime } from './start.js';
import { backfillYear, startYear } from './sync.js';
import { createTool, emulatorUrls } from './tool.js';
import { checkOut, createStore, THIS, type Version } from './version.js';

/** This version beside another commit: starts, a year of several organizations, and a large backfill. */
export async function benchAgainst(server: BenchServer, scale: Scale, commit: string): Promise<Figure[]> {
  const before = await checkOut(commit);
  try {
    return [
      ...(await starts(server, scale, before)),
      await year(server, scale, before),
      ...(await largeBackfill(server, scale, before)),
    ];
  } finally {
    await before.drop();
  }
}

/** Processor time of whole processes over the same three days of each version's own store. */
async function starts(server: BenchServer, { start: { rounds } }: Scale, before: Version): Promise<Figure[]> {
  const emulator = await startYear({ organizations: 2 });
  const { organizations } = emulator.world;
  const span = ['--since', '2026-01-01', '--until', '2026-01-03'];
  const stores = await Promise.all([THIS, before].map((version) => createStore(server, version, emulator)));
  const own = await Promise.all([THIS, before].map(({ program }) => createTool(emulatorUrls(emulator), program)));
  try {
    for (const { tool, keys } of stores) await tool.run(['backfill', ...span], keys);
    for (const tool of own) {
      await tool.run(['init', '--team', 'acme']);
      const keys: Record<string, string> = {};
      for (const [index, { provider, id, keys: of }] of organizations.entries()) {
        const variable = `BENCH_KEY_${index}`;
        keys[variable] = of[0]?.secret ?? '';
        const named = ['--provider', provider, '--organization', id, '--name', id, '--from-env', variable];
        await tool.run(['keys', 'add', ...named], keys);
      }
      await tool.run(['backfill', ...span], keys);
    }
    const figures: Figure[] = [];
    for (const [what, args, embedded] of [
      ['costs --version', ['--version'], false],
      ['costs --help', ['--help'], false],
      ['costs report, PostgreSQL', ['report', ...span], false],
      ['costs report, embedded', ['report', ...span], true],
    ] as const) {
      const times = await sideBySide(
        rounds,
        [THIS, before].map(({ name, program }, index) => ({
          name,
          milliseconds: () =>
            processorTime([program, ...args], {
              PATH: process.env.PATH,
              HOME: own[index]?.home,
              COSTS_HOME: own[index]?.home,
              ...(embedded ? {} : { DATABASE_URL: stores[index]?.url }),
            }),
        })),
      );
      figures.push(beside(`${what}, processor time`, times.get(THIS.name), times.get(before.name), before, 'ms'));
    }
    return figures;
  } finally {
    for (const each of [...stores, ...own]) await each.drop();
    await emulator.close();
  }
}

async function year(server: BenchServer, { sync }: Scale, before: Version): Promise<Figure> {
  const emulator = await startYear(sync);
  try {
    const times = await sideBySide(
      sync.rounds,
      [THIS, before].map((version) => ({
        name: version.name,
        milliseconds: async () => (await backfillYear(server, emulator, version)).time,
      })),
    );
    const name = `a year of ${sync.organizations} organizations`;
    return beside(name, times.get(THIS.name), times.get(before.name), before, 'ms');
  } finally {
    await emulator.close();
  }
}

async function largeBackfill(server: BenchServer, { memory }: Scale, before: Version): Promise<Figure[]> {
  const projects = SMALL.projects * memory.times;
  const now = await backfill(server, memory.days, projects);
  const then = await backfill(server, memory.days, projects, before);
  const rows = `${(now.rows / 1000).toFixed(0)}k rows`;
  const perRow = ({ processorMilliseconds, rows: count }: typeof now) => (processorMilliseconds / count) * 1000;
  return [
    beside(`a backfill of ${rows}, processor time a row`, perRow(now), perRow(then), before, 'µs'),
    beside(`a backfill of ${rows}, peak memory`, now.peakMegabytes, then.peakMegabytes, before, 'MB'),
  ];
}

function beside(what: string, now = NaN, then = NaN, before: Version, unit: string): Figure {
  return {
    group: 'against',
    name: `${what}: ${THIS.name} / ${before.name}`,
    ratio: now / then,
    target: null,
    detail: `${now.toFixed(0)} / ${then.toFixed(0)} ${unit}`,
  };
}
