import type { Pool } from 'pg';
import { expect } from 'vitest';
import type { MigrationFile } from '../../src/store/migrations/folder.js';
import { tablesInOrder } from '../../src/store/rows.js';

type Row = Record<string, unknown>;

/** Writes the history as `prisma migrate deploy` keeps it, for migrations whose SQL the test ran itself. */
export async function recordAsApplied(pool: Pool, files: readonly MigrationFile[]): Promise<void> {
  await pool.query(`CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ, "migration_name" VARCHAR(255) NOT NULL,
    "logs" TEXT, "rolled_back_at" TIMESTAMPTZ, "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`);
  for (const { name, checksum } of files) {
    await pool.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count) VALUES (gen_random_uuid()::text, $1, $2, now(), 1)`,
      [checksum, name],
    );
  }
}

/** The schema after these migrations, made by their SQL alone: much quicker than the engine where that is not the point. */
export async function runAll(pool: Pool, files: readonly MigrationFile[]): Promise<void> {
  for (const { sql } of files) await runScript(pool, sql);
  await recordAsApplied(pool, files);
}

/** A migration's SQL in one transaction, where an index cannot be built concurrently and need not; the path is a migrator's. */
export async function runScript(pool: Pool, sql: string): Promise<void> {
  const path = `SELECT set_config('search_path', quote_ident(current_schema()), true)`;
  await pool.query(`${path}; ${sql.replace('INDEX CONCURRENTLY', 'INDEX')}`);
}

/** The old system's rows, with amounts that no float holds. */
export async function fillBaseline(pool: Pool): Promise<void> {
  await pool.query(`
    INSERT INTO teams (id, name) VALUES ('t1', 'acme'), ('t2', 'Łódź "labs"');
    INSERT INTO users (id, team_id, email, role) VALUES ('u1', 't1', 'admin@example.com', 'admin'), ('u2', 't2', 'b@example.com', 'member');
    INSERT INTO projects (id, team_id, name) VALUES ('p1', 't1', 'Search'), ('p2', 't1', 'Search'), ('p3', 't2', 'Assistant');
    INSERT INTO cost_data (id, project_id, date, service, cost) SELECT 'c' || n, 'p' || 1 + n % 3, timestamp '2025-01-01' + n * interval '7 hours', 'service ' || n % 5,
      (n * 1.000000000000000000000000000001)::numeric(65, 30) * CASE WHEN n % 7 = 0 THEN -1 ELSE 1 END FROM generate_series(1, 300) AS n`);
}

/**
 * Puts a row into every table of the current schema that is empty, and collected rows beside the legacy ones, more than an
 * export writes at once. It knows the columns from the catalog, so that tables added later are filled as well.
 */
export async function fillEveryTable(pool: Pool): Promise<void> {
  await pool.query(`
    UPDATE projects SET ai_provider = 'openai', ai_organization_id = 'org-1', ai_project_id = 'proj_1', openai_project_id = 'proj_1', provider_name = 'search' WHERE id = 'p1';
    INSERT INTO projects (id, team_id, name, ai_provider, ai_organization_id, ai_project_id) VALUES ('auto', 't1', 'New one', 'openai', 'org-1', 'unassigned');
    INSERT INTO cost_data (id, project_id, cost, api_version, bucket_start_time, bucket_end_time, line_item, currency)
      SELECT 'b' || n, CASE WHEN n % 2 = 0 THEN 'p1' ELSE 'auto' END, n * 0.123456789012345678901234567891, CASE WHEN n % 10 = 0 THEN 'usage_v1' ELSE 'costs_v1' END::"ApiVersion",
        date '2026-01-01' + n, date '2026-01-02' + n, 'gpt-4o, "input"' || n, 'USD' FROM generate_series(1, 2100) AS n`);
  for (const name of await tablesInOrder(pool)) {
    const { rows } = await pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM "${name}"`);
    if (rows[0]?.count === 0) await insertAnything(pool, name);
  }
}

async function insertAnything(pool: Pool, table: string): Promise<void> {
  const { rows: columns } = await pool.query<{
    name: string;
    type: string;
    enum: string | null;
    parent: string | null;
    column: string | null;
  }>(
    `SELECT a.attname AS name, format_type(a.atttypid, -1) AS type,
       (SELECT e.enumlabel FROM pg_enum e WHERE e.enumtypid = a.atttypid ORDER BY e.enumsortorder LIMIT 1) AS enum,
       (SELECT c.confrelid::regclass::text FROM pg_constraint c WHERE c.conrelid = a.attrelid AND c.contype = 'f' AND a.attnum = ANY (c.conkey) LIMIT 1) AS parent,
       (SELECT f.attname FROM pg_constraint c JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = c.confkey[array_position(c.conkey, a.attnum)]
         WHERE c.conrelid = a.attrelid AND c.contype = 'f' AND a.attnum = ANY (c.conkey) LIMIT 1) AS "column"
     FROM pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
       AND NOT EXISTS (SELECT FROM pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval%')`,
    [`"${table}"`],
  );
  const values = columns.map(({ type, enum: label, parent, column }) => {
    if (parent !== null) return `(SELECT "${column ?? ''}" FROM ${parent} ORDER BY 1 LIMIT 1)`;
    return label === null ? (ANYTHING[type] ?? `'something'::${type}`) : `'${label}'`;
  });
  await pool.query(
    `INSERT INTO "${table}" (${columns.map(({ name }) => `"${name}"`).join(', ')}) VALUES (${values.join(', ')})`,
  );
}

const ANYTHING: Record<string, string> = {
  integer: '7',
  bigint: '9007199254740993',
  numeric: '-0.100000000000000000000000000003',
  boolean: 'false',
  date: `'2026-01-31'`,
  bytea: `'\\x00ff'`,
  jsonb: `'{"a": [1.10, null, "\\u00e9"]}'`,
  uuid: `'00000000-0000-4000-8000-000000000000'`,
  'timestamp without time zone': `'2026-01-31 23:59:59.999'`,
  'timestamp with time zone': `'2026-01-31 23:59:59.999+05:30'`,
  'text[]': `ARRAY['a', 'b,"c"']`,
};

/** All rows of tables (every one of ours when none is named), each as PostgreSQL writes it, in the order of their keys. */
export async function readRowsOf(pool: Pool, names?: readonly string[]): Promise<Record<string, Row[]>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind = 'r' AND relname <> '_prisma_migrations' ORDER BY 1`,
  );
  const result: Record<string, Row[]> = {};
  for (const { name } of tables.filter((table) => names?.includes(table.name) ?? true)) {
    const { rows } = await pool.query<Row>(
      `SELECT * FROM (SELECT t.*, NULL AS "~" FROM "${name}" t) AS r ORDER BY to_jsonb(r)::text COLLATE "C"`,
    );
    for (const row of rows) delete row['~'];
    expect(rows.length, name).toBeGreaterThanOrEqual(0);
    result[name] = rows;
  }
  return result;
}
