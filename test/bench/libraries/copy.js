import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { pipeline } from 'node:stream/promises';

const require = createRequire(import.meta.url);
const pg = require('pg');
const { from } = require('pg-copy-streams');

/** What `psql` does with a file, where there is no `psql`. */
export async function copyAndMerge(url, { create, copy, merge, file }) {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(create);
    await pipeline(createReadStream(file), client.query(from(copy)));
    await client.query(merge);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}
