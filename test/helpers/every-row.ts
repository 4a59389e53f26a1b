import pg from 'pg';
import type { Pool } from 'pg';

interface Column {
  table: number;
  name: string;
  number: number;
  type: string;
}

/** The tables and columns that are there at one moment, by numbers that outlive renaming. */
export interface Extent {
  tables: { oid: number; name: string }[];
  columns: Column[];
}

const COLUMNS = `SELECT a.attrelid::int AS "table", a.attname AS name, a.attnum::int AS number, format_type(a.atttypid, -1) AS type
  FROM pg_attribute a WHERE a.attrelid = ANY ($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, 3`;

export async function readExtent(pool: Pool): Promise<Extent> {
  const { rows: tables } = await pool.query<{ oid: number; name: string }>(
    `SELECT oid::int, relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relname <> '_prisma_migrations'
     AND relnamespace = quote_ident(current_schema())::regnamespace ORDER BY relname`,
  );
  const { rows: columns } = await pool.query<Column>(COLUMNS, [tables.map(({ oid }) => oid)]);
  return { tables, columns };
}

export interface ReadOptions {
  /** Whose midnights the instants of cost_data are, by column; UTC's where nothing is said. */
  zones?: ReadonlyMap<string, string>;
  /** With what adopting gives a bill that lacks it, and without what it switches off. */
  settled?: boolean;
}

/** Every row, as texts that are the same for the same values of other types, by the names that its columns had at first. */
export async function readEveryRow(
  pool: Pool,
  extent: Extent,
  options: ReadOptions = {},
): Promise<Record<string, unknown[]>> {
  const { rows: now } = await pool.query<Column>(COLUMNS, [extent.tables.map(({ oid }) => oid)]);
  const result: Record<string, unknown[]> = {};
  for (const { oid, name } of extent.tables) {
    const parts = extent.columns
      .filter(({ table }) => table === oid)
      .map((column) => {
        const current = now.find(({ table, number }) => table === oid && number === column.number);
        if (current === undefined) throw new Error(`The column ${name}.${column.name} is gone.`);
        // A day may be a text, and the statement that a refusal prints makes an instant of it.
        const isDay = name === 'cost_data' && /^date$|^bucket_/.test(column.name);
        const value = toText(
          pg.escapeIdentifier(current.name),
          isDay && current.type === 'text' ? 'timestamp without time zone' : current.type,
          (name === 'cost_data' ? options.zones?.get(column.name) : undefined) ?? 'UTC',
        );
        return `'${column.name.replaceAll(`'`, `''`)}', ${options.settled === true ? settle(name, column.name, value, extent) : value}`;
      });
    const {
      rows: [table],
    } = await pool.query<{ name: string }>('SELECT $1::oid::regclass::text AS name', [oid]);
    const { rows } = await pool.query<{ row: unknown }>(
      `SELECT jsonb_build_object(${parts.join(', ')}) AS row FROM ${table?.name ?? name} ORDER BY 1`,
    );
    result[name] = rows.map(({ row }) => row);
  }
  return result;
}

function toText(column: string, type: string, zone: string): string {
  if (type === 'timestamp with time zone') return toText(`(${column} AT TIME ZONE '${zone}')`, '', zone);
  if (type === 'date' || type === 'timestamp without time zone' || type === '') return `${column}::timestamp::text`;
  if (/^(?:numeric|double precision|real|integer|bigint)$/.test(type))
    return `trim_scale(${column}::text::numeric)::text`;
  if (type === 'money') return toText(`${column}::numeric`, 'numeric', zone);
  return `${column}::text`;
}

function settle(table: string, column: string, value: string, { columns, tables }: Extent): string {
  const oid = tables.find(({ name }) => name === table)?.oid;
  const isThere = (name: string) => columns.some((each) => each.table === oid && each.name === name);
  if (column === 'is_active') return `'off'`;
  if (table !== 'cost_data' || !isThere('api_version')) return value;
  if (column === 'api_version') return `coalesce(${value}, 'usage_v1')`;
  if (column === 'cost_type') return `'filled'`;
  const standard = { currency: 'USD', line_item: 'unspecified', model: 'gpt-4o' }[column];
  return standard === undefined
    ? value
    : `CASE WHEN api_version::text = 'costs_v1' THEN coalesce(${value}, '${standard}') ELSE ${value} END`;
}

/** What is left of the rows of before, whatever came beside them. */
export function amongThem(
  rows: Record<string, unknown[]>,
  before: Record<string, unknown[]>,
): Record<string, unknown[]> {
  return Object.fromEntries(
    Object.entries(rows).map(([table, all]) => {
      const known = new Set((before[table] ?? []).map(nameOf));
      return [table, all.filter((row) => known.has(nameOf(row)))];
    }),
  );
}

function nameOf(row: unknown): string {
  return (row as { id?: string }).id ?? JSON.stringify(row);
}
