import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { sql } = require('drizzle-orm');
const { drizzle } = require('drizzle-orm/node-postgres');
const { pgTable, text } = require('drizzle-orm/pg-core');
const pg = require('pg');

/** `onConflictDoUpdate` */
export function open(url, { table: name, key, columns }) {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const table = pgTable(name, Object.fromEntries(['id', ...key, ...columns].map((column) => [column, text(column)])));
  const set = Object.fromEntries(columns.map((column) => [column, sql.raw(`excluded.${column}`)]));
  const target = key.map((column) => table[column]);
  const db = drizzle(pool);
  return {
    upsert: (rows) => db.insert(table).values(rows).onConflictDoUpdate({ target, set }),
    close: () => pool.end(),
  };
}
