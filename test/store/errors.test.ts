import { connect } from 'node:net';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import type { Pool } from 'pg';
import { describe, expect, it } from 'vitest';
import { explainDatabaseError } from '../../src/store/errors.js';

const PLACE = { label: 'db.example.com/costs', server: 'db.example.com', database: 'costs', user: 'costs' };

describe('an error with the code ENOENT', () => {
  it('of a socket that is not there is a server that does not answer', async () => {
    const [error] = (await once(connect('/nowhere/.s.PGSQL.5432'), 'error')) as [Error];
    expect(explainDatabaseError(error, PLACE)).toMatchObject({ code: 'unreachable' });
  });

  it('of a file that is not there stays what it is', async () => {
    const error: unknown = await readdir('/nowhere').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ENOENT' });
    expect(explainDatabaseError(error, PLACE)).toBe(error);
  });
});

// While a server starts again, Prisma opens connections of its own: what they meet comes in the words of its adapter.
it.each(['ECONNREFUSED', 'ENOTFOUND', 'ECONNRESET', 'ETIMEDOUT'])(
  '%s is a server that cannot be reached, also where Prisma met it',
  async (code) => {
    const cause = Object.assign(new Error(code), {
      code,
      syscall: 'connect',
      errno: -1,
      address: '127.0.0.1',
      port: 1,
    });
    const pool = { query: () => Promise.reject(cause) } as unknown as Pool;
    const adapter = await new PrismaPg(pool).connect();
    const error: unknown = await adapter
      .queryRaw({ sql: 'SELECT 1', args: [], argTypes: [] })
      .catch((thrown: unknown) => thrown);
    expect(explainDatabaseError({ meta: { driverAdapterError: error } }, PLACE)).toMatchObject({ code: 'unreachable' });
  },
);

it.each([
  ['57014', 'canceling statement due to statement timeout', /ALTER ROLE "costs" SET statement_timeout/],
  ['25P03', 'terminating connection due to idle-in-transaction timeout', /run the same command again/],
  ['XX001', 'invalid page in block 0 of relation "base/5/16501"', /bring back a backup/],
  ['25P04', 'terminating connection due to transaction timeout', /SET transaction_timeout/],
  ['57P05', 'terminating connection due to idle-session timeout', /SET idle_session_timeout/],
  ['57014', 'canceling statement due to user request', /It was cancelled from outside/],
  ['P0001', 'books are closed', /its owner/],
  ['0A000', 'INSERT with ON CONFLICT clause cannot be used with table that has INSERT or UPDATE rules', /DISABLE RULE/],
  ['0A000', 'cannot perform INSERT RETURNING on relation "runs"', /DISABLE RULE/],
  ['0A000', 'cannot alter type of a column used by a view or rule', /Drop it/],
])('%s, %s, names what to do, and is no fault of ours', (code, message, hint) => {
  const error = Object.assign(new Error(message), { code });
  expect(explainDatabaseError(error, PLACE)).toMatchObject({
    code: 'failed',
    message: expect.stringContaining(message) as string,
    hint: expect.stringMatching(hint) as string,
  });
});

it("ends in one full stop where PostgreSQL's hint does", () => {
  const error = Object.assign(new Error('could not extend file\nHINT: Check free disk space.'), { code: '53100' });
  expect(explainDatabaseError(error, PLACE)).toMatchObject({
    message:
      'db.example.com/costs has run out of space: could not extend file. HINT: Check free disk space. Nothing of it was lost.',
  });
});

it.each([
  ['3D000', 'database "x" does not exist', `createdb '"$(touch x)'`],
  ['57014', 'canceling statement due to statement timeout', 'ALTER ROLE """$(touch x)" SET'],
])('%s of a name with signs of shells and SQL is nothing that runs when it is pasted', (code, message, hint) => {
  const name = '"$(touch x)';
  const error = Object.assign(new Error(message), { code });
  const place = { ...PLACE, database: name, user: name };
  expect(explainDatabaseError(error, place)).toMatchObject({ hint: expect.stringContaining(hint) as string });
});
