import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { CollectedDay, Organization, WindowOutcome } from '../../src/domain/collection.js';
import { coverageOf } from '../../src/domain/coverage.js';
import { addDays, daysOf, endOfDay, parseDay, type Day } from '../../src/domain/day.js';
import { USUAL_SCOPE } from '../../src/domain/scope.js';
import type { CostLine } from '../../src/domain/bucket.js';
import type { Database } from '../../src/store/database.js';
import { openDatabase } from '../../src/store/open.js';
import { createStore, type Store } from '../../src/store/store.js';
import { describeOrganization, findTrouble } from '../../src/commands/status/organization.js';
import { planBackfill, planSync } from '../../src/sync/plan.js';
import { createEmptyTarget } from '../helpers/database.js';
import { line } from '../helpers/lines.js';
import { renderFocusImport } from '../../src/output/focus-import.js';
import { syncJob } from '../../src/library/job.js';
import { gather } from '../../src/library/plan-input.js';
import { importFocus } from '../../src/library/import-focus.js';
import type { CostProvider } from '../../src/domain/cost-provider.js';
import type { Output } from '../../src/output/output.js';
import { createStyle } from '../../src/output/style.js';
import { organizationOf } from '../helpers/organization.js';
import { workplaceOf } from '../helpers/workplace.js';

const day = (text: string) => parseDay(text);
const [first, last] = [day('2026-02-01'), day('2026-02-03')];

let database: Database;
let store: Store;
let remove: () => Promise<void>;
beforeAll(async () => {
  const made = await createEmptyTarget('postgresql');
  remove = made.remove;
  database = await openDatabase(made.target);
});
beforeEach(async () => {
  await database.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  // A pushed database with bills of three days: of a project that says where it is from, and of one that the first read tells.
  await database.pool.query(`
    CREATE TYPE "ApiVersion" AS ENUM ('usage_v1', 'costs_v1');
    CREATE TABLE teams (id text PRIMARY KEY, name text NOT NULL); CREATE TABLE users (id text PRIMARY KEY, team_id text NOT NULL, email text NOT NULL, role text NOT NULL);
    CREATE TABLE projects (id text PRIMARY KEY, team_id text NOT NULL, name text NOT NULL, ai_provider text, ai_organization_id text, ai_project_id text, openai_project_id text);
    CREATE TABLE cost_data (id text PRIMARY KEY, project_id text NOT NULL, date timestamp(3), service text, cost numeric(65,30) NOT NULL, api_version "ApiVersion" NOT NULL DEFAULT 'usage_v1',
      bucket_start_time timestamp(3), bucket_end_time timestamp(3), line_item text, currency text);
    INSERT INTO teams VALUES ('team-1', 'acme');
    INSERT INTO projects VALUES ('known', 'team-1', 'Search', 'openai', 'org-1', 'proj_1', NULL), ('later', 'team-1', 'Chat', NULL, NULL, NULL, 'proj_2');
    INSERT INTO cost_data SELECT p || n, p, NULL, NULL, n, 'costs_v1', date '2026-01-31' + n, date '2026-02-01' + n, 'gpt', 'USD' FROM generate_series(1, 3) n, unnest(ARRAY['known', 'later']) p`);
  await database.migrations.adopt();
  await database.migrations.apply();
  store = createStore(database);
});
afterAll(async () => {
  await database.close();
  await remove();
});

function write(lines: CostLine[], days: Day[], acceptRestatement = false): Promise<WindowOutcome> {
  return store.collection.writeWindow({
    provider: 'openai',
    organizationId: 'org-1',
    organizationName: 'Prod',
    teamId: 'team-1',
    runId: `run-${performance.now()}`,
    lease: null,
    days,
    requestedAt: endOfDay(addDays(last, 40)),
    lines,
    projects: new Map(),
    acceptRestatement,
    forced: true,
  });
}
const collected = (): Promise<CollectedDay[]> => store.collection.collectedDays(organizationOf('openai', 'org-1'));
const rows = async () =>
  (
    await database.pool.query<{ row: string }>(
      `SELECT concat_ws(' ', project_id, bucket_start_time::date, line_item, trim_scale(cost)) AS row FROM cost_data ORDER BY 1`,
    )
  ).rows.map(({ row }) => row);
const SAME = [1, 2, 3].flatMap((n) =>
  ['proj_1', 'proj_2'].map((project) => line(addDays(first, n - 1), project, 'gpt', String(n))),
);

it('are no gaps, are told as adopted, and are no finding', { tags: ['story'] }, async () => {
  const days = await collected();
  expect(days.map(({ day: each }) => each)).toEqual(daysOf({ since: first, until: last }));
  const now = endOfDay(addDays(last, 1));
  const organization = {
    provider: 'openai' as const,
    organizationId: 'org-1',
    name: 'Prod',
    isActive: true,
    hasKey: true,
    billSource: 'key' as const,
    expiresAt: null,
    export: null,
    teamId: 'team-1',
  };
  const status = describeOrganization(organization, days, now);
  expect(status).toMatchObject({
    days: { adopted: 3, gap: 2 },
    adopted: [{ since: first, until: last }],
    readAhead: [],
    reportsDue: [],
  });
  expect(
    findTrouble(status, organization, now)
      .map(({ message }) => message)
      .join(),
  ).not.toMatch(/adopted|future/);
  const check = await store.collection.checkSeals(organizationOf('openai', 'org-1'), { since: first, until: last });
  expect(check).toMatchObject({ stray: [], adopted: [first, addDays(first, 1), last] });
  const query = {
    teamId: 'team-1',
    since: first,
    until: addDays(last, 1),
    groupBy: ['day' as const],
    basis: 'billed' as const,
  };
  const report = await store.reports.run(query, addDays(last, 2));
  expect(report.coverage).toMatchObject({ adopted: [{ since: first, until: last }] });
});

it(
  'are in a report as of an instant, one row a day whenever their buckets begin, and never beside an estimate',
  { tags: ['story'] },
  async () => {
    await database.pool.query(`
    UPDATE cost_data SET bucket_start_time = bucket_start_time + interval '9 hours' WHERE project_id = 'known';
    INSERT INTO cost_data SELECT id || ' midnight', project_id, date, service, 5, api_version, bucket_start_time - interval '9 hours', bucket_end_time, line_item, currency
      FROM cost_data WHERE id = 'known1';
    INSERT INTO cost_data SELECT id || ' estimate', project_id, date, service, 100, 'usage_v1', date_trunc('day', bucket_start_time), bucket_end_time, line_item, currency
      FROM cost_data WHERE id IN ('known1', 'known2')`);
    const query = { teamId: 'team-1', since: first, until: last, groupBy: ['project' as const, 'day' as const] };
    const figures = async (more: { asOf?: Date; basis?: 'billed' }) =>
      (await store.reports.run({ ...query, ...more }, addDays(last, 2))).rows
        .filter(({ projectId }) => projectId === 'known')
        .map(({ day, cost }) => `${day ?? ''} ${cost ?? ''}`)
        .sort();
    const there = ['2026-02-01 6', '2026-02-02 2', '2026-02-03 3'];
    expect(await figures({})).toEqual(there);
    const now = await store.collection.clock();
    expect(await figures({ basis: 'billed', asOf: now })).toEqual(there);
    expect(await store.reports.changes({ ...query, basis: 'billed' }, now)).toEqual([]);
  },
);

it(
  'are in a report as of an instant before they were first read, whether the answer was accepted or has more',
  { tags: ['story'] },
  async () => {
    const query = { teamId: 'team-1', since: first, until: last, groupBy: ['day' as const], basis: 'billed' as const };
    const reported = async (asOf?: Date) => {
      const report = await store.reports.run({ ...query, ...(asOf === undefined ? {} : { asOf }) }, addDays(last, 60));
      return { costs: report.rows.map(({ cost }) => cost), adopted: report.coverage.adopted };
    };
    const there = { costs: ['2', '4', '6'], adopted: [expect.objectContaining({ since: first, until: last })] };
    // The answer of a project tells that it is of this organization.
    await database.pool.query(
      `UPDATE projects SET ai_provider = 'openai', ai_organization_id = 'org-1', ai_project_id = 'proj_2' WHERE id = 'later'`,
    );
    const before = endOfDay(addDays(last, 1));
    expect(await reported(before)).toEqual(there);
    const [changed, ...same] = SAME;
    if (changed === undefined) throw new Error('No bills.');
    const answer = [
      ...same,
      { ...changed, cost: line(first, 'proj_1', 'gpt', '1.5').cost },
      line(last, 'proj_3', 'gpt', '9'),
    ];
    const outcome = await write(answer, daysOf({ since: first, until: last }), true);
    expect(outcome.restated).toMatchObject({ rows: 1, days: 1 });
    expect(await reported()).toEqual({ costs: ['2.5', '4', '15'], adopted: [] });
    expect(await reported(before)).toEqual(there);
    expect(
      (await store.reports.changes(query, before)).map(({ day: at, cause, difference }) => [at, cause, difference]),
    ).toEqual([
      [last, 'gap-filled', '9'],
      [first, 'accepted', '0.5'],
    ]);
  },
);

it(
  'are read by a sync while they may still change, and by a backfill whenever it is asked',
  { tags: ['story'] },
  async () => {
    const organization = { keyId: 'key', provider: 'openai', organizationId: 'org-1' } as Organization;
    const plan = (today: Day) => ({
      organizations: [organization],
      collected: new Map([['key', [] as CollectedDay[]]]),
      today,
      maxDays: () => 31,
      requestsAWindow: () => 1,
    });
    const known = await collected();
    const windows = (today: Day) =>
      planSync({ ...plan(today), collected: new Map([['key', known]]) }).organizations[0]?.windows;
    expect(windows(addDays(last, 1))?.[0]?.since).toBe(first);
    // The gap after them is healed, however old it is.
    expect(windows(addDays(last, 40))?.[0]?.since).toBe(addDays(last, 1));
    const asked = planBackfill(
      { ...plan(addDays(last, 40)), collected: new Map([['key', known]]) },
      { since: first, until: last },
      false,
    );
    expect(asked.organizations[0]?.windows).toEqual([{ since: first, until: last }]);
    const events: unknown[] = [];
    const keys = { list: () => [{ ...organization, teamId: 'team-1', isActive: true, expiresAt: null }] };
    const work = workplaceOf({ ...store, access: () => Promise.resolve({ keys }) } as unknown as Store, {
      provider: () => Promise.resolve({ maxDaysPerRequest: 31 } as CostProvider),
    });
    const input = await gather(work, syncJob({ onEvent: (event) => events.push(event) }));
    expect(input.collected.get('key')).toEqual(known);
    expect(events).toEqual([]);
  },
);

it('are none before days begin, as where an instant is broken', { tags: ['story'] }, async () => {
  await database.pool.query(
    `UPDATE cost_data SET bucket_start_time = '0044-03-15 BC', bucket_end_time = '0044-03-16 BC' WHERE id = 'known1'`,
  );
  expect((await collected()).filter(({ day }) => day < first)).toEqual([]);
});

it(
  'are proven by the same answer, in whatever letters the currency is, and no row comes or goes',
  { tags: ['story'] },
  async () => {
    const before = await rows();
    await database.pool.query(`UPDATE cost_data SET currency = 'usd' WHERE id = 'known1'`);
    expect(await write(SAME, daysOf({ since: first, until: last }))).toMatchObject({
      inserted: 0,
      deleted: 0,
      days: 3,
      contradicted: [],
    });
    expect(await rows()).toEqual(before);
    const stateOf = coverageOf(await collected());
    expect(daysOf({ since: first, until: last }).map(stateOf)).toEqual(['settled', 'settled', 'settled']);
  },
);

it.each([
  ['a bill is not there', SAME.slice(1)],
  ['a bill of the project that the answer names first is not there', SAME.filter((_, index) => index !== 1)],
  [
    'an amount is another',
    SAME.map((each, index) => (index === 0 ? line(first, 'proj_1', 'gpt', '1.000000000000000000000000000001') : each)),
  ],
  ['the words are others', SAME.map((each, index) => (index === 0 ? line(first, 'proj_1', 'gpt-4o', '1') : each))],
  ['nothing is left', []],
])('stay as they are where %s, until the answer is accepted', { tags: ['story'] }, async (_, answer) => {
  const before = await rows();
  const outcome = await write(answer, daysOf({ since: first, until: addDays(last, 1) }));
  expect(outcome.contradicted).toContain(first);
  expect(outcome.days).toBe(4 - outcome.contradicted.length);
  expect((await rows()).filter((row) => row.includes(first))).toEqual(before.filter((row) => row.includes(first)));
  const stateOf = coverageOf(await collected());
  expect([stateOf(first), stateOf(addDays(last, 1))]).toEqual(['adopted', 'settled']);
  const accepted = await write(answer, daysOf({ since: first, until: last }), true);
  expect(accepted.contradicted).toEqual([]);
  // A project that the answer never named is not known to be of this organization.
  expect((await rows()).filter((row) => answer.length > 0 || row.startsWith('known'))).toHaveLength(answer.length);
});

it('are told by an import that has them otherwise, and stay', async () => {
  await database.pool.query(`UPDATE organizations SET source = 'files'`);
  const before = await rows();
  const period = {
    ...{ provider: 'openai', account: 'org-1', accountName: 'Prod', since: first, until: last, lastDay: last, rows: 5 },
    ...{ delivery: { export: null, month: null, deliveredAt: endOfDay(addDays(last, 40)) }, lines: SAME.slice(1) },
  };
  const files = {
    files: 1,
    rows: 5,
    deliveries: [],
    periods: [period],
    leftOut: [],
    unknownColumns: [],
    unlistedFolders: [],
    others: [],
  };
  const work = workplaceOf(store, { focusFiles: () => Promise.resolve(files) });
  const result = await importFocus(work, { ...USUAL_SCOPE, paths: ['.'], dryRun: false, acceptRestatement: false });
  expect(result).toMatchObject({ status: 'ok', organizations: [{ days: 2, contradicted: [first] }] });
  const output = { width: 80, style: createStyle(false) } as unknown as Output;
  expect(renderFocusImport(result, output)).toContain(
    'org-1: 1 adopted day is not what the files have, and stays as adopted: 1 Feb 2026. To take what they have, import them with --accept-restatement.',
  );
  expect(await rows()).toEqual(before);
});

it('take what they lack: a bill of another project is added', { tags: ['story'] }, async () => {
  const before = await rows();
  const outcome = await write([...SAME, line(first, 'proj_3', 'gpt', '9')], [first]);
  expect(outcome).toMatchObject({ inserted: 1, deleted: 0, contradicted: [] });
  expect((await rows()).filter((row) => before.includes(row))).toEqual(before);
});

it(
  'come back with a rollback where another answer was accepted, and are replaced again by the import after it',
  { tags: ['story'] },
  async () => {
    const { migrations, pool } = database;
    await pool.query(`UPDATE cost_data SET service = 'theirs'`);
    const whole = async () =>
      (
        await pool.query(
          `SELECT id, project_id, service, trim_scale(cost)::text AS cost, line_item, currency FROM cost_data ORDER BY id`,
        )
      ).rows as unknown;
    const found = await whole();
    // The last day is the same at first; a bill of it is another later, twice.
    const saying = (cost: string) =>
      SAME.map((each, index) => (index === 4 ? { ...each, cost: line(last, 'proj_1', 'gpt', cost).cost } : each));
    for (const bills of [SAME, saying('3.5'), saying('3.25')]) await write(bills.slice(4), [last], true);
    // An amount and a currency are others, and a bill is gone whose key another has by now.
    const [changed, gone, ...others] = saying('3.25').map((each, index) =>
      index === 2 ? { ...each, currency: 'EUR' } : each,
    );
    if (changed === undefined || gone === undefined) throw new Error('No bills.');
    const days = daysOf({ since: first, until: last });
    const answer = [{ ...changed, cost: line(first, 'proj_1', 'gpt', '1.005').cost }, ...others];
    await write(answer, days, true);
    await write([...answer, gone], days);
    const accepted = await whole();
    const { rows: ledger } = await pool.query(
      `SELECT cause, trim_scale(old_cost)::text AS old, trim_scale(new_cost)::text AS new FROM restatements ORDER BY id`,
    );
    expect(ledger).toEqual(
      expect.arrayContaining([
        { cause: 'accepted', old: '1', new: '1.005' },
        { cause: 'accepted', old: '1', new: null },
        { cause: 'accepted', old: '2', new: '2' },
      ]),
    );
    const folder = await mkdtemp(join(tmpdir(), 'costs-adopted-'));
    const path = join(folder, 'rollback.jsonl');
    await migrations.rollback({ to: 'baseline', export: path });
    expect(await whole()).toEqual(found);
    await migrations.adopt();
    await migrations.apply();
    await migrations.import({ path });
    expect(await whole()).toEqual(accepted);
    await rm(folder, { recursive: true });
  },
);
