import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkStore } from '../../src/commands/doctor/store.js';
import type { OpenDatabase as Database } from '../helpers/open-database.js';
import { openDatabase } from '../helpers/open-database.js';
import { createStore } from '../../src/store/store.js';
import { recordContext } from '../helpers/context.js';
import { createTestDatabase, onServer, type TargetOf, type TestDatabase } from '../helpers/database.js';

let base: TestDatabase<TargetOf<'postgresql'>>;
const role = `analyst_${randomUUID().slice(0, 8)}`;

beforeAll(async () => {
  base = await createTestDatabase('postgresql');
  await createStore(base.database).teams.open('acme');
  await asOwner(
    `CREATE ROLE "${role}" LOGIN PASSWORD 'test'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO "${role}"`,
  );
});
afterAll(async () => {
  await base.drop();
  await onServer((client) => client.query(`DROP ROLE "${role}"`));
});

const asOwner = (sql: string) => base.database.pool.query(sql);

async function asAnalyst<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const url = new URL(base.target.url);
  Object.assign(url, { username: role, password: 'test' });
  const database = await openDatabase({ kind: 'postgresql', url: url.href });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

it('refuses to read where a policy hides rows, and names table, policy and role', async () => {
  await asOwner(
    `ALTER TABLE teams ENABLE ROW LEVEL SECURITY; CREATE POLICY only_mine ON teams USING (name = 'mine');
     CREATE POLICY of_others ON teams TO pg_monitor USING (true)`,
  );
  await asAnalyst(async (database) => {
    expect(await database.obstacles()).toMatchObject({ policies: { teams: ['only_mine'] } });
    await expect(createStore(database).teams.list()).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(
        `The policy "only_mine" of the table "teams" .* from the role "${role}"`,
      ) as string,
    });
    const context = { ...recordContext(database, new Date()).context, database: () => Promise.resolve(database) };
    expect(await checkStore(context)).toMatchObject({
      checks: [{ name: 'Rights', message: expect.stringContaining('only_mine hides rows of teams') as string }],
    });
  });
  expect(await base.database.obstacles()).toEqual({ policies: {}, columns: {}, given: [] });
  await asOwner('DROP POLICY only_mine ON teams; DROP POLICY of_others ON teams');
  await asAnalyst(async (database) => expect((await database.obstacles()).policies).toEqual({ teams: [] }));
  await asOwner('ALTER TABLE teams DISABLE ROW LEVEL SECURITY');
});

it('lists the columns that a role may not read', async () => {
  await asOwner(
    `REVOKE SELECT ON cost_data FROM "${role}"; GRANT SELECT (id, project_id, cost) ON cost_data TO "${role}"`,
  );
  const { columns } = await asAnalyst((database) => database.obstacles());
  expect(columns.cost_data).toContain('currency');
  expect(columns.cost_data).not.toContain('cost');
});

it.each([
  [
    'CREATE VIEW spend AS SELECT cost FROM cost_data',
    'ALTER TABLE cost_data DROP COLUMN cost',
    /view spend depends on/,
  ],
  [
    `CREATE FUNCTION no_teams() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'closed' USING HINT = 'ask Bo'; END $$;
     CREATE TRIGGER no_teams BEFORE INSERT ON teams FOR EACH ROW EXECUTE FUNCTION no_teams()`,
    `INSERT INTO teams (id, name) VALUES ('x', 'x')`,
    /closed\. HINT: ask Bo\. CONTEXT: PL\/pgSQL function no_teams/,
  ],
  [
    `ALTER TABLE users ADD CONSTRAINT short CHECK (length(email) < 3)`,
    `INSERT INTO users (id, team_id, email, role) SELECT 'u', id, 'long', 'admin' FROM teams`,
    /violates check constraint "short"\. DETAIL: Failing row contains/,
  ],
])('tells what PostgreSQL says besides, and blames nobody of us: %s', async (before, statement, said) => {
  await asOwner(before);
  const { database } = base;
  for (const run of [() => database.pool.query(statement), () => database.prisma.$executeRawUnsafe(statement)]) {
    const error = database.explain(await run().catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({ code: 'failed', message: expect.stringMatching(said) as string });
    expect(error).not.toMatchObject({ hint: expect.stringContaining('fault in costs') as string });
  }
});

it('keeps to itself what a refused row of the vault holds', async () => {
  const error = await base.database.pool
    .query(`INSERT INTO vault_tokens (id, team_id) VALUES ('secret', NULL)`)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(pg.DatabaseError);
  expect(String(error)).not.toContain('secret');
});
