import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const knex = require('knex');

/** `onConflict().merge()` */
export function open(url, { table, key, columns }) {
  const db = knex({ client: 'pg', connection: url, pool: { min: 1, max: 1 } });
  return {
    upsert: (rows) => db(table).insert(rows).onConflict(key).merge(columns),
    close: () => db.destroy(),
  };
}
