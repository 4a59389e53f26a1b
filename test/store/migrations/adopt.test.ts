import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { CostsError } from '../../../src/errors.js';
import type { Database } from '../../../src/store/database.js';
import { ourTables, readMigrations } from '../../../src/store/migrations/folder.js';
import { openDatabase } from '../../../src/store/open.js';
import { createProjectStore } from '../../../src/store/projects.js';
import { createEmptyTarget } from '../../helpers/database.js';
import { dumpSchema } from '../../helpers/dump-schema.js';
import {
  COST_COLUMNS,
  FOREIGN_KINDS,
  makeForeign,
  PROJECT_COLUMNS,
  type ForeignSchema,
} from '../../helpers/foreign-schemas.js';
import { fillBaseline, fillEveryTable, readRowsOf, runScript } from '../../helpers/schema-states.js';

let database: Database;
let remove: () => Promise<void>;
let folder: string;
beforeAll(async () => {
  const made = await createEmptyTarget('postgresql');
  remove = made.remove;
  database = await openDatabase(made.target);
  folder = await mkdtemp(join(tmpdir(), 'costs-adopt-'));
});
beforeEach(() => empty());
afterAll(async () => {
  await database.close();
  await remove();
  await rm(folder, { recursive: true, force: true });
});

/** What `prisma db push` made of the seed's own schema. */
const PUSHED: ForeignSchema = {
  enum: 'ApiVersion',
  labels: ['usage_v1', 'costs_v1'],
  versionColumn: 'as ours',
  costColumns: Object.keys(COST_COLUMNS),
  projectColumns: Object.keys(PROJECT_COLUMNS),
  key: 'named by Prisma',
  keys: 'with a key',
  names: 'ours',
  foreign: [],
  rows: 'bills',
  history: false,
};

const BUCKET = ['bucket_start_time', 'bucket_end_time'];

it('adopts a pushed database with its bills, its enum and its clients as they were', async () => {
  expect(await story(PUSHED)).toEqual([]);
  const { rows } = await database.pool.query(`SELECT is_active, encrypted_key FROM organization_api_keys`);
  expect(rows).toEqual([{ is_active: false, encrypted_key: 'ciphertext' }]);
  expect((await database.pool.query(`SELECT 'costs_v1'::"ApiVersion"::text AS label`)).rows).toEqual([
    { label: 'costs_v1' },
  ]);
});

it(
  'gives a key back to the program that encrypted it, and what was entered here to the import after it',
  { tags: ['story'] },
  async () => {
    const { pool, migrations } = database;
    await makeForeign(pool, PUSHED);
    const key = async () =>
      (await pool.query(`SELECT to_jsonb(k) AS key FROM organization_api_keys k`)).rows as unknown;
    const found = await key();
    await migrations.adopt();
    await migrations.apply();
    await pool.query(
      `UPDATE organization_api_keys SET name = 'Prod', last_four = 'abcd', encrypted_key = 'v1.ours', generation = 1, mac = 'mac', is_active = true, updated_at = '2026-03-01Z'`,
    );
    const entered = await key();
    const path = join(folder, 'key.jsonl');
    await migrations.rollback({ to: 'baseline', export: path });
    expect(await key()).toEqual(found);
    await migrations.adopt();
    await migrations.apply();
    const { tables } = await migrations.import({ path });
    expect(tables.filter(({ different }) => different > 0)).toEqual([]);
    expect(await key()).toEqual(entered);
  },
);

it('keeps nobody from the rows where there is nothing to change', async () => {
  const [baseline] = await readMigrations();
  await runScript(database.pool, baseline?.sql ?? '');
  await fillBaseline(database.pool);
  const writer = await database.openSession();
  await writer.pool.begin();
  await writer.pool.query(`INSERT INTO cost_data VALUES ('late', 'p1', '2026-02-01', 'gpt-4', 1)`);
  expect(await database.migrations.adopt({ waitMs: 0 })).toMatchObject({ done: true, steps: [] });
  await writer.close();
});

it(
  'leaves alone what is not ours, also in the history, lists it, and says what will stop our writes',
  { tags: ['story'] },
  async () => {
    const { pool, migrations } = database;
    await makeForeign(pool, { ...PUSHED, foreign: FOREIGN_KINDS, history: true });
    await pool.query(
      'ALTER TABLE projects ADD updated_at timestamp(3) NOT NULL DEFAULT now(); ALTER TABLE projects ALTER updated_at DROP DEFAULT',
    );
    await pool.query(`CREATE FUNCTION notes() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'`);
    await pool.query('CREATE EVENT TRIGGER keep_tables ON sql_drop EXECUTE FUNCTION notes()');
    const { foreign } = await migrations.adopt();
    expect(foreign.flatMap(({ object, stops }) => (stops === null ? [] : `${object}: ${stops}`))).toEqual([
      'column projects.updated_at: it must have a value and has no default. This gives it one: ALTER TABLE "projects" ALTER COLUMN "updated_at" SET DEFAULT now()',
      'column users.salt: it must have a value and has no default',
      expect.stringContaining('constraint teams.teams_name_check: it refuses rows'),
      'event trigger keep_tables: it runs at each sql_drop, as of a migration or a rollback',
    ]);
    expect(foreign.map(({ object }) => object)).toEqual(
      expect.arrayContaining(['column users.password_hash', 'enum mood', 'index analyst_idx', 'table orders']),
    );
    await migrations.apply();
    const add = (name: string, finished: boolean) =>
      pool.query(
        `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) SELECT '${name}', 'x', '${name}', CASE WHEN ${finished} THEN now() END`,
      );
    await add('20300101000000_their_next', true);
    await add('20300102000000_their_failure', false);
    const status = await migrations.status();
    expect(status).toMatchObject({ ok: true, drift: [], unknown: [], failed: [] });
    expect(status.foreign.map(({ object }) => object)).toContain('table orders');
    await migrations.requireCurrent();
    await migrations.rollback({ export: join(folder, 'of-theirs.jsonl') });
    await expect(migrations.apply()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('20300102000000_their_failure of the application') as string,
    });
    await pool.query(`UPDATE _prisma_migrations SET rolled_back_at = now() WHERE id = '20300102000000_their_failure'`);
    const [last = ''] = (await migrations.apply()).applied;
    await migrations.requireCurrent();
    await pool.query(
      `UPDATE _prisma_migrations SET migration_name = '2031_newer' WHERE migration_name = $1 AND rolled_back_at IS NULL`,
      [last],
    );
    expect(await migrations.status()).toMatchObject({ unknown: ['2031_newer'] });
  },
);

it.each([
  [{ rows: 'bills without an end', key: 'none' }, /no end of their bucket: b1, b2/],
  [{ rows: 'doubles', key: 'none' }, /same project, bucket and line item as another: b1/],
  // Each of them gets the same line item.
  [{ rows: 'doubles', key: 'none', costColumns: BUCKET }, /same project, bucket and line item as another: b1/],
  [{ enum: 'CostVersion' }, /called CostVersion/],
] as const)('refuses %o before anything is changed, and names the cause', async (change, cause) => {
  await makeForeign(database.pool, { ...PUSHED, ...change });
  const before = await dumpSchema(database.pool);
  const { done, problems } = await database.migrations.adopt();
  expect(done).toBe(false);
  expect(problems.join('\n')).toMatch(cause);
  expect(await dumpSchema(database.pool)).toBe(before);
});

it.each([
  ['ALTER TABLE cost_data RENAME COLUMN project_id TO "projectId"', /camelCase/],
  [
    `ALTER TABLE cost_data ALTER COLUMN cost TYPE double precision; UPDATE cost_data SET cost = 'NaN' WHERE id = 'c2'`,
    /1 row of cost_data has a value in cost that is NaN or infinite: c2/,
  ],
  [
    `ALTER TABLE cost_data ALTER COLUMN date TYPE timestamptz USING date AT TIME ZONE 'UTC'`,
    /a value in date that is not midnight UTC/,
  ],
  ['ALTER TABLE cost_data ALTER COLUMN cost TYPE text', /cost_data.cost is text instead of numeric/],
])('refuses other columns by name: %s', async (sql, cause) => {
  await makeForeign(database.pool, { ...PUSHED, key: 'none' });
  await database.pool.query(sql);
  const { done, problems } = await database.migrations.adopt();
  expect(done).toBe(false);
  expect(problems.join('\n')).toMatch(cause);
});

it.each([
  `ALTER TABLE cost_data ALTER COLUMN cost TYPE double precision; UPDATE cost_data SET cost = 0.1 WHERE id = 'c1'`,
  'ALTER TABLE cost_data ALTER COLUMN service TYPE varchar(191)',
  `UPDATE cost_data SET date = date_trunc('day', date); ALTER TABLE cost_data ALTER COLUMN date TYPE timestamptz(3) USING date AT TIME ZONE 'UTC'`,
  'ALTER TABLE cost_data ALTER COLUMN cost TYPE numeric(40, 30)',
  `ALTER TABLE cost_data ALTER COLUMN cost TYPE numeric; UPDATE cost_data SET cost = 0.1 WHERE id = 'c1'`,
])('takes over another type without a value saying anything else: %s', { tags: ['story'] }, async (sql) => {
  const { pool, migrations } = database;
  await makeForeign(pool, PUSHED);
  await pool.query(sql);
  const read = async () =>
    (
      await pool.query(
        `SELECT id, trim_scale(cost::text::numeric)::text AS cost, date::text::timestamp::text AS date, service FROM cost_data ORDER BY id`,
      )
    ).rows as unknown;
  const texts = async () => (await pool.query('SELECT cost::text FROM cost_data ORDER BY id')).rows as unknown;
  const [found, before, written] = [await dumpSchema(pool), await read(), await texts()];
  expect(await migrations.adopt()).toMatchObject({ done: true, problems: [] });
  await migrations.apply();
  expect(await read()).toEqual(before);
  const path = join(folder, `types-${performance.now()}.jsonl`);
  await migrations.rollback({ to: 'baseline', export: path });
  expect(await dumpSchema(pool)).toBe(found);
  expect(await read()).toEqual(before);
  expect(await texts()).toEqual(written);
});

it.each([
  { policy: 'add', sum: 1.4 },
  { policy: 'keep-last', sum: 1.1 },
] as const)(
  'makes one bill of duplicates with $policy, never adds an exact copy, and brings back what was not collected anew since',
  { tags: ['story'] },
  async ({ policy, sum }) => {
    const { pool, migrations } = database;
    await makeForeign(pool, { ...PUSHED, key: 'none' });
    // Of b1: an exact copy, and another amount that came later.
    await pool.query(`UPDATE cost_data SET cost = 0.3 WHERE id = 'b1'`);
    const again = (id: string, cost: number, of = 'b1') =>
      pool.query(
        `INSERT INTO cost_data SELECT r.* FROM cost_data c, jsonb_populate_record(c, jsonb_build_object('id', '${id}', 'cost', ${cost})) r WHERE c.id = '${of}'`,
      );
    await again('copy', 0.3);
    await again('later', 1.1);
    const rows = async (where = 'true') =>
      (await pool.query(`SELECT to_jsonb(c) - 'project_id' FROM cost_data c WHERE ${where} ORDER BY id`))
        .rows as unknown;
    // Of two bills of another month, one is restated, and the other is swept.
    const FEBRUARY = `bucket_start_time >= '2026-02-01'`;
    await pool.query(
      `UPDATE cost_data SET bucket_start_time = bucket_start_time + interval '1 month' WHERE id IN ('b2', 'b3')`,
    );
    await again('restated', 2, 'b2');
    await again('swept', 3, 'b3');
    const [before, others] = [await rows(), await rows(`(${FEBRUARY}) IS NOT TRUE`)];
    const choice = { policy, path: join(folder, `${policy}.jsonl`) };
    const asked = await migrations.adopt({ dryRun: true });
    expect(asked.problems.join()).toMatch(
      /--duplicates add, keep-last or stop: Jan 2026 USD \S+ as it is, \S+ with add, \S+ with keep-last/,
    );
    expect((await migrations.adopt({ duplicates: { ...choice, policy: 'stop' } })).done).toBe(false);
    expect(await rows()).toEqual(before);
    expect(await migrations.adopt({ duplicates: choice })).toMatchObject({ done: true, merged: 7 });
    const { rows: kept } = await pool.query(
      `SELECT id, cost::float8 AS cost FROM cost_data WHERE id IN ('b1', 'copy', 'later')`,
    );
    expect(kept).toEqual([{ id: 'later', cost: sum }]);
    expect((await readFile(choice.path, 'utf8')).match(/"id": ?"(?:b1|copy|later)"/g)).toHaveLength(3);
    await migrations.apply();
    await pool.query(`UPDATE cost_data SET cost = 9 WHERE id = 'restated'; DELETE FROM cost_data WHERE id = 'swept';
      INSERT INTO projects (id, team_id, name) SELECT 'linked', team_id, 'linked' FROM projects;
      UPDATE cost_data SET project_id = 'linked'; DELETE FROM projects WHERE id <> 'linked'`);
    const back = { to: 'baseline', export: join(folder, `${policy}-back.jsonl`) };
    await pool.query('CREATE VIEW reader AS SELECT modality FROM cost_data');
    await expect(migrations.rollback(back)).rejects.toThrow('reader');
    await pool.query('DROP VIEW reader');
    await migrations.rollback(back);
    expect(await rows(`(${FEBRUARY}) IS NOT TRUE`)).toEqual(others);
    expect((await pool.query(`SELECT id, cost::float8 AS cost FROM cost_data WHERE ${FEBRUARY}`)).rows).toEqual([
      { id: 'restated', cost: 9 },
    ]);
    // Which of them is the last one has not changed either.
    const january = ({ problems }: { problems: string[] }) => /Jan 2026 .*? keep-last/.exec(problems.join());
    expect(january(await migrations.adopt({ dryRun: true }))?.[0]).toBe(january(asked)?.[0]);
  },
);

it('merges duplicates of a database with a history before it migrates', { tags: ['story'] }, async () => {
  const { pool, migrations } = database;
  await migrations.apply();
  await migrations.rollback({ to: 'multi_org_support' });
  // A number of theirs tells the order also where a row was written anew, and lies behind the others.
  await pool.query(`ALTER TABLE cost_data ADD COLUMN seq bigserial;
    INSERT INTO teams VALUES ('t', 't'); INSERT INTO projects (id, team_id, name) VALUES ('p', 't', 'p');
    INSERT INTO cost_data (id, project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, cost)
    SELECT 'r' || n, 'p', 'costs_v1', '2026-01-01', '2026-01-02', 'a', 'USD', n FROM generate_series(1, 2) n;
    UPDATE cost_data SET service = 'a' WHERE id = 'r1'`);
  await expect(migrations.apply()).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('3 with add, 2 with keep-last') as string,
  });
  const path = join(folder, 'history.jsonl');
  expect(await migrations.apply({ duplicates: { policy: 'add', path } })).toMatchObject({ merged: 2 });
  expect((await pool.query('SELECT id, trim_scale(cost)::text AS cost FROM cost_data')).rows).toEqual([
    { id: 'r2', cost: '3' },
  ]);
});

it.each([
  ['currency', 'NULL', /no currency: r/],
  ['line_item', 'NULL', /no line_item: r/],
  ['bucket_end_time', 'NULL', /no begin or no end of their bucket: r/],
])(
  'names the bills without %s before it migrates a database with a history',
  { tags: ['story'] },
  async (column, value, cause) => {
    const { pool, migrations } = database;
    await migrations.apply();
    await migrations.rollback({ to: 'multi_org_support' });
    await pool.query(`INSERT INTO teams VALUES ('t', 't'); INSERT INTO projects (id, team_id, name) VALUES ('p', 't', 'p');
    INSERT INTO cost_data (id, project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, cost) VALUES ('r', 'p', 'costs_v1', '2026-01-01', '2026-01-02', 'a', 'USD', 1);
    UPDATE cost_data SET ${column} = ${value}`);
    await expect(migrations.apply()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(cause) as string,
    });
    expect((await migrations.status()).applied.at(-1)?.name).toMatch(/multi_org_support$/);
  },
);

it(
  'brings back what was exported where a key of another program closes a circle of tables',
  { tags: ['story'] },
  async () => {
    const { pool, migrations } = database;
    await makeForeign(pool, { ...PUSHED, keys: 'none', rows: 'none' });
    await fillBaseline(pool);
    await pool.query(
      `ALTER TABLE teams ADD COLUMN owner_id text REFERENCES users (id) ON DELETE SET NULL; UPDATE teams SET owner_id = 'u1'`,
    );
    await migrations.adopt();
    await migrations.apply();
    await fillEveryTable(pool);
    await pool.query('UPDATE restatements SET adopted = NULL');
    // The migration makes the organization of a project again.
    const tables = (await ourTables()).filter((name) => name !== 'organizations');
    const all = () => readRowsOf(pool, tables);
    const rows = await all();
    const path = join(folder, 'circle.jsonl');
    await migrations.rollback({ to: 'baseline', export: path });
    await migrations.adopt();
    await migrations.apply();
    await migrations.import({ path });
    expect(await all()).toEqual(rows);
  },
);

it('says of a deferrable key that nothing is collected beside it', async () => {
  await makeForeign(database.pool, { ...PUSHED, key: 'deferrable' });
  const { foreign } = await database.migrations.adopt({ dryRun: true });
  expect(foreign).toContainEqual({
    object: 'index bill_is_unique',
    stops: 'it is deferrable, and PostgreSQL lets nothing be collected beside one that is',
  });
});

it('names bills of which the next sync would lose one, as two projects are the same at the provider', async () => {
  const { pool, migrations } = database;
  await makeForeign(pool, PUSHED);
  await pool.query(`UPDATE projects SET ai_provider = 'openai', ai_organization_id = 'org-1', ai_project_id = 'proj_1';
    INSERT INTO projects (id, team_id, name, openai_project_id) VALUES ('p2', 't1', 'Search', 'proj_1');
    INSERT INTO cost_data SELECT (jsonb_populate_record(c, '{"id": "b2 of p2", "project_id": "p2", "cost": 9}')).* FROM cost_data c WHERE id = 'b2'`);
  const { done, problems } = await migrations.adopt();
  expect(done).toBe(false);
  expect(problems).toEqual([expect.stringMatching(/^1 row of cost_data has the same bucket .*: b2\. All of them: /)]);
  const { rows } = await pool.query(/All of them: (.*)$/.exec(problems[0] ?? '')?.[1] ?? '');
  expect(rows).toEqual([{ id: 'b2' }]);
  await pool.query(`UPDATE projects SET openai_project_id = NULL WHERE id = 'p2'`);
  expect(await migrations.adopt()).toMatchObject({ done: true });
});

it('keeps the sum where a trigger swallows what makes one bill of several', async () => {
  const { pool, migrations } = database;
  await makeForeign(pool, { ...PUSHED, key: 'none', rows: 'doubles' });
  await pool.query(`UPDATE cost_data SET cost = cost + 1 WHERE id LIKE 'd%';
    CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER swallow BEFORE UPDATE ON cost_data FOR EACH ROW EXECUTE FUNCTION swallow()`);
  const print = await printOf(database);
  const choice = { policy: 'add', path: join(folder, 'swallowed.jsonl') } as const;
  await expect(migrations.adopt({ duplicates: choice })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('A trigger or a rule of cost_data') as string,
    hint: expect.stringContaining('DISABLE TRIGGER swallow') as string,
  });
  expect(await printOf(database)).toEqual(print);
});

it('keeps no record of what goes with a column that was added', async () => {
  const { pool, migrations } = database;
  const costColumns = Object.keys(COST_COLUMNS).filter((name) => name !== 'currency');
  await makeForeign(pool, { ...PUSHED, costColumns });
  await migrations.adopt();
  expect((await pool.query(`SELECT DISTINCT currency FROM cost_data WHERE api_version = 'costs_v1'`)).rows).toEqual([
    { currency: 'USD' },
  ]);
  expect(
    (await pool.query(`SELECT FROM _prisma_migrations WHERE logs LIKE '%= NULL WHERE id::text IN%'`)).rows,
  ).toEqual([]);
});

it(
  'fills of adopted bills what is empty, and leaves what another program wrote, but for capitals of a currency',
  { tags: ['story'] },
  async () => {
    const { pool, migrations } = database;
    await makeForeign(pool, PUSHED);
    await pool.query(`UPDATE projects SET ai_provider = 'openai'; UPDATE cost_data SET model = 'theirs', currency = 'usd' WHERE id = 'b1';
    UPDATE cost_data SET currency = 'usd' WHERE bucket_start_time IS NULL;
    INSERT INTO projects (id, team_id, name, openai_project_id) VALUES ('p9', 't1', 'By its old id', 'proj_9');
    INSERT INTO cost_data SELECT (jsonb_populate_record(c, '{"id": "b9", "project_id": "p9", "model": null}')).* FROM cost_data c WHERE id = 'b2'`);
    const currencies = async () =>
      (await pool.query('SELECT id, currency FROM cost_data ORDER BY 1')).rows as { id: string }[];
    const models = async () =>
      (await pool.query('SELECT id, model FROM cost_data ORDER BY 1')).rows as { id: string }[];
    await pool.query(`UPDATE cost_data SET model = NULL WHERE id IN ('b2', 'b3')`);
    const [found, foundModels] = [await currencies(), await models()];
    await migrations.adopt();
    const printed = (await migrations.diff()).sql;
    await migrations.apply();
    expect(printed).toContain('model = coalesce(c.model, r.model)');
    const { rows } = await pool.query(
      `SELECT id, model, token_type FROM cost_data WHERE id IN ('b1', 'b2', 'b9') ORDER BY 1`,
    );
    expect(rows).toEqual([
      { id: 'b1', model: 'theirs', token_type: 'uncached_input_tokens' },
      { id: 'b2', model: 'gpt-4o', token_type: 'uncached_input_tokens' },
      { id: 'b9', model: 'gpt-4o', token_type: 'uncached_input_tokens' },
    ]);
    const capital = found.map((row) => (row.id === 'b1' ? { ...row, currency: 'USD' } : row));
    expect(await currencies()).toEqual(capital);
    await pool.query(`UPDATE cost_data SET model = 'later' WHERE id = 'b3'`);
    await migrations.rollback({ to: 'baseline', export: join(folder, 'currencies.jsonl') });
    expect(await currencies()).toEqual(found);
    expect(await models()).toEqual(foundModels.map((row) => (row.id === 'b3' ? { ...row, model: 'later' } : row)));
  },
);

it(
  'leaves links in columns of the application as they are on the way back, and says how many',
  { tags: ['story'] },
  async () => {
    const { pool, migrations } = database;
    await makeForeign(pool, PUSHED);
    await pool.query(`UPDATE projects SET ai_provider = 'openai', ai_organization_id = 'org-1', ai_project_id = 'proj_1';
    INSERT INTO projects (id, team_id, name) VALUES ('p2', 't1', 'Search')`);
    await migrations.adopt();
    await migrations.apply();
    const projects = createProjectStore(database);
    const search = (await projects.list('t1')).find(({ id }) => id === 'p2');
    const triple = { provider: 'openai', organizationId: 'org-1', providerProjectId: 'proj_1' } as const;
    await projects.link(triple, { teamId: 't1', name: 'Search', project: search ?? null });
    await pool.query(`UPDATE cost_data SET list_cost = 7 WHERE id = 'b2'`);
    const linked = await readRowsOf(pool, ['projects', 'cost_data']);
    const path = join(folder, 'links.jsonl');
    expect(await migrations.rollback({ to: 'baseline', export: path })).toMatchObject({ relinked: 2 });
    expect(await pool.query(`SELECT DISTINCT project_id FROM cost_data WHERE api_version = 'costs_v1'`)).toMatchObject({
      rows: [{ project_id: 'p2' }],
    });
    await migrations.adopt();
    await migrations.apply();
    await migrations.import({ path });
    expect(await readRowsOf(pool, ['projects', 'cost_data'])).toEqual(linked);
  },
);

it('names the trigger that keeps rows from being completed, and the command that lets it', async () => {
  const { pool, migrations } = database;
  await makeForeign(pool, { ...PUSHED, rows: 'bills without a currency' });
  await pool.query(`CREATE FUNCTION "keep it"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER "keep it" BEFORE UPDATE ON cost_data FOR EACH ROW EXECUTE FUNCTION "keep it"()`);
  const found = await dumpSchema(pool);
  const refusal = { code: 'conflict', hint: expect.stringContaining('DISABLE TRIGGER "keep it"') as string };
  const error: unknown = await migrations.adopt().catch((reason: unknown) => reason);
  expect(error).toMatchObject(refusal);
  expect(await dumpSchema(pool)).toBe(found);
  await pool.query(/ALTER TABLE.*$/.exec((error as CostsError).hint ?? '')?.[0] ?? '');
  expect(await migrations.adopt()).toMatchObject({ done: true });
});

/** Adopt, migrate, write, go back, adopt and migrate again. @returns why it was refused */
async function story(schema: ForeignSchema): Promise<string[]> {
  const { pool, migrations } = database;
  await makeForeign(pool, schema);
  const [found, print] = [await dumpSchema(pool), await printOf(database)];
  const refused = async (problems: string[]) => {
    expect(problems.join('')).not.toBe('');
    expect(await dumpSchema(pool)).toBe(found);
    expect(await printOf(database)).toEqual(print);
    return problems;
  };
  const adopted = await migrations.adopt();
  if (!adopted.done) return refused(adopted.problems);
  expect(await printOf(database)).toEqual(print);
  await migrations.apply();
  expect(await printOf(database)).toEqual(print);
  expect(await migrations.status()).toMatchObject({ drift: [], failed: [], pending: [], ok: true });
  await migrations.requireCurrent();
  if (schema.rows !== 'none')
    await pool.query(`INSERT INTO cost_data (id, project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, cost)
      VALUES ('new', 'p1', 'costs_v1', '2026-03-01', '2026-03-02', 'x', 'USD', 1)`);
  await migrations.rollback({ to: 'baseline', export: join(folder, `${performance.now()}.jsonl`) });
  if (schema.rows !== 'none') await pool.query(`DELETE FROM cost_data WHERE id = 'new'`);
  expect(withoutLabels(await dumpSchema(pool))).toBe(withoutLabels(found));
  expect(await printOf(database)).toEqual(print);
  // Where the baseline alone was adopted, the way back ends there.
  if (!(await migrations.status()).history) await migrations.adopt();
  await migrations.apply();
  expect(await printOf(database)).toEqual(print);
  expect(await migrations.status()).toMatchObject({ drift: [], failed: [], pending: [], ok: true });
  return [];
}

/** A label that was added to an enum cannot be taken out of it again, and harms nobody. */
function withoutLabels(dump: string): string {
  return dump.replace(/,?costs_v1/g, '');
}

/** What every row of theirs says, by the columns that every state has. */
async function printOf({ pool }: Database): Promise<unknown> {
  const { rows } = await pool.query(
    `SELECT id, project_id, date::text, service, cost::text, to_jsonb(c) ->> 'api_version' AS version, to_jsonb(c) ->> 'bucket_start_time' AS start FROM cost_data c WHERE id <> 'new' ORDER BY id`,
  );
  return (rows as { version: string | null }[]).map((row) => ({ ...row, version: row.version ?? 'usage_v1' }));
}

async function empty(): Promise<void> {
  await database.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
}
