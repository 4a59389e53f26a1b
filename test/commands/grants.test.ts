import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grantsSql } from '../../src/store/grants.js';
import { openDatabase } from '../helpers/open-database.js';
import { createTestDatabase, onServer, useEmptyTarget, type TargetOf, type TestDatabase } from '../helpers/database.js';
import { createStore } from '../../src/store/store.js';
import { usageCollector } from '../../src/sync/collect-usage.js';
import { writePeriod } from '../../src/sync/files.js';
import { expectedSums, lastDays, makeWorld, storedSums, today } from '../chaos/world.js';
import { useCollector } from '../helpers/collector.js';
import { useMachine } from '../helpers/costs.js';
import { openEmulator } from '../helpers/emulator.js';
import { line } from '../helpers/lines.js';
import { addKey, foundTeam, OPENAI_KEY, openDesk, PASSWORD, type Founded } from '../helpers/vault.js';

let base: TestDatabase<TargetOf<'postgresql'>>;
let acme: Founded;
const suffix = randomUUID().slice(0, 8);
const users = { reader: `reader_${suffix}`, collector: `collector_${suffix}`, admin: `admin_${suffix}` };

beforeAll(async () => {
  base = await createTestDatabase('postgresql');
  acme = await foundTeam(base.database);
  await addKey(acme, 'org-9');
  const sql = await grantsSql('public');
  const client = await connect(null);
  await client.query(sql);
  await client.query(sql);
  for (const [role, user] of Object.entries(users))
    await client.query(`CREATE USER "${user}" PASSWORD 'test'; GRANT "costs_${role}" TO "${user}"`);
  await client.end();
});
afterAll(async () => {
  await base.drop();
  await onServer((client) =>
    client.query(
      Object.values(users)
        .map((user) => `DROP ROLE "${user}"`)
        .join('; '),
    ),
  );
});

function urlOf(user: string | null): string {
  const url = new URL(base.target.url);
  if (user !== null) Object.assign(url, { username: user, password: 'test' });
  return url.href;
}

async function connect(user: string | null): Promise<pg.Client> {
  const client = new pg.Client(urlOf(user));
  await client.connect();
  return client;
}

/** What the database says to a statement of a role. */
async function answer(role: keyof typeof users, sql: string): Promise<string> {
  const client = await connect(users[role]);
  try {
    await client.query('BEGIN');
    await client.query(sql);
    return 'ok';
  } catch (error) {
    return (error as { code: string }).code === '42501' ? 'denied' : String(error);
  } finally {
    await client.end();
  }
}

it('are printed for the schema that DATABASE_URL names, whatever it is called', { tags: ['story'] }, async () => {
  const target = await useEmptyTarget('postgresql');
  const url = `${target.url}?schema=ai-costs $$`;
  const database = await openDatabase({ ...target, url });
  await database.migrations.apply();
  const { here } = await useMachine();
  const printed = await here(['db', 'grants'], { env: { DATABASE_URL: url } });
  expect(printed.stdout).toContain('GRANT USAGE ON SCHEMA "ai-costs $$" TO');
  await database.pool.query(printed.stdout);
  const { rows } = await database.pool.query(
    `SELECT has_table_privilege('costs_reader', '"ai-costs $$".cost_data', 'SELECT') AS reads`,
  );
  expect(rows).toEqual([{ reads: true }]);
  const named = await here(['db', 'grants', '--schema', 'Other "one"'], { env: { DATABASE_URL: target.url } });
  expect(named.stdout).toContain('GRANT USAGE ON SCHEMA "Other ""one""" TO');
  await database.close();
});

describe('the roles that costs db grants prints', () => {
  it.each<[keyof typeof users, string, string]>([
    ['reader', 'SELECT * FROM cost_data', 'ok'],
    ['reader', 'SELECT * FROM organization_api_keys', 'ok'],
    ['reader', 'SELECT * FROM vault_slots', 'denied'],
    ['reader', 'SELECT * FROM login_attempts', 'denied'],
    ['reader', `UPDATE projects SET name = 'x'`, 'denied'],
    ['collector', `UPDATE projects SET name = 'x'`, 'ok'],
    ['collector', 'DELETE FROM cost_data', 'ok'],
    [
      'collector',
      `INSERT INTO login_attempts (id, email, success, reason) VALUES ('a', 'b@c', false, 'charged')`,
      'ok',
    ],
    ['collector', 'UPDATE login_attempts SET success = true', 'denied'],
    ['collector', 'DELETE FROM login_attempts', 'denied'],
    ['collector', `SELECT costs_prune_login_attempts('t1')`, 'denied'],
    ['collector', 'DELETE FROM vault_audit', 'denied'],
    ['collector', `UPDATE users SET role = 'admin'`, 'denied'],
    ['collector', `UPDATE organization_api_keys SET host = 'evil'`, 'denied'],
    ['collector', `UPDATE organization_api_keys SET last_used_at = now()`, 'ok'],
    ['collector', 'DELETE FROM vault_slots', 'denied'],
    ['admin', `UPDATE organization_api_keys SET is_active = false`, 'ok'],
    ['admin', 'UPDATE login_attempts SET success = true', 'denied'],
    ['admin', 'DELETE FROM login_attempts', 'denied'],
    ['admin', `UPDATE vault_audit SET actor = 'nobody'`, 'denied'],
    ['admin', `SELECT costs_prune_login_attempts('t1')`, 'ok'],
    ['admin', 'DROP TABLE cost_data', 'denied'],
  ])('let %s: %s → %s', async (role, sql, expected) => {
    const said = await answer(role, sql);
    expect(said.includes('must be owner') ? 'denied' : said).toBe(expected);
  });

  it('name our tables one by one, so that a table of others stays theirs', async () => {
    expect(await grantsSql('public')).not.toMatch(/ALL (?:TABLES|SEQUENCES)/);
  });

  it('let a collector log in, open a key and log out', { tags: ['story'] }, async () => {
    const database = await openDatabase({ kind: 'postgresql', url: urlOf(users.collector) });
    try {
      const { vault, store } = openDesk(database);
      await vault.logins.login('admin@example.com', PASSWORD);
      await vault.logins.keepSession();
      const [row] = await (await store.access()).keys.list(acme.team.id);
      if (row === undefined) throw new Error('no key');
      expect((await vault.adminKey(row)).reveal()).toBe(OPENAI_KEY);
      expect(await vault.logins.logout(acme.team)).toBe(true);
      const [attempt] = await base.database.prisma.loginAttempt.findMany();
      expect(attempt).toMatchObject({ reason: 'ok', success: true, dbUser: users.collector });
    } finally {
      await database.close();
    }
  });

  it('let a collector store bills, usage and files', async () => {
    const database = await openDatabase({ kind: 'postgresql', url: urlOf(users.collector) });
    try {
      const emulator = await openEmulator({ world: makeWorld(1, 2), now: () => new Date() });
      const { dependencies, collect } = await useCollector(base.database, emulator, { teamId: 'team-of-role' });
      const { collection, leases, usage, organizations } = createStore(database);
      Object.assign(dependencies, { store: collection, leases });
      const failures = async (basis: 'billed' | 'usage') =>
        (await collect(lastDays(2), { basis })).organizations.flatMap(({ error }) => error ?? []);
      expect(await failures('billed')).toEqual([]);
      expect(await storedSums(base.database.prisma)).toEqual(expectedSums(emulator.world, lastDays(2)));
      Object.assign(dependencies, { collector: usageCollector(usage, '1d') });
      expect(await failures('usage')).toEqual([]);
      const account = { provider: 'aws', organizationId: 'payer-1', teamId: 'team-of-role', name: 'Payer' };
      await createStore(base.database).organizations.addFiles(account);
      await organizations.addFiles(account);
      const files = { provider: 'aws', account: 'payer-1', accountName: null, since: today, until: today, rows: 1 };
      const delivery = { export: 'daily', month: null, deliveredAt: new Date() };
      const period = { ...files, lastDay: today, delivery, lines: [line(today, 'sub-1', 'Bedrock', '1')] };
      const head = { organizationName: 'Payer', teamId: 'team-of-role', runId: 'run-1', lease: null, forced: false };
      expect(await writePeriod(collection, period, { ...head, acceptRestatement: false })).toMatchObject({
        inserted: 1,
      });
    } finally {
      await database.close();
    }
  });

  it('let nobody put a table of his own in the place of one that is written with the rights of its owner', async () => {
    const own = `CREATE TEMP TABLE login_attempts AS SELECT 'a' AS id, 'charged' AS reason, false AS success, CURRENT_TIMESTAMP AS attempted_at`;
    const look = `DO $$ BEGIN IF (SELECT success FROM pg_temp.login_attempts) THEN RAISE 'his own'; END IF; END $$`;
    expect(await answer('collector', `${own}; SELECT costs_answer_login_attempt('a', 'ok'); ${look}`)).toBe('ok');
    const open = await base.database.prisma.$queryRaw`
      SELECT oid::regprocedure::text FROM pg_proc WHERE prosecdef AND proconfig::text NOT LIKE '%, pg_temp"%'`;
    expect(open).toEqual([]);
  });

  it('take back what default privileges gave, as a migration does of what it makes', { tags: ['story'] }, async () => {
    const database = await openDatabase(await useEmptyTarget('postgresql'));
    const { pool } = database;
    const mayUse = async () => {
      const { rows } = await pool.query<Record<string, boolean>>(
        `SELECT has_table_privilege($1, 'vault_slots', 'SELECT') AS slots, has_function_privilege($1, 'costs_prune_login_attempts(text)', 'EXECUTE') AS prune,
           has_table_privilege($1, 'restatements', 'SELECT') AS ledger, has_table_privilege($1, '_prisma_migrations', 'SELECT') AS history, has_sequence_privilege($1, 'vault_audit_id_seq', 'USAGE') AS number`,
        [users.reader],
      );
      return Object.entries(rows[0] ?? {}).flatMap(([name, may]) => (may ? name : []));
    };
    const toReader = (words: (kind: string) => string) =>
      ['TABLES', 'SEQUENCES', 'FUNCTIONS'].map((kind) => `${words(kind)} TO "${users.reader}"`).join('; ');
    await pool.query(toReader((kind) => `ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON ${kind}`));
    const killed = new AbortController();
    await expect(database.migrations.apply({ signal: killed.signal, onStart: () => killed.abort() })).rejects.toThrow(
      'Interrupted',
    );
    await pool.query(`CREATE FUNCTION kill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'killed'; END $$;
      CREATE TRIGGER kill BEFORE UPDATE ON _prisma_migrations FOR EACH ROW WHEN (NEW.migration_name LIKE '%vault') EXECUTE FUNCTION kill()`);
    await expect(database.migrations.apply()).rejects.toThrow('killed');
    await pool.query('DROP FUNCTION kill CASCADE');
    await database.migrations.apply();
    expect(await mayUse()).toEqual([]);
    await pool.query(toReader((kind) => `GRANT ALL ON ALL ${kind} IN SCHEMA public`));
    expect(await mayUse()).toHaveLength(5);
    expect((await database.obstacles()).given).toContainEqual(
      expect.objectContaining({ role: users.reader, name: 'vault_slots' }),
    );
    await pool.query(await grantsSql('public'));
    expect(await mayUse()).toEqual(['ledger', 'history']);
    expect((await database.obstacles()).given).toEqual([]);
    await database.close();
  });

  it('let an admin of the database manage members', { tags: ['story'] }, async () => {
    const database = await openDatabase({ kind: 'postgresql', url: urlOf(users.admin) });
    try {
      const { vault } = openDesk(database, {}, acme.keychain);
      await vault.members.add(acme.team, 'b@example.com', 'member', PASSWORD);
      expect(await vault.members.remove(acme.team, 'b@example.com')).toMatchObject({ rotated: true });
    } finally {
      await database.close();
    }
  });
});
