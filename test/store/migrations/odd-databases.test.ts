// @module-tag story

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import type { CostsError } from '../../../src/errors.js';
import type { Database } from '../../../src/store/database.js';
import type { AdoptOptions } from '../../../src/store/migrations/adopt.js';
import { openDatabase } from '../../../src/store/open.js';
import { createEmptyTarget } from '../../helpers/database.js';
import { dumpSchema } from '../../helpers/dump-schema.js';
import { runByPsql } from '../../helpers/psql.js';
import { suggestions } from '../../helpers/suggestions.js';

let database: Database;
let url: string;
let remove: () => Promise<void>;
let folder: string;
beforeAll(async () => {
  const made = await createEmptyTarget('postgresql');
  remove = made.remove;
  ({ url } = made.target as { url: string });
  database = await openDatabase(made.target);
  folder = await mkdtemp(join(tmpdir(), 'costs-odd-'));
});
beforeEach(() =>
  database.pool.query('DROP SCHEMA IF EXISTS before_costs CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public'),
);
afterAll(async () => {
  await database.close();
  await remove();
  await rm(folder, { recursive: true, force: true });
});

/** As `prisma db push` makes it of ids `@db.Uuid`, dates `@db.Timestamptz(6)` and amounts `Float`. */
const UUIDS = `
  CREATE TYPE "ApiVersion" AS ENUM ('usage_v1', 'costs_v1');
  CREATE TABLE "teams" ("id" UUID NOT NULL DEFAULT gen_random_uuid(), "name" VARCHAR(120) NOT NULL, CONSTRAINT "teams_pkey" PRIMARY KEY ("id"));
  CREATE TABLE "users" ("id" UUID NOT NULL, "team_id" UUID NOT NULL, "email" TEXT NOT NULL, "role" TEXT NOT NULL DEFAULT 'member', CONSTRAINT "users_pkey" PRIMARY KEY ("id"));
  CREATE TABLE "projects" ("id" UUID NOT NULL DEFAULT gen_random_uuid(), "team_id" UUID NOT NULL, "name" TEXT NOT NULL, "openai_project_id" TEXT, CONSTRAINT "projects_pkey" PRIMARY KEY ("id"));
  CREATE TABLE "cost_data" ("id" UUID NOT NULL DEFAULT gen_random_uuid(), "project_id" UUID NOT NULL, "date" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP, "service" TEXT NOT NULL,
    "cost" DOUBLE PRECISION NOT NULL, "api_version" "ApiVersion" NOT NULL DEFAULT 'usage_v1', "bucket_start_time" TIMESTAMPTZ(6), "bucket_end_time" TIMESTAMPTZ(6), "line_item" TEXT, "currency" TEXT,
    CONSTRAINT "PK_dbo.cost_data" PRIMARY KEY ("id"));
  CREATE UNIQUE INDEX "users_email_key" ON "users"("email");
  CREATE UNIQUE INDEX "projects_openai_project_id_key" ON "projects"("openai_project_id");
  CREATE UNIQUE INDEX "IX_dbo.cost_data" ON "cost_data"("project_id", "bucket_start_time", "bucket_end_time", "line_item", "api_version") WITH (fillfactor = 90);
  ALTER TABLE "users" ADD CONSTRAINT "users_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
  ALTER TABLE "projects" ADD CONSTRAINT "projects_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
  ALTER TABLE "cost_data" ADD CONSTRAINT "FK_dbo.cost_data_dbo.projects" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
  INSERT INTO teams VALUES ('11111111-1111-4111-8111-111111111111', 'acme');
  INSERT INTO users VALUES ('22222222-2222-4222-8222-222222222222', '11111111-1111-4111-8111-111111111111', 'a@example.com', 'admin');
  INSERT INTO projects SELECT ('33333333-3333-4333-8333-33333333333' || n)::uuid, '11111111-1111-4111-8111-111111111111', 'Search', 'proj_' || n FROM generate_series(1, 2) n;
  INSERT INTO cost_data (project_id, date, service, cost) SELECT ('33333333-3333-4333-8333-33333333333' || 1 + n % 2)::uuid, ('2025-03-07'::timestamp + n * interval '1 day') AT TIME ZONE 'America/New_York', 'gpt-4', n / 7.0::float8
    FROM generate_series(1, 5) n;
  INSERT INTO cost_data (project_id, service, date, cost, api_version, bucket_start_time, bucket_end_time, line_item) SELECT '33333333-3333-4333-8333-333333333331', 'gpt-4o', '2026-01-01 05:00+00', -n * 1e-9::float8, 'costs_v1',
    '2026-01-01 00:00+00'::timestamptz + n * interval '1 day', '2026-01-02 00:00+00'::timestamptz + n * interval '1 day', 'gpt-4o, "input"' FROM generate_series(1, 5) n;`;

/** Each column as text, so that every type compares. */
async function readAll(): Promise<unknown> {
  const tables = ['teams', 'users', 'projects', 'cost_data'];
  const read = async (table: string) => {
    const { rows } = await database.pool.query<{ row: Record<string, unknown> }>(
      `SELECT to_jsonb(t) AS row FROM ${table} t WHERE id::text NOT LIKE 'new%' ORDER BY id::text`,
    );
    return rows;
  };
  return Object.fromEntries(await Promise.all(tables.map(async (table) => [table, await read(table)] as const)));
}

/** Every fourth one: all of them are for `npm run test:long`. */
function some<T>(cases: readonly T[]): T[] {
  return cases.filter((_, index) => inject('long') || index % 4 === 0);
}

/** Adopt, migrate, collect, go back, and forward once more. */
async function story(sql: string, choices: AdoptOptions = {}, during = () => Promise.resolve()): Promise<void> {
  const { pool, migrations } = database;
  await pool.query(sql);
  const [schema, rows] = [await dumpSchema(pool), await readAll()];
  const planned = await migrations.adopt({ ...choices, dryRun: true });
  expect(planned.problems).toEqual([]);
  expect([await dumpSchema(pool), await readAll()]).toEqual([schema, rows]);
  expect(await migrations.adopt(choices)).toMatchObject({ done: true, problems: [] });
  await migrations.apply();
  expect(await migrations.status()).toMatchObject({ ok: true, drift: [] });
  await during();
  await pool.query(`INSERT INTO projects (id, team_id, name) SELECT 'new', id, 'new' FROM teams;
    INSERT INTO cost_data (id, project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, cost)
    SELECT 'new-' || n, id, 'costs_v1', '2026-03-01', '2026-03-02', 'x' || n, 'USD', 0.123456789012345678901234567891 FROM projects, generate_series(1, 2) n WHERE id = 'new'`);
  const path = join(folder, `${performance.now()}.jsonl`);
  await migrations.rollback({ to: 'baseline', export: path });
  expect(await dumpSchema(pool)).toBe(schema);
  expect(await readAll()).toEqual(rows);
  expect(await migrations.adopt(choices)).toMatchObject({ done: true, problems: [] });
  await migrations.apply();
  await migrations.import({ path });
  expect(await migrations.status()).toMatchObject({ ok: true });
}

it('takes over uuids, instants of a zone with summer time, and floats, with defaults that go on meaning the same', async () => {
  const { pool } = database;
  await story(UUIDS, { datesIn: 'America/New_York' }, async () => {
    const { rows } = await pool.query(
      `SELECT date::text, bucket_start_time::text AS start, trim_scale(cost)::text AS cost FROM cost_data ORDER BY date, start NULLS FIRST`,
    );
    expect(rows.slice(0, 3)).toEqual([
      { date: '2025-03-08 00:00:00', start: null, cost: '0.14285714285714285' },
      { date: '2025-03-09 00:00:00', start: null, cost: '0.2857142857142857' },
      { date: '2025-03-10 00:00:00', start: null, cost: '0.42857142857142855' },
    ]);
    expect(rows.at(-1)).toMatchObject({
      date: '2026-01-01 00:00:00',
      start: '2026-01-06 00:00:00',
      cost: '-0.000000005',
    });
    // An old writer that leaves id and date to the database, in a session of its own.
    const now = await pool.query(`SET LOCAL TimeZone = 'Asia/Tokyo'; INSERT INTO cost_data (project_id, service, cost)
      SELECT id, 'late', 1 FROM projects LIMIT 1; SELECT abs(extract(epoch FROM date - (CURRENT_TIMESTAMP AT TIME ZONE 'America/New_York'))) < 60 AS same, id FROM cost_data WHERE service = 'late';
      DELETE FROM cost_data WHERE service = 'late'`);
    expect((now as unknown as { rows: unknown[] }[])[2]?.rows).toEqual([
      { same: true, id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string },
    ]);
  });
});

const OLD = `
  CREATE TABLE teams (id text PRIMARY KEY, name text NOT NULL);
  CREATE TABLE users (id text PRIMARY KEY, team_id text NOT NULL, email text NOT NULL, role text NOT NULL);
  CREATE TABLE projects (id text PRIMARY KEY, team_id text NOT NULL, name text NOT NULL);
  CREATE TABLE cost_data (id text PRIMARY KEY, project_id text NOT NULL, date timestamp(3) NOT NULL, service text NOT NULL, cost numeric(65,30) NOT NULL);
  INSERT INTO teams VALUES ('t1', 'acme'); INSERT INTO users VALUES ('u1', 't1', 'a@example.com', 'admin'); INSERT INTO projects VALUES ('p1', 't1', 'Search'), ('p2', 't1', 'Search');
  INSERT INTO cost_data SELECT 'c' || n, 'p1', timestamp '2025-01-01' + n * interval '1 day', 'gpt-4', n * 1.000000000000000000000000000001 FROM generate_series(1, 5) n;`;

const BILLS = `${OLD} CREATE TYPE "ApiVersion" AS ENUM ('usage_v1', 'costs_v1'); ALTER TABLE cost_data ADD COLUMN api_version "ApiVersion" NOT NULL DEFAULT 'usage_v1',
    ADD bucket_start_time timestamp(3), ADD bucket_end_time timestamp(3), ADD line_item text, ADD currency text;
  UPDATE cost_data SET api_version = 'costs_v1', bucket_start_time = date, bucket_end_time = date + interval '1 day', line_item = 'gpt-4' WHERE id = 'c5';`;

/** Where these constraints have names: of one that a copy has as well, and one that was never validated. */
const NEVER_NULL = `CREATE TABLE copy (LIKE cost_data INCLUDING ALL);
  DO $$ BEGIN IF current_setting('server_version_num')::int >= 180000 THEN
    ALTER TABLE cost_data ALTER COLUMN service DROP NOT NULL;
    ALTER TABLE cost_data ADD CONSTRAINT "of, service" NOT NULL service NOT VALID;
  END IF; END $$;`;

it.each(
  some([
    // No foreign key, and no key of emails: relationMode = "prisma".
    ['no keys at all, and columns that are never null by other names', `${OLD} ${NEVER_NULL}`],
    [
      'a version that is null in every old row',
      `${OLD} CREATE TYPE "ApiVersion" AS ENUM ('costs_v1', 'usage_v1', 'costs_v2'); ALTER TABLE cost_data ADD COLUMN api_version "ApiVersion"; UPDATE cost_data SET api_version = 'usage_v1' WHERE id = 'c3'`,
    ],
    [
      'nulls where we have none',
      `${OLD} ALTER TABLE users ALTER COLUMN role DROP NOT NULL; ALTER TABLE cost_data ALTER COLUMN cost DROP NOT NULL, ALTER COLUMN project_id DROP NOT NULL`,
    ],
    [
      'versions as texts that a check holds to labels',
      `${OLD} ALTER TABLE cost_data ADD COLUMN api_version text DEFAULT 'usage_v1' CHECK (api_version IN ('usage_v1', 'costs_v1') AND service <> 'api_version'), ADD bucket_start_time timestamp, ADD bucket_end_time timestamp, ADD line_item text;
     CREATE UNIQUE INDEX bill ON cost_data (project_id, bucket_start_time, bucket_end_time, line_item, api_version);
     UPDATE cost_data SET api_version = 'costs_v1', bucket_start_time = date, bucket_end_time = date + interval '1 day', line_item = id WHERE id <> 'c1'; UPDATE cost_data SET api_version = NULL WHERE id = 'c1'`,
    ],
    [
      'versions as padded texts, and roles as labels',
      `${OLD} ALTER TABLE cost_data ADD COLUMN api_version char(12) NOT NULL DEFAULT 'usage_v1'; CREATE TYPE "Role, of us" AS ENUM ('admin', 'mem, ber');
     INSERT INTO users VALUES ('u2', 't1', 'b@example.com', 'mem, ber'); ALTER TABLE users ALTER COLUMN role TYPE "Role, of us" USING role::"Role, of us", ALTER COLUMN role SET DEFAULT 'mem, ber'`,
    ],
    ['days as dates', `${OLD} ALTER TABLE cost_data ALTER COLUMN date TYPE date`],
    [
      'amounts as integers',
      `${OLD} UPDATE cost_data SET cost = trunc(cost); ALTER TABLE cost_data ALTER COLUMN cost TYPE integer`,
    ],
    [
      'amounts in cents of two decimals',
      `${OLD} UPDATE cost_data SET cost = -round(cost, 2); ALTER TABLE cost_data ALTER COLUMN cost TYPE numeric(12,2)`,
    ],
    [
      'numbers as ids',
      `${OLD} CREATE SEQUENCE cost_data_id_seq START 2147483640 OWNED BY cost_data.id; ALTER TABLE cost_data ALTER COLUMN id TYPE bigint USING 9223372036854775800 + substr(id, 2)::int, ALTER COLUMN id SET DEFAULT nextval('cost_data_id_seq');
     ALTER TABLE projects ALTER COLUMN id TYPE integer USING -substr(id, 2)::int; ALTER TABLE cost_data ALTER COLUMN project_id TYPE integer USING -substr(project_id, 2)::int; ALTER TABLE cost_data ADD FOREIGN KEY (project_id) REFERENCES projects`,
    ],
    [
      'instants that are midnights of UTC',
      `${OLD} ALTER TABLE cost_data ALTER COLUMN date TYPE timestamptz USING date AT TIME ZONE 'UTC', ALTER COLUMN date SET DEFAULT now()`,
    ],
    [
      'foreign keys that delete, that set null and that were never checked, under our names and others',
      `${OLD} ALTER TABLE users ADD FOREIGN KEY (team_id) REFERENCES teams; ALTER TABLE projects ADD CONSTRAINT "of team" FOREIGN KEY (team_id) REFERENCES teams ON DELETE SET NULL NOT VALID;
     ALTER TABLE cost_data ADD FOREIGN KEY (project_id) REFERENCES projects ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED`,
    ],
    [
      'triggers and keys of theirs that wait for the end of a transaction',
      `${BILLS} UPDATE cost_data SET currency = NULL; CREATE TABLE orders (project text REFERENCES projects DEFERRABLE INITIALLY DEFERRED, bill text REFERENCES cost_data DEFERRABLE INITIALLY DEFERRED);
     CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
     CREATE CONSTRAINT TRIGGER seen AFTER INSERT OR UPDATE OR DELETE ON cost_data DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION seen()`,
    ],
    [
      'a schema-wide view beside it',
      `${OLD} CREATE VIEW totals AS SELECT project_id, sum(cost) AS cost FROM cost_data GROUP BY 1`,
    ],
    [
      'attempts of another program to log in',
      `${OLD} CREATE TABLE login_attempts (id text PRIMARY KEY, email text NOT NULL, created_at timestamptz NOT NULL DEFAULT now()); INSERT INTO login_attempts VALUES ('l1', 'a@example.com')`,
    ],
  ]),
)('adopts %s, and leads back to it', async (_, sql) => {
  await story(sql);
});

it.each([
  [
    'dates of an unnamed zone',
    `${OLD} ALTER TABLE cost_data ALTER COLUMN date TYPE timestamptz USING date AT TIME ZONE 'Europe/Berlin'`,
    {},
    /5 rows of cost_data .* --dates-in ZONE\): c1, c2/,
  ],
  [
    'an hour that comes twice',
    `${OLD} ALTER TABLE cost_data ALTER COLUMN date TYPE timestamptz USING '2026-10-25T00:30Z'`,
    { datesIn: 'Europe/Berlin' },
    /comes twice in Europe\/Berlin/,
  ],
  [
    'microseconds',
    `${OLD} ALTER TABLE cost_data ALTER COLUMN date TYPE timestamp; UPDATE cost_data SET date = '2026-01-01 00:00:00.000001' WHERE id = 'c1'`,
    {},
    /parts of a millisecond: c1/,
  ],
  [
    'a day without end',
    `${OLD} UPDATE cost_data SET date = 'infinity' WHERE id = 'c2'; ALTER TABLE cost_data ALTER COLUMN date TYPE date`,
    {},
    /is infinite: c2/,
  ],
  [
    'a float that is too small',
    `${OLD} ALTER TABLE cost_data ALTER COLUMN cost TYPE float8; UPDATE cost_data SET cost = 1e-40 WHERE id = 'c4'`,
    {},
    /more than 30 decimals.*: c4/,
  ],
  [
    'an amount that is too long',
    `${OLD} ALTER TABLE cost_data ALTER COLUMN cost TYPE numeric; UPDATE cost_data SET cost = 0.1234567890123456789012345678901 WHERE id = 'c4'`,
    {},
    /more than 30 decimals.*: c4/,
  ],
  [
    'a view of a column that is converted',
    `${OLD} ALTER TABLE cost_data ALTER COLUMN cost TYPE float8; CREATE VIEW totals AS SELECT sum(cost) FROM cost_data`,
    {},
    /cost_data.cost cannot become another type while this reads it: view totals/,
  ],
  [
    'rows of ours in a column of theirs',
    `${OLD} CREATE TABLE versions (id int, "all" cost_data[])`,
    {},
    /the column "all" of versions keeps whole rows of cost_data/,
  ],
  [
    'an index by which replication tells rows, and which takes no nulls',
    `${OLD} CREATE UNIQUE INDEX replica ON cost_data (id, date); ALTER TABLE cost_data REPLICA IDENTITY USING INDEX replica`,
    {},
    /cost_data\.date is part of replica, by which replication tells rows/,
  ],
  [
    'versions of a type in another schema',
    `CREATE SCHEMA before_costs; CREATE TYPE before_costs."ApiVersion" AS ENUM ('usage_v1', 'costs_v1'); ${OLD} ALTER TABLE cost_data ADD api_version before_costs."ApiVersion"`,
    {},
    /the type of cost_data\.api_version is before_costs\."ApiVersion", of another schema: move it .*\(ALTER TYPE before_costs\."ApiVersion" SET SCHEMA "public"\)/,
  ],
  [
    'a type that a publication reads',
    `${OLD} ALTER TABLE cost_data ALTER COLUMN cost TYPE float8; DROP PUBLICATION IF EXISTS dear; DO $$ BEGIN IF current_setting('server_version_num')::int >= 150000 THEN
       EXECUTE 'CREATE PUBLICATION dear FOR TABLE cost_data (id, cost)'; ELSE EXECUTE 'CREATE VIEW dear AS SELECT id, cost FROM cost_data'; END IF; END $$`,
    {},
    /cost_data\.cost cannot become another type while this reads it: .*dear/,
  ],
  [
    'a version that is no label',
    `${OLD} ALTER TABLE cost_data ADD COLUMN api_version varchar(20) DEFAULT 'usage_v1'; UPDATE cost_data SET api_version = 'Costs_v1' WHERE id = 'c3'`,
    {},
    /api_version that is neither usage_v1 nor costs_v1 .*: c3/,
  ],
  [
    'an index of some versions',
    `${OLD} ALTER TABLE cost_data ADD COLUMN api_version text; CREATE INDEX bills ON cost_data (date) WHERE api_version = 'costs_v1'`,
    {},
    /cost_data\.api_version cannot become another type while this reads it: index bills/,
  ],
  [
    'a key of another table to uuids',
    `${UUIDS} CREATE TABLE orders (id int, project uuid REFERENCES projects (id))`,
    { datesIn: 'UTC' },
    /orders\.orders_project_fkey is not ours/,
  ],
  [
    'rows without their project',
    `${OLD} INSERT INTO cost_data VALUES ('lost', 'nowhere', now(), 'x', 1)`,
    {},
    /a project_id that no row of projects has: lost/,
  ],
  [
    'two users of one email',
    `${OLD} INSERT INTO users VALUES ('u2', 't1', 'a@example.com', 'admin')`,
    {},
    /the same email as another: u1, u2/,
  ],
  [
    'users of no team',
    `${OLD} ALTER TABLE users DROP COLUMN team_id`,
    {},
    /no team_id, because the column is missing; add it \(ALTER TABLE "users" ADD COLUMN "team_id" text\) and fill it: u1/,
  ],
  [
    'an amount that is null',
    `${OLD} ALTER TABLE cost_data ALTER COLUMN cost DROP NOT NULL; UPDATE cost_data SET cost = NULL WHERE id = 'c5'`,
    {},
    /no value in cost: c5/,
  ],
  [
    'a table of theirs under our name',
    `${OLD} CREATE TABLE runs (id int PRIMARY KEY, started_at timestamptz)`,
    {},
    /runs is a table of another program/,
  ],
  [
    'a table of theirs that was renamed, whose key kept our name',
    `${OLD} CREATE TABLE api_keys (id int CONSTRAINT api_keys_pkey PRIMARY KEY); ALTER TABLE api_keys RENAME TO model_keys`,
    {},
    /api_keys_pkey is an index of the table model_keys, .*\(ALTER INDEX "api_keys_pkey" RENAME TO "api_keys_pkey_other"\)/,
  ],
  ['a view under our name', `${OLD} CREATE VIEW organizations AS SELECT 1 AS id`, {}, /organizations is a view/],
  [
    'a team id in camelCase',
    `${OLD} ALTER TABLE projects RENAME COLUMN team_id TO "teamId"`,
    {},
    /projects\.teamId is named in camelCase/,
  ],
  [
    'partitions',
    OLD.replace(
      /CREATE TABLE cost_data \(([^;]*)\);/,
      'CREATE TABLE cost_data ($1) PARTITION BY RANGE (id); CREATE TABLE cost_data_all PARTITION OF cost_data DEFAULT;',
    ),
    {},
    /cost_data is partitioned/,
  ],
  ['children of the table', `${OLD} CREATE TABLE cost_data_2024 () INHERITS (cost_data)`, {}, /cost_data is inherited/],
  [
    'children of a table that shows each role its rows',
    `${OLD} CREATE TABLE cost_data_2024 () INHERITS (cost_data); ALTER TABLE cost_data ENABLE ROW LEVEL SECURITY`,
    {},
    /cost_data is inherited .* create again what a copy does not have: row security, .* refer to it$/,
  ],
  [
    'children of a table that others may read',
    `${OLD} CREATE TABLE cost_data_2024 () INHERITS (cost_data); GRANT SELECT ON cost_data TO PUBLIC`,
    {},
    /cost_data is inherited .* create again what a copy does not have: row security, .* refer to it$/,
  ],
  ['a table that a crash empties', `${OLD} ALTER TABLE cost_data SET UNLOGGED`, {}, /cost_data is unlogged/],
  [
    'numbers that number themselves',
    `${OLD} ALTER TABLE cost_data DROP COLUMN id; ALTER TABLE cost_data ADD COLUMN id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY`,
    {},
    /cost_data\.id numbers itself as an identity column/,
  ],
  [
    'a type of another program under our name',
    `${OLD} CREATE TYPE "ApiVersion" AS ENUM ('v1', 'v2')`,
    {},
    /the type ApiVersion is another program's/,
  ],
  ['a composite type under our name', `${OLD} CREATE TYPE budgets AS (amount int)`, {}, /budgets is a type/],
  [
    'a function under our name',
    `${OLD} CREATE FUNCTION costs_register_organization() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    {},
    /costs_register_organization\(\) is a function of another program/,
  ],
  [
    'a bill that a row of theirs refers to and that shares its key',
    `${BILLS} INSERT INTO cost_data SELECT r.* FROM cost_data c, jsonb_populate_record(c, '{"id": "again"}') r WHERE c.id = 'c5';
     CREATE SCHEMA before_costs; CREATE TABLE before_costs.notes (bill text REFERENCES cost_data ON DELETE CASCADE); INSERT INTO before_costs.notes VALUES ('c5')`,
    { duplicates: { policy: 'add', path: 'unwritten.jsonl' } },
    /1 row of before_costs\.notes has a bill that shares its key and may not stay/,
  ],
  [
    'bills of two currencies that share a key',
    `${BILLS} INSERT INTO cost_data SELECT r.* FROM cost_data c, jsonb_populate_record(c, '{"id": "again", "currency": "EUR"}') r WHERE c.id = 'c5'`,
    { duplicates: { policy: 'keep-last', path: 'unwritten.jsonl' } },
    /2 rows of cost_data have another currency than one with the same project, bucket and line item .*: again, c5/,
  ],
] as const)('refuses %s before anything is changed, and names the cause', async (_, sql, choices, cause) => {
  const { pool, migrations } = database;
  await pool.query(sql);
  const before = [await dumpSchema(pool), await readAll()];
  const { done, problems, sql: printed } = await migrations.adopt(choices);
  expect({ done, problems: problems.join('\n'), printed }).toEqual({
    done: false,
    problems: expect.stringMatching(cause) as string,
    printed: '',
  });
  const difference = (await migrations.diff()).sql;
  if (difference.includes('-- Not by')) expect(difference).not.toMatch(/^(?!--)/m);
  expect([await dumpSchema(pool), await readAll()]).toEqual(before);
});

it('names the schema of versions that the path finds beside that of the tables', async () => {
  const alter = (path: string) => `ALTER DATABASE "${new URL(url).pathname.slice(1)}" ${path}`;
  await database.pool.query(
    `CREATE TYPE "ApiVersion" AS ENUM ('usage_v1', 'costs_v1'); CREATE SCHEMA before_costs; SET search_path = before_costs, public;
     ${OLD} ALTER TABLE cost_data ADD api_version "ApiVersion"; RESET search_path; ${alter('SET search_path = before_costs, public')}`,
  );
  const other = await openDatabase({ kind: 'postgresql', url });
  expect((await other.migrations.adopt()).problems.join()).toMatch(
    /the type of cost_data\.api_version is public\."ApiVersion", .*\(ALTER TYPE public\."ApiVersion" SET SCHEMA "before_costs"\)/,
  );
  await other.close();
  await database.pool.query(alter('RESET search_path'));
});

const TRIMS = `CREATE FUNCTION trimmed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.service := btrim(NEW.service); RETURN NEW; END';
  CREATE TRIGGER trimmed BEFORE UPDATE ON cost_data FOR EACH ROW EXECUTE FUNCTION trimmed()`;
const DELETES = `CREATE RULE gone AS ON UPDATE TO cost_data DO ALSO DELETE FROM cost_data WHERE id = 'c1'`;

it.each([
  [TRIMS, /DISABLE TRIGGER trimmed/],
  [DELETES, /DISABLE RULE gone/],
])('migrates no bill that %s would change as it is filled, and names what switches that off', async (theirs, way) => {
  const { pool, migrations } = database;
  await pool.query(`${BILLS} ALTER TABLE projects ADD ai_provider text DEFAULT 'openai';
    UPDATE cost_data SET service = ' padded ', currency = 'USD', line_item = 'gpt-5-' || id || ', input'; ${theirs}`);
  const rows = await readAll();
  await migrations.adopt();
  const before = await readAll();
  expect(before).toMatchObject(rows as object);
  const refused = await migrations.apply().then(() => 'applied', String);
  expect(refused).toMatch(/line_items_read failed.*A trigger or a rule of cost_data changes what is written to it/);
  expect(refused).toMatch(way);
  expect(await readAll()).toMatchObject(before as object);
  for (const sql of /ALTER TABLE \S+ DISABLE \w+ \w+/.exec(refused) ?? []) await pool.query(sql);
  await migrations.apply();
  expect(await migrations.status()).toMatchObject({ ok: true });
  expect(await readAll()).toMatchObject(before as object);
});

it.each([
  [
    'microseconds',
    `${OLD} ALTER TABLE cost_data ALTER COLUMN date TYPE timestamp; UPDATE cost_data SET date = '2026-01-01 00:00:00.000001'`,
    /parts of a millisecond/,
  ],
  [
    'a day of another zone',
    `${OLD} ALTER TABLE cost_data ALTER COLUMN date TYPE timestamptz; UPDATE cost_data SET date = '2026-01-01 00:00+02'`,
    /not midnight UTC/,
  ],
  [
    'too many decimals',
    `${OLD} ALTER TABLE cost_data ALTER COLUMN cost TYPE numeric; UPDATE cost_data SET cost = 0.1234567890123456789012345678901`,
    /more than 30 decimals/,
  ],
  [
    'what a trigger trims',
    `${BILLS} UPDATE cost_data SET service = ' padded ', currency = NULL; ${TRIMS}`,
    /trigger or a rule of cost_data changes what is written/,
  ],
  [
    'what a rule deletes',
    `${BILLS} UPDATE cost_data SET currency = NULL; ${DELETES}`,
    /trigger or a rule of cost_data changes what is written[\s\S]*DISABLE RULE gone/,
  ],
  [
    'what a trigger trims as a migration fills bills',
    `${BILLS} ALTER TABLE projects ADD ai_provider text DEFAULT 'openai';
     UPDATE cost_data SET service = ' padded ', currency = 'USD', line_item = 'gpt-5-' || id || ', input'; ${TRIMS}`,
    /trigger or a rule of cost_data changes what is written/,
  ],
])('prints no difference that would change %s', async (_, sql, cause) => {
  const { pool, migrations } = database;
  await pool.query(sql);
  const before = await readAll();
  expect(await runByPsql(url, (await migrations.diff()).sql)).toMatch(cause);
  expect(await readAll()).toMatchObject(before as object);
});

it.each(
  some([
    [
      'amounts as texts',
      `${OLD} ALTER TABLE cost_data ALTER COLUMN cost TYPE text, ALTER COLUMN cost SET DEFAULT '0.1'`,
    ],
    ['amounts as money', `${OLD} ALTER TABLE cost_data ALTER COLUMN cost TYPE money`],
    [
      'instants as texts',
      `${OLD} ALTER TABLE cost_data ALTER COLUMN date TYPE text; UPDATE cost_data SET date = '2025-01-04T01:00:00.000+01:00' WHERE id = 'c3'; UPDATE cost_data SET date = '2025-01-05' WHERE id = 'c4'`,
    ],
    [
      'days as numbers',
      `${OLD} ALTER TABLE cost_data ALTER COLUMN date TYPE integer USING to_char(date, 'YYYYMMDD')::integer`,
    ],
    [
      'seconds since 1970',
      `${OLD} ALTER TABLE cost_data ALTER COLUMN date TYPE double precision USING extract(epoch FROM date)`,
    ],
    [
      'milliseconds since 1970',
      `${OLD} ALTER TABLE cost_data ALTER COLUMN date TYPE bigint USING extract(epoch FROM date)::bigint * 1000, ALTER COLUMN date SET DEFAULT 1000 * extract(epoch FROM now())::bigint`,
    ],
    [
      'amounts of a type of their own',
      `${OLD} CREATE DOMAIN "An amount" AS numeric(65,30) CHECK (VALUE < 1000); ALTER TABLE cost_data ALTER COLUMN cost TYPE "An amount"`,
    ],
    [
      'amounts computed from cents',
      `${OLD} ALTER TABLE cost_data ADD COLUMN cents bigint NOT NULL DEFAULT 7; ALTER TABLE cost_data DROP COLUMN cost; ALTER TABLE cost_data ADD COLUMN cost numeric(65,30) NOT NULL GENERATED ALWAYS AS (cents / 100.0) STORED`,
    ],
    ['labels in capitals', BILLS.replaceAll('usage_v1', 'USAGE_V1').replaceAll('costs_v1', 'COSTS_V1')],
    [
      'line items that are equal whatever their case',
      `${BILLS} CREATE COLLATION "No Case" (provider = icu, locale = 'und-u-ks-level2', deterministic = false); ALTER TABLE cost_data ALTER COLUMN line_item TYPE varchar(90) COLLATE "No Case", ALTER COLUMN id TYPE text COLLATE "No Case"`,
    ],
    [
      'versions of a type in another schema',
      `CREATE SCHEMA before_costs; CREATE TYPE before_costs."ApiVersion" AS ENUM ('usage_v1', 'costs_v1'); ${OLD} ALTER TABLE cost_data ADD api_version before_costs."ApiVersion"`,
    ],
    [
      'an index by which replication tells rows',
      `${OLD} CREATE UNIQUE INDEX "Replica" ON cost_data (id, service); ALTER TABLE cost_data REPLICA IDENTITY USING INDEX "Replica"`,
    ],
    [
      'an index in place of a key',
      `${OLD} ALTER TABLE cost_data DROP CONSTRAINT cost_data_pkey; CREATE UNIQUE INDEX cost_data_pkey ON cost_data (id)`,
    ],
    ['a key of another name', `${OLD} ALTER TABLE users RENAME COLUMN id TO "User"`],
    [
      'a key of two columns',
      `${OLD} ALTER TABLE cost_data DROP CONSTRAINT cost_data_pkey, ADD CONSTRAINT "PK" PRIMARY KEY (id, date)`,
    ],
    ['a table that a crash empties', `${OLD} ALTER TABLE cost_data SET UNLOGGED`],
    [
      'a check under the name of a key of ours',
      `${OLD} ALTER TABLE users ADD CONSTRAINT users_team_id_fkey CHECK (true)`,
    ],
    ['an index of theirs under our name', `${OLD} CREATE INDEX cost_data_bucket_key ON cost_data (service)`],
    [
      'a key whose building broke off',
      `${OLD} ALTER TABLE cost_data ADD COLUMN bucket_start_time timestamp(3), ADD bucket_end_time timestamp(3), ADD line_item text; ALTER TABLE cost_data ADD COLUMN api_version text;
     CREATE UNIQUE INDEX cost_data_bucket_key ON cost_data (project_id, bucket_start_time, bucket_end_time, line_item, api_version);
     UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'cost_data_bucket_key'::regclass`,
    ],
    [
      'partitions',
      OLD.replace(
        /CREATE TABLE cost_data \(id text PRIMARY KEY([^;]*)\);/,
        `CREATE SCHEMA before_costs; CREATE TABLE cost_data (id text$1, PRIMARY KEY (id, date), FOREIGN KEY (project_id) REFERENCES projects, year text GENERATED ALWAYS AS (left(id, 1)) STORED)
           PARTITION BY RANGE (date); CREATE TABLE cost_data_all PARTITION OF cost_data DEFAULT;`,
      ),
    ],
    ['children of the table', `${OLD} CREATE TABLE cost_data_2024 () INHERITS (cost_data)`],
  ]),
)('adopts %s once the statement was run that it names, and no value is another one', async (_, sql) => {
  const { pool, migrations } = database;
  await pool.query(sql);
  const sums = async () => {
    const { rows } = await pool.query<Record<string, unknown>>(
      `SELECT id, cost::numeric(65,30) AS cost, service,
         CASE WHEN date::text ~ '^[0-9]{10,}$' THEN timestamp 'epoch' + left(date::text, 10)::bigint * interval '1 second' ELSE date::text::timestamptz AT TIME ZONE 'UTC' END AS date
       FROM cost_data ORDER BY id`,
    );
    return rows;
  };
  const before = await sums();
  let { problems } = await migrations.adopt();
  for (let round = 0; round < 3 && problems.length > 0; round++) {
    const [statement] = suggestions(problems.join('\n'));
    expect(statement, problems.join('\n')).toBeDefined();
    expect(await runByPsql(url, `SET TimeZone = 'America/New_York'; ${statement ?? ''};`)).toBe('');
    ({ problems } = await migrations.adopt());
  }
  expect(problems).toEqual([]);
  await migrations.apply();
  expect(await migrations.status()).toMatchObject({ ok: true, drift: [] });
  expect(await sums()).toEqual(before);
});

it.each([
  [
    'a collation by which other texts are equal',
    `CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
     ALTER TABLE cost_data ALTER COLUMN line_item TYPE text COLLATE nocase`,
    'cost_data.line_item has the collation nocase, by which texts that differ are equal. Nothing was changed.',
  ],
  [
    'a renamed table whose key has the name of one of ours',
    'CREATE TABLE api_keys (id int CONSTRAINT api_keys_pkey PRIMARY KEY); ALTER TABLE api_keys RENAME TO model_keys',
    'api_keys_pkey is an index of the table model_keys, and costs needs one of this name. Nothing was changed.',
  ],
])('migrates nothing where there is %s since the adoption, until that is mended as told', async (_, sql, message) => {
  const { pool, migrations } = database;
  await pool.query(`${BILLS} ALTER TABLE projects ADD ai_provider text DEFAULT 'openai'`);
  await migrations.adopt();
  await pool.query(sql);
  const before = [await dumpSchema(pool), await readAll()];
  const refused = await migrations.apply().then(
    () => null,
    (error: unknown) => error as CostsError,
  );
  expect(refused).toMatchObject({ code: 'conflict', message });
  expect([await dumpSchema(pool), await readAll()]).toEqual(before);
  for (const way of suggestions(refused?.hint ?? '')) await runByPsql(url, `${way};`);
  await migrations.apply();
  expect(await migrations.status()).toMatchObject({ ok: true, drift: [] });
});

it.each([
  ['a text that is no number', 'cost', '1,5'],
  ['a day that depends on a setting', 'date', '03/04/2025'],
  ['parts of a microsecond', 'date', '2025-01-01T00:00:00.0000001Z'],
])('names no statement that would change %s', async (_, column, value) => {
  const { pool, migrations } = database;
  await pool.query(`${OLD} ALTER TABLE cost_data ALTER COLUMN ${column} TYPE text`);
  await pool.query(`UPDATE cost_data SET ${column} = $1 WHERE id = 'c2'`, [value]);
  const before = [await dumpSchema(pool), await readAll()];
  const [statement] = suggestions((await migrations.adopt()).problems.join('\n'));
  expect(await runByPsql(url, `${statement ?? ''};`)).toMatch(/ERROR/);
  expect([await dumpSchema(pool), await readAll()]).toEqual(before);
});

it('knows the zones that it is told, and tables that are elsewhere or in camelCase', async () => {
  const { pool, migrations } = database;
  await pool.query('CREATE TABLE "CostData" (id int)');
  await expect(migrations.adopt()).rejects.toMatchObject({
    code: 'schema',
    message: expect.stringContaining('"CostData"') as string,
  });
  await pool.query(
    'DROP TABLE "CostData"; CREATE TABLE tasks (id int, project_id int, cost float8); CREATE TABLE "Cost Entries" (id int, "projectId" int, date date, service text, cost float8)',
  );
  await expect(migrations.adopt()).rejects.toMatchObject({
    hint: expect.stringContaining('ALTER TABLE "Cost Entries" RENAME TO cost_data') as string,
  });
  await pool.query('ALTER TABLE "Cost Entries" DROP COLUMN cost');
  await expect(migrations.adopt()).rejects.toMatchObject({
    message: expect.stringContaining('holds other tables (Cost Entries, tasks)') as string,
  });
  await pool.query('DROP TABLE "Cost Entries", tasks; CREATE SCHEMA app; CREATE TABLE app.cost_data (id int)');
  await expect(migrations.adopt()).rejects.toMatchObject({ hint: expect.stringContaining('?schema=app') as string });
  await pool.query('DROP SCHEMA app CASCADE');
  await pool.query(OLD);
  for (const datesIn of ['Nowhere/City', '+02', ''])
    await expect(migrations.adopt({ datesIn })).rejects.toMatchObject({ code: 'usage' });
  await pool.query(`CREATE SCHEMA auth; CREATE TABLE auth.users (id text PRIMARY KEY); INSERT INTO auth.users SELECT id FROM users;
    ALTER TABLE users ADD FOREIGN KEY (id) REFERENCES auth.users`);
  expect((await migrations.adopt({ dryRun: true })).problems).toEqual([]);
  await pool.query(`CREATE SCHEMA before_costs; ALTER TABLE users SET SCHEMA before_costs; ALTER TABLE projects SET SCHEMA before_costs;
    ALTER TABLE cost_data ADD FOREIGN KEY (project_id) REFERENCES before_costs.projects`);
  const asked = await migrations.adopt();
  expect(asked).toMatchObject({
    done: false,
    problems: [expect.stringMatching(/^the table projects is in the schema before_costs, and cost_data in public/)],
  });
  const path = encodeURIComponent('-c search_path=public,before_costs');
  const another = await openDatabase({ kind: 'postgresql', url: `${url}?options=${path}` });
  const { problems } = await another.migrations.adopt();
  await another.close();
  expect(problems).toEqual([
    ...asked.problems,
    expect.stringMatching(/^the table users is in the schema before_costs/),
  ]);
  expect(await runByPsql(url, `${suggestions(problems.join('\n')).join('; ')};`)).toBe('');
  await pool.query(`ALTER TABLE cost_data ALTER COLUMN date TYPE timestamptz USING date + interval '1 hour'`);
  expect((await migrations.adopt({ dryRun: true })).problems.join()).toContain('--dates-in ZONE');
  expect((await migrations.adopt({ dryRun: true, datesIn: 'UTC' })).problems).toEqual([]);
});

it('is not used where sessions are as those of replication, in which no trigger of ours works', async () => {
  const alter = (change: string) => database.pool.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} ${change}`);
  await alter('SET session_replication_role = replica');
  try {
    await expect(openDatabase({ kind: 'postgresql', url })).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining('session_replication_role = replica') as string,
    });
  } finally {
    await alter('RESET session_replication_role');
  }
});

it('reads and writes the same whatever its owner has set for the database', async () => {
  const { pool } = database;
  const name = new URL(url).pathname.slice(1);
  const settings = {
    quote_all_identifiers: 'on',
    standard_conforming_strings: 'off',
    array_nulls: 'off',
    DateStyle: 'German',
  };
  for (const [setting, value] of Object.entries(settings))
    await pool.query(`ALTER DATABASE ${name} SET ${setting} = '${value}'`);
  const another = await openDatabase({ kind: 'postgresql', url });
  try {
    await pool.query(`${OLD} UPDATE cost_data SET service = E'back\\\\slash' WHERE id = 'c1'`);
    const rows = await readAll();
    // Only sessions that begin after it are held to it: the migrator's own. PostgreSQL 13 does not know it.
    await pool.query(`ALTER DATABASE ${name} SET idle_session_timeout = '2s'`).catch(() => undefined);
    expect(await another.migrations.adopt()).toMatchObject({ done: true, problems: [] });
    let idle = 0;
    await another.migrations.apply({
      // For longer than that this process does nothing, and neither does the migrator's session.
      onStart: () => idle++ === 0 && Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500),
    });
    expect(await another.migrations.status()).toMatchObject({ ok: true, drift: [] });
    await another.migrations.rollback({ to: 'baseline' });
    expect(await readAll()).toEqual(rows);
  } finally {
    await another.close();
    for (const setting of [...Object.keys(settings), 'idle_session_timeout'])
      await pool.query(`ALTER DATABASE ${name} RESET ${setting}`).catch(() => undefined);
  }
});

it('leads back though its owner has dropped an index and a view of his own since', async () => {
  const { pool, migrations } = database;
  await pool.query(
    `${OLD} CREATE INDEX his_index ON cost_data (cost); CREATE VIEW his_view AS SELECT 1 AS one; CREATE TYPE mood AS ENUM ('sad')`,
  );
  const rows = await readAll();
  await migrations.adopt();
  await migrations.apply();
  await pool.query('DROP INDEX his_index; DROP VIEW his_view; DROP TYPE mood; CREATE TABLE his_table (id int)');
  await migrations.rollback({ to: 'baseline' });
  expect(await readAll()).toEqual(rows);
});
