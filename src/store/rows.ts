import pg from 'pg';
import type { Pool } from 'pg';

/** Rows travel as JSON that PostgreSQL writes and reads itself: amounts never pass through a JavaScript number. */
const BATCH = 2_000;

export const quote = pg.escapeIdentifier;

/** Tables that number their rows: nothing refers to the numbers, and another store has numbers of its own. */
export const NUMBERED = ['vault_audit', 'restatements'];
/** Tables whose key is only a name: another store has the same row under another. The columns of that name, and those that may differ in a row. */
const BESIDE: Readonly<Record<string, { names: readonly string[]; values: readonly string[] }>> = {
  ...Object.fromEntries(NUMBERED.map((table) => [table, { names: ['id'], values: [] }])),
  budgets: { names: ['id', 'created_at'], values: ['amount'] },
};

/** Our tables, each after those it refers to, so that rows can be inserted in this order. Partitions are read and written through theirs. */
export async function tablesInOrder(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string; parents: string[]; needed: string[] }>(`
    SELECT t.relname AS name, coalesce(array_agg(p.relname::text) FILTER (WHERE p.oid <> t.oid), '{}') AS parents,
      coalesce(array_agg(p.relname::text) FILTER (WHERE p.oid <> t.oid AND NOT EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attnum = ANY (c.conkey) AND NOT a.attnotnull)), '{}') AS needed
    FROM pg_class t LEFT JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype = 'f' LEFT JOIN pg_class p ON p.oid = c.confrelid
    WHERE t.relnamespace = quote_ident(current_schema())::regnamespace AND t.relkind IN ('r', 'p') AND NOT t.relispartition AND t.relname <> '_prisma_migrations'
    GROUP BY t.relname ORDER BY t.relname`);
  const ordered: string[] = [];
  const waiting = new Map(rows.map((row) => [row.name, row]));
  // A trigger makes the organization of a key that has none: one that is on its way itself must be there first.
  waiting.get('organization_api_keys')?.parents.push('organizations');
  while (waiting.size > 0) {
    const left = [...waiting.values()];
    const isFree = (parents: readonly string[]) => parents.every((parent) => !waiting.has(parent));
    const ready = left.filter(({ parents }) => isFree(parents));
    for (const { name } of ready.length > 0 ? ready : [nextOfCircle(left, isFree)]) {
      ordered.push(name);
      waiting.delete(name);
    }
  }
  return ordered;
}

/**
 * Tables that refer to each other in a circle, such as a team to the user who owns it: none of ours do, so that a key of
 * another program closes it. What most others wait for goes first, and before it what can do without a value there.
 */
function nextOfCircle(
  left: readonly { name: string; parents: string[]; needed: string[] }[],
  isFree: (parents: readonly string[]) => boolean,
): { name: string } {
  const awaited = ({ name }: { name: string }) => left.filter(({ parents }) => parents.includes(name)).length;
  const optional = left.filter(({ needed }) => isFree(needed));
  const [first, ...others] = optional.length > 0 ? optional : left;
  return others.reduce((most, table) => (awaited(table) > awaited(most) ? table : most), first ?? { name: '' });
}

/** The columns that can be written, in order. */
export async function columnsOf(pool: Pool, table: string): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
    [quote(table)],
  );
  return rows.map(({ name }) => name);
}

/** The columns that number their rows and take no other value. */
export async function numberedColumns(pool: Pool, table: string): Promise<Set<string>> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = to_regclass($1) AND attidentity = 'a'`,
    [quote(table)],
  );
  return new Set(rows.map(({ name }) => name));
}

async function primaryKeyOf(pool: Pool, table: string): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
     WHERE i.indrelid = to_regclass($1) AND i.indisprimary ORDER BY a.attnum`,
    [quote(table)],
  );
  return rows.map(({ name }) => name);
}

/** `where` is SQL of ours, never of a user. */
export async function countRows(pool: Pool, table: string, where = 'true'): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(`SELECT count(*) AS count FROM ${quote(table)} WHERE ${where}`);
  return Number(rows[0]?.count);
}

/** Rows as JSON texts, some thousand at a time. Must be read inside a transaction of the same, single connection. */
export async function* readRows(
  pool: Pool,
  table: string,
  { where = 'true', row: expression = 'to_jsonb(t)' }: { where?: string; row?: string } = {},
): AsyncGenerator<string[]> {
  await pool.query(
    `DECLARE costs_rows NO SCROLL CURSOR FOR SELECT (${expression})::text AS row FROM ${quote(table)} t WHERE ${where}`,
  );
  for (;;) {
    const { rows } = await pool.query<{ row: string }>(`FETCH ${BATCH} FROM costs_rows`);
    if (rows.length === 0) break;
    yield rows.map(({ row }) => row);
  }
  await pool.query('CLOSE costs_rows');
}

export interface Written {
  /** Rows that were not there. */
  inserted: number;
  /** Rows that are there now under their key. */
  present: number;
  /** Rows that are there now exactly as given. */
  equal: number;
}

/**
 * Writes JSON rows; those whose key is taken stay as they are, and so do those that are there under another.
 * @param where SQL of ours that is true of a row `r` which may be written, of a table whose rows have no other key
 */
export async function insertRows(
  pool: Pool,
  table: string,
  columns: readonly string[],
  rows: readonly string[],
  where = 'true',
): Promise<Written> {
  const beside = BESIDE[table];
  if (beside !== undefined) return addMissing(pool, table, columns, rows, beside);
  return writeRows(pool, table, columns, rows, `WHERE ${where} ON CONFLICT DO NOTHING`);
}

async function addMissing(
  pool: Pool,
  table: string,
  columns: readonly string[],
  rows: readonly string[],
  { names, values }: { names: readonly string[]; values: readonly string[] },
): Promise<Written> {
  const list = columns.filter((column) => column !== 'id' || !NUMBERED.includes(table)).map(quote);
  const isThere = `EXISTS (SELECT FROM ${quote(table)} t WHERE to_jsonb(t) - $2::text[] = to_jsonb(r) - $2::text[])`;
  const { rowCount } = await pool.query(
    `INSERT INTO ${quote(table)} (${list.join(', ')}) SELECT ${list.map((column) => `r.${column}`).join(', ')} ${givenRows(table)}
     WHERE NOT ${isThere} ORDER BY r.id ON CONFLICT DO NOTHING`,
    [rows, [...names, ...values]],
  );
  // What may differ in nothing is equal as soon as it is there: no second look at a long history.
  if (values.length === 0) return { inserted: rowCount ?? 0, present: rows.length, equal: rows.length };
  const { rows: found } = await pool.query<{ equal: string }>(
    `SELECT count(*) AS equal ${givenRows(table)} WHERE ${isThere}`,
    [rows, names],
  );
  return { inserted: rowCount ?? 0, present: rows.length, equal: Number(found[0]?.equal) };
}

/** JSON rows as rows `r` of a table, and as they were given: `line.text`. */
function givenRows(table: string): string {
  return `FROM unnest($1::text[]) AS line(text), jsonb_populate_record(NULL::${quote(table)}, line.text::jsonb) AS r`;
}

/**
 * Fills the columns `filled` of rows that are there, and inserts the others.
 * @param empty the columns that hold nothing yet in a row which is filled
 * @param standardOf what a column holds, as SQL, to which nothing was written; its default where that is undefined
 */
export async function fillRows(
  pool: Pool,
  {
    table,
    columns,
    filled,
    empty,
    standardOf,
  }: {
    table: string;
    columns: readonly string[];
    filled: readonly string[];
    empty: readonly string[];
    standardOf: (column: string) => string | undefined;
  },
  rows: readonly string[],
): Promise<Written> {
  const { rows: standards } = await pool.query<{ name: string; standard: string | null }>(
    `SELECT a.attname AS name, pg_get_expr(d.adbin, d.adrelid) AS standard FROM pg_attribute a
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = to_regclass($1) AND a.attname = ANY ($2)`,
    [quote(table), empty],
  );
  const held = standards.map(({ name, standard }) => ({ name, standard: standardOf(name) ?? standard }));
  return upsertRows(pool, { table, columns, changed: filled, where: untouchedCondition(held, 't.') }, rows);
}

/** Inserts rows; of those that are there and meet `where` (SQL of ours, the row is `t`) the columns `changed` take the new values. */
export async function upsertRows(
  pool: Pool,
  {
    table,
    columns,
    changed,
    where,
  }: { table: string; columns: readonly string[]; changed: readonly string[]; where: string },
  rows: readonly string[],
): Promise<Written> {
  const key = (await primaryKeyOf(pool, table)).map(quote).join(', ');
  const changes = changed.map((column) => `${quote(column)} = EXCLUDED.${quote(column)}`).join(', ');
  return writeRows(pool, table, columns, rows, `ON CONFLICT (${key}) DO UPDATE SET ${changes} WHERE ${where}`);
}

/**
 * SQL that is true of a row to which nothing was written in these columns: each holds its default. A default that depends
 * on the moment says nothing either way.
 */
export function untouchedCondition(columns: readonly { name: string; standard: string | null }[], prefix = ''): string {
  const telling = columns.filter(({ standard }) => standard === null || !/\(|CURRENT_/.test(standard));
  return (
    telling
      .map(({ name, standard }) => `${prefix}${quote(name)} IS NOT DISTINCT FROM ${standard ?? 'NULL'}`)
      .join(' AND ') || 'false'
  );
}

async function writeRows(
  pool: Pool,
  table: string,
  columns: readonly string[],
  rows: readonly string[],
  onConflict: string,
): Promise<Written> {
  const list = columns.map(quote).join(', ');
  const source = givenRows(table);
  const { rowCount } = await pool.query(
    // Theirs may have a column that numbers its rows; these have their numbers.
    `INSERT INTO ${quote(table)} AS t (${list}) OVERRIDING SYSTEM VALUE SELECT ${columns.map((column) => `r.${quote(column)}`).join(', ')} ${source} ${onConflict}`,
    [rows],
  );
  const key = await primaryKeyOf(pool, table);
  const same = key.map((column) => `t.${quote(column)} = r.${quote(column)}`);
  // What another team has under the same key is not this row.
  if (columns.includes('team_id')) same.push('t.team_id IS NOT DISTINCT FROM r.team_id');
  const { rows: found } = await pool.query<{ present: string; equal: string }>(
    `SELECT count(*) AS present, count(*) FILTER (WHERE to_jsonb(t) @> line.text::jsonb) AS equal ${source} JOIN ${quote(table)} t ON ${same.join(' AND ')}`,
    [rows],
  );
  return { inserted: rowCount ?? 0, present: Number(found[0]?.present), equal: Number(found[0]?.equal) };
}

/**
 * Rows inserted with their numbers do not move the sequence that numbers the next one. Ids that were adopted as numbers are
 * texts now, beside ids of ours that are none.
 */
export async function moveSequences(pool: Pool, table: string): Promise<void> {
  for (const column of await columnsOf(pool, table)) {
    const { rows } = await pool.query<{ sequence: string | null }>(
      'SELECT pg_get_serial_sequence($1, $2) AS sequence',
      [quote(table), column],
    );
    const sequence = rows[0]?.sequence;
    if (sequence == null) continue;
    const text = `${quote(column)}::text`;
    await pool.query(
      `SELECT setval(seqrelid, greatest(nextval(seqrelid), (
         SELECT max(number)::bigint FROM (SELECT CASE WHEN ${text} ~ '^[0-9]{1,19}$' THEN ${text}::numeric END AS number FROM ${quote(table)}) AS numbers
         WHERE number <= seqmax))) FROM pg_sequence WHERE seqrelid = $1::regclass`,
      [sequence],
    );
  }
}
