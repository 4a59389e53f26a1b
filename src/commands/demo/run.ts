import { createRuntime, type Context } from '../../context.js';
import { join } from 'node:path';
import { addDays, toDay, type Day, type DaySpan } from '../../domain/day.js';
import { parseDecimal, type Decimal } from '../../domain/decimal.js';
import { Sums } from '../../domain/money.js';
import type { DemoDocument } from '../../domain/demo.js';
import type { ReportComparison } from '../../domain/report.js';
import type { SyncResult } from '../../domain/results.js';
import { CostsError } from '../../errors.js';
import { startEmulator, type Emulator } from '../../emulator/emulator.js';
import { DEMO_EXPORT, writeDemoExport } from '../../emulator/aws/demo.js';
import { expectedTotals, sumBy } from '../../emulator/expected.js';
import { restateDemo } from '../../emulator/demo-restatement.js';
import { DEMO_ANOMALY, demoWorld } from '../../emulator/synthetic.js';
import { silentOutput } from '../../output/silent.js';
import { command as backfill } from '../backfill.js';
import { addKey } from '../keys/add.js';
import { linkProject } from '../projects/link.js';
import { resolvePeriod } from '../../domain/period.js';
import { command as sync } from '../sync.js';

const DAYS = 90;
/** The report's days and those before, which it is compared with; usage is read a day at a time. */
const USAGE_DAYS = 60;

export interface DemoResult {
  document: DemoDocument;
  comparison: ReportComparison;
  now: Date;
}

/** The commands a person would run, one after the other, against the emulator. @throws CostsError when one of them fails */
export async function runDemo(outer: Context, home: string): Promise<DemoResult> {
  const now = outer.now();
  const today = toDay(now);
  const span = { since: addDays(today, 1 - DAYS), until: today };
  const emulator = await startEmulator({
    world: demoWorld(today),
    now: () => now,
    port: null,
    quirks: { undocumentedFields: true },
  });
  const runtime = createRuntime({
    version: outer.version,
    config: demoConfig(outer, home, emulator),
    signal: outer.signal,
    argv: [],
    makeOutput: silentOutput,
    connect: () => emulator.connect(),
  });
  const progress = outer.output.progress('Making a throw-away store …');
  try {
    const context = runtime.open({ makesStore: true });
    const started = performance.now();
    const store = await context.store();
    await store.teams.open('demo');
    const storeMilliseconds = Math.round(performance.now() - started);
    progress.update('Registering organizations');
    await registerKeys(context, emulator);
    const exported = await registerExport(context, join(home, 'exports'), span, now);
    progress.update(`Reading ${DAYS} days`);
    const first = await collected(backfill.run({ since: span.since, until: span.until }, context));
    for (const { provider, usage } of emulator.world.organizations)
      if (usage !== undefined)
        await collected(backfill.run({ since: addDays(today, -USAGE_DAYS), basis: 'usage', provider }, context));
    await linkAllButOne(context);
    progress.update('Reading them again');
    const again = await collected(backfill.run({ since: span.since, until: span.until, force: true }, context));
    const compared = await compareWithProviders(context, emulator, span, now, exported);
    progress.update('The provider changes its mind');
    restateDemo(emulator.world, today);
    await collected(sync.run({}, context));
    const { report, comparison, ...found } = await makeReport(context, today);
    const document: DemoDocument = {
      synthetic: true,
      organizations: emulator.world.organizations.length + 1,
      projects: emulator.world.organizations.reduce((count, { projects }) => count + projects.length, 1),
      days: DAYS,
      rows: sum(first, ({ inserted }) => inserted),
      storeMilliseconds,
      again: {
        inserted: sum(again, (each) => each.inserted),
        updated: sum(again, (each) => each.updated),
        deleted: sum(again, (each) => each.deleted),
      },
      compared,
      anomaly: { day: addDays(today, -DEMO_ANOMALY.daysAgo), project: nameOf(emulator, DEMO_ANOMALY.projectId) },
      ...found,
      report,
    };
    return { document, comparison, now };
  } finally {
    progress.stop();
    await runtime.close();
    await emulator.close();
  }
}

/** The user's own environment plays no part: not their store, not their keys. */
function demoConfig({ config }: Context, home: string, emulator: Emulator): Context['config'] {
  const keys = new Map(
    emulator.world.organizations.map((organization, index) => [variableOf(index), organization.keys[0]?.secret]),
  );
  return {
    ...config,
    databaseUrl: null,
    home: () => home,
    team: null,
    token: null,
    keyVariables: null,
    insecureStorage: false,
    baseUrls: Object.fromEntries(
      emulator.world.organizations.map(({ provider }) => [provider, emulator.baseUrl(provider)]),
    ),
    variable: (name) => keys.get(name),
  };
}

function variableOf(index: number): string {
  return `DEMO_KEY_${index + 1}`;
}

async function registerKeys(context: Context, emulator: Emulator): Promise<void> {
  for (const [index, { provider, id, name }] of emulator.world.organizations.entries()) {
    await addKey.run({ provider, organization: id, name, fromEnv: variableOf(index) }, context);
  }
}

/** A cloud has no key: its exports lie in a folder. @returns what it charged for models, by day */
async function registerExport(context: Context, folder: string, span: DaySpan, now: Date): Promise<Map<Day, Decimal>> {
  const charged = await writeDemoExport(folder, span, now);
  await addKey.run({ provider: DEMO_EXPORT.provider, fromPath: folder }, context);
  return charged;
}

/** The sandbox stays as it is, so that the demo shows what spend of nobody's project looks like. */
async function linkAllButOne(context: Context): Promise<void> {
  const { projects } = await context.store();
  await linkProject.run({ all: true }, context);
  const team = await context.team();
  const sandbox = (await projects.list(team.id)).find(({ name }) => name === 'Sandbox');
  if (sandbox !== undefined) await projects.unlink(team.id, sandbox);
}

async function collected(run: ReturnType<typeof sync.run>): Promise<SyncResult> {
  const collected = await run;
  if ('plan' in collected) throw new CostsError('failed', 'The demo reads; it does not plan alone.');
  const { result } = collected;
  const error = result.organizations.find((each) => each.error !== undefined)?.error;
  if (result.status !== 'ok')
    throw new CostsError('failed', `The demo could not read its own emulator: ${error?.message ?? result.status}`);
  return result;
}

/** Each organization's days against the emulator's own sums, to the last digit. */
async function compareWithProviders(
  context: Context,
  emulator: Emulator,
  span: DaySpan,
  now: Date,
  exported: ReadonlyMap<Day, Decimal>,
): Promise<{ days: number; equal: number }> {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const { rows } = await store.reports.run(
    { ...span, teamId: team.id, basis: 'billed', groupBy: ['organization', 'day'] },
    span.until,
  );
  const stored = new Map(
    rows.map(({ organizationId, day, currency, cost }) => [
      `${organizationId ?? ''} ${day ?? ''} ${currency}`,
      parseDecimal(cost ?? '0'),
    ]),
  );
  const expected = sumBy(
    expectedTotals(emulator.world, span, now),
    ({ organizationId, day, currency }) => `${organizationId} ${day} ${currency}`,
  );
  for (const [day, cost] of exported) expected.set(`${DEMO_EXPORT.account} ${day} USD`, cost);
  const equal = [...expected].filter(([key, cost]) => stored.get(key) === cost).length;
  return { days: Math.max(expected.size, stored.size), equal };
}

/** A report, and what is to be noticed in its days: all figures are of one span. */
async function makeReport(context: Context, today: Day) {
  const [store, team] = await Promise.all([context.store(), context.team()]);
  const { previous, ...span } = resolvePeriod({ period: 'last-30d' }, today);
  const query = { ...span, teamId: team.id, groupBy: ['project' as const, 'provider' as const] };
  const report = await store.reports.run(query, today);
  const loose = report.rows.filter(({ linked }) => linked === false);
  const changed = await store.reports.restated(query);
  return {
    report,
    comparison: await store.reports.compare(query, previous),
    unlinked: {
      projects: new Set(loose.map(({ projectId }) => projectId)).size,
      totals: new Sums(loose).toDocuments(),
    },
    restated: {
      rows: changed.reduce((total, { rows }) => total + rows, 0),
      days: new Set(changed.map(({ day }) => day)).size,
      difference: new Sums(changed.map(({ currency, difference }) => ({ currency, cost: difference }))).toDocuments(),
    },
  };
}

function sum(
  { organizations }: SyncResult,
  pick: (organization: SyncResult['organizations'][number]) => number,
): number {
  return organizations.reduce((total, each) => total + pick(each), 0);
}

function nameOf({ world }: Emulator, projectId: string): string {
  return world.organizations.flatMap(({ projects }) => projects).find(({ id }) => id === projectId)?.name ?? projectId;
}
