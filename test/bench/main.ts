import { writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { benchAgainst } from './against.js';
import { benchExport } from './export.js';
import { isMet, renderFigures, type Figure } from './figure.js';
import { benchHosts } from './hosts.js';
import { benchImport } from './import.js';
import { benchKeyed } from './keyed.js';
import { benchMemory } from './memory.js';
import { benchMigrate } from './migrate.js';
import { benchReport } from './report.js';
import { FULL, QUICK, type Scale } from './scale.js';
import { benchStart } from './start.js';
import { benchSync } from './sync.js';
import { startBenchServer, type BenchServer } from './server.js';
import { benchUpsert } from './upsert.js';
import { benchUsage } from './usage.js';

type Bench = (server: BenchServer, scale: Scale) => Promise<Figure[]>;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    against: { type: 'string' },
    'usage-rows': { type: 'string' },
    'legacy-rows': { type: 'string' },
    'import-rows': { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
  },
});
const { against, 'usage-rows': usageRows, 'legacy-rows': legacyRows, 'import-rows': importRows } = values;

const BENCHES: Record<string, Bench> = {
  upsert: (server, scale) => benchUpsert(server, scale.upsert),
  keyed: (server, scale) => benchKeyed(server, scale.upsert),
  start: (server, scale) => benchStart(server, scale.start),
  sync: (server, scale) => benchSync(server, scale.sync),
  memory: (server, scale) => benchMemory(server, scale.memory),
  report: (server, scale) => benchReport(server, scale.report),
  hosts: (server, scale) => benchHosts(server, scale.hosts),
  usage: (server, scale) =>
    benchUsage(server, { ...scale.usage, ...(usageRows === undefined ? {} : { rows: Number(usageRows) }) }),
  migrate: (server, scale) =>
    benchMigrate(server, legacyRows === undefined ? scale.migrate : { rows: Number(legacyRows) }),
  import: (server, scale) =>
    benchImport(server, importRows === undefined ? scale.import : { rows: Number(importRows) }),
  export: (server, scale) => benchExport(server, scale.export),
  ...(against === undefined ? {} : { against: (server, scale) => benchAgainst(server, scale, against) }),
};

const started = performance.now();
const seconds = () => Math.round((performance.now() - started) / 1000);
const server = await startBenchServer();
const figures: Figure[] = [];
try {
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (values.only.length > 0 && !values.only.includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    figures.push(...(await bench(server, values.quick ? QUICK : FULL)));
    process.stderr.write(`${name} done after ${seconds()} s\n`);
  }
} finally {
  await server.stop();
}
const machine = {
  cores: availableParallelism(),
  memoryGigabytes: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  postgresql: server.version,
};
process.stdout.write(`${renderFigures(figures)}\n\n${JSON.stringify(machine)}\n`);
if (values.json !== undefined) {
  const document = {
    quick: values.quick,
    machine,
    seconds: seconds(),
    figures: figures.map((figure) => ({ ...figure, met: isMet(figure) })),
  };
  await writeFile(values.json, `${JSON.stringify(document, null, 2)}\n`);
}
