import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { dataKeyIn, trySecret } from '../../src/vault/slots.js';
import { createTestDatabase, useTestDatabase, type TestDatabase } from '../helpers/database.js';
import {
  addKey,
  ANTHROPIC_KEY,
  foundTeam,
  logIn,
  OPENAI_KEY,
  openDesk,
  PASSWORD,
  type Founded,
} from '../helpers/vault.js';
import { readRowsOf } from '../helpers/schema-states.js';
import { expectNone } from '../helpers/secret-forms.js';

/** Somebody with the right to write to the database, and no secret. */
describe('what is changed outside costs is refused', () => {
  let base: TestDatabase;
  let acme: Founded;
  beforeAll(async () => {
    base = await createTestDatabase('postgresql');
    acme = await foundTeam(base.database);
    await addKey(acme, 'org-1');
    await addKey(acme, 'ant-1', ANTHROPIC_KEY);
    await acme.vault.members.add(acme.team, 'b@example.com', 'member', PASSWORD);
  });
  afterAll(() => base.drop());

  const sql = (text: string, ...values: unknown[]) => base.database.prisma.$executeRawUnsafe(text, ...values);
  const rows = (text: string) => base.database.prisma.$queryRawUnsafe<Record<string, unknown>[]>(text);
  const keyOf = async (organizationId: string, config = {}) => {
    const desk = openDesk(base.database, config, acme.keychain);
    const row = (await (await desk.store.access()).keys.list(acme.team.id)).find(
      (each) => each.organizationId === organizationId,
    );
    if (row === undefined) throw new Error('no such key');
    return desk.vault.adminKey(row);
  };

  // Each test leaves the tables as it found them.
  let saved: { table: string; rows: Record<string, unknown>[] }[] = [];
  beforeEach(async () => {
    saved = [];
    for (const table of ['organization_api_keys', 'vault_slots', 'vault_sessions', 'vaults', 'users'])
      saved.push({ table, rows: await rows(`SELECT * FROM "${table}"`) });
    return async () => {
      for (const { table, rows: before } of saved) {
        for (const row of before) {
          const columns = Object.keys(row);
          const key = table === 'vaults' ? 'team_id' : 'id';
          const values = columns.map((column) => row[column]);
          await sql(
            `UPDATE "${table}" SET ${columns.map((column, index) => `"${column}" = $${index + 1}`).join(', ')} WHERE "${key}" = $${columns.length + 1}`,
            ...values,
            row[key],
          );
        }
      }
    };
  });

  it('opens nothing that was not touched any less for it', async () => {
    expect((await keyOf('org-1')).reveal()).toBe(OPENAI_KEY);
    expect((await keyOf('ant-1')).reveal()).toBe(ANTHROPIC_KEY);
  });

  it('a session opens nothing with another key, and says to log in again', async () => {
    await sql(`UPDATE vault_sessions SET session_key = $1`, Buffer.alloc(32, 7).toString('base64url'));
    await expect(keyOf('org-1')).rejects.toMatchObject({
      code: 'auth',
      message: expect.stringContaining("This machine's session does not open") as string,
      hint: expect.stringContaining('costs login') as string,
    });
  });

  it.each([
    [
      'a role in a key row: its host',
      `UPDATE organization_api_keys SET host = 'loopback' WHERE organization_id = 'org-1'`,
      'may only be sent to loopback',
    ],
    [
      'a source',
      `UPDATE organization_api_keys SET source = 'env', variable = 'OTHER' WHERE organization_id = 'org-1'`,
      'its seal does not fit what it says',
    ],
    [
      'an expiry',
      `UPDATE organization_api_keys SET expires_at = now() + interval '1 year' WHERE organization_id = 'org-1'`,
      'its seal does not fit',
    ],
    [
      'a seal taken away',
      `UPDATE organization_api_keys SET mac = NULL WHERE organization_id = 'org-1'`,
      'its seal does not fit',
    ],
    [
      'an organization',
      `UPDATE organization_api_keys SET organization_id = 'org-9' WHERE organization_id = 'org-1'`,
      'its seal does not fit',
    ],
  ])('%s', { tags: ['story'] }, async (_, statement, reason) => {
    await sql(statement);
    const organization = statement.includes("'org-9'") ? 'org-9' : 'org-1';
    await expect(keyOf(organization, { variable: () => OPENAI_KEY })).rejects.toMatchObject({
      code: 'auth',
      message: expect.stringContaining(reason) as string,
    });
  });

  it('an edited host, when the environment leads there too', async () => {
    await sql(`UPDATE organization_api_keys SET host = 'loopback' WHERE organization_id = 'org-1'`);
    const baseUrls = { openai: 'http://127.0.0.1:9/v1', anthropic: 'https://api.anthropic.com' };
    await expect(keyOf('org-1', { baseUrls })).rejects.toThrow('its seal does not fit what it says');
  });

  it('another base URL, before anything is decrypted', async () => {
    const baseUrls = { openai: 'https://evil.example/v1', anthropic: 'https://api.anthropic.com' };
    await expect(keyOf('org-1', { baseUrls })).rejects.toThrow(
      'may only be sent to api.openai.com, and OPENAI_BASE_URL leads to evil.example',
    );
    // Where nothing could be decrypted, that is still what is said first.
    const { store, vault } = openDesk(base.database, { baseUrls });
    const access = await store.access();
    const row = (await access.keys.list(acme.team.id)).find(({ organizationId }) => organizationId === 'org-1');
    await expect(row && vault.adminKey(row)).rejects.toThrow('may only be sent to api.openai.com');
  });

  it('another variable of a key that is kept outside the store', async () => {
    const variable = (name: string) => (name === 'ONE' ? OPENAI_KEY : `${OPENAI_KEY}-of-another`);
    const { vault } = openDesk(base.database, { variable }, acme.keychain);
    const organization = { provider: 'openai', organizationId: 'org-env', name: 'Env', billSource: 'key' } as const;
    const key = vault.keys.fromVariable('openai', 'ONE');
    const input = { key, variable: 'ONE', host: vault.keys.hostFor('openai', null), expiresAt: null };
    await vault.keys.add(acme.team, [organization], input);
    expect((await keyOf('org-env', { variable })).reveal()).toBe(OPENAI_KEY);
    await sql(`UPDATE organization_api_keys SET variable = 'OTHER' WHERE organization_id = 'org-env'`);
    await expect(keyOf('org-env', { variable })).rejects.toThrow('its seal does not fit what it says');
  });

  it('a ciphertext moved to another row', async () => {
    await sql(
      `UPDATE organization_api_keys a SET encrypted_key = b.encrypted_key FROM organization_api_keys b WHERE a.organization_id = 'org-1' AND b.organization_id = 'ant-1'`,
    );
    await expect(keyOf('org-1')).rejects.toMatchObject({ code: 'auth' });
    await sql(
      `UPDATE organization_api_keys a SET mac = b.mac FROM organization_api_keys b WHERE a.organization_id = 'org-1' AND b.organization_id = 'ant-1'`,
    );
    await expect(keyOf('org-1')).rejects.toMatchObject({ code: 'auth' });
  });

  it('a ciphertext that was cut', async () => {
    await sql(
      `UPDATE organization_api_keys SET encrypted_key = left(encrypted_key, -10) WHERE organization_id = 'org-1'`,
    );
    await expect(keyOf('org-1')).rejects.toMatchObject({ code: 'auth' });
  });

  it('a slot with weak or huge parameters, without the time they would take', async () => {
    for (const [kdf, reason] of [
      ['scrypt$1024$8$1$', 'weaker'],
      ['scrypt$1073741824$8$1$', 'more than'],
    ] as const) {
      await sql(
        `UPDATE vault_slots SET kdf = $1 || split_part(kdf, '$', 5) WHERE user_id = (SELECT id FROM users WHERE email = 'b@example.com')`,
        kdf,
      );
      await expect(logIn(base.database, 'b@example.com')).rejects.toThrow(reason);
      await sql(
        `INSERT INTO login_attempts (id, email, success, reason) VALUES (gen_random_uuid(), 'b@example.com', true, 'unlocked')`,
      );
    }
  });

  it.each([
    ['source', `UPDATE organization_api_keys SET source = 'bogus' WHERE organization_id = 'org-1'`, 'auth'],
    ['provider', `UPDATE organization_api_keys SET provider = 'zzz' WHERE organization_id = 'org-1'`, 'failed'],
    ['time', `UPDATE organization_api_keys SET expires_at = 'infinity' WHERE organization_id = 'org-1'`, 'auth'],
    ['year', `UPDATE organization_api_keys SET expires_at = '20000-01-01' WHERE organization_id = 'org-1'`, 'auth'],
  ])('a %s that is none stops its own key alone', async (_, statement, code) => {
    await sql(statement);
    await expect(keyOf('org-1')).rejects.toMatchObject({ code });
    expect((await keyOf('ant-1')).reveal()).toBe(ANTHROPIC_KEY);
  });

  it('a slot whose time is none, which lets everybody else in', { tags: ['story'] }, async () => {
    await sql(
      `UPDATE vault_slots SET expires_at = 'infinity' WHERE user_id = (SELECT id FROM users WHERE email = 'b@example.com')`,
    );
    await logIn(base.database, 'admin@example.com');
    await expect(logIn(base.database, 'b@example.com')).rejects.toMatchObject({ code: 'auth' });
  });

  it("the vault's own row, until the login of an admin puts it right", { tags: ['story'] }, async () => {
    await sql(`UPDATE vaults SET generation = generation + 1, public_key = 'anybody'`);
    await expect(keyOf('org-1')).rejects.toMatchObject({ code: 'auth' });
    await expect(logIn(base.database, 'b@example.com')).rejects.toMatchObject({ code: 'auth' });
    const { said } = await logIn(base.database, 'admin@example.com');
    expect(said).toContainEqual(expect.stringContaining("The row of the team's vault was changed outside costs"));
    expect((await keyOf('org-1')).reveal()).toBe(OPENAI_KEY);
  });
});

describe('a store that was put back in part', () => {
  it("does not let an older generation's slot in", { tags: ['story'] }, async () => {
    const base = await createTestDatabase('postgresql');
    try {
      const acme = await foundTeam(base.database);
      const [old] = await base.database.prisma.$queryRaw<
        { id: string; row: string }[]
      >`SELECT id, to_jsonb(s)::text AS row FROM vault_slots s WHERE kind = 'password'`;
      await acme.vault.rotate(acme.team);
      await base.database.prisma.$executeRaw`DELETE FROM vault_slots WHERE id = ${old?.id}`;
      await base.database.prisma
        .$executeRaw`INSERT INTO vault_slots SELECT * FROM jsonb_populate_record(NULL::vault_slots, ${old?.row}::jsonb)`;
      await expect(logIn(base.database, 'admin@example.com')).rejects.toThrow(
        'The slot is of generation 1, and the vault of generation 2: it is refused.',
      );
    } finally {
      await base.drop();
    }
  });
});

describe('another team of the same database', () => {
  it(
    'cannot open a key with its own data key, wherever its slots and sessions are put',
    { tags: ['story'] },
    async () => {
      const base = await createTestDatabase('postgresql');
      try {
        const acme = await foundTeam(base.database);
        const row = await addKey(acme, 'org-1');
        const evil = await foundTeam(base.database, 'evil', 'evil@example.com');
        await base.database.prisma.$executeRaw`UPDATE organization_api_keys SET team_id = ${evil.team.id}`;
        await expect(evil.vault.adminKey({ ...row, teamId: evil.team.id })).rejects.toMatchObject({ code: 'auth' });
        await base.database.prisma.$executeRaw`UPDATE organization_api_keys SET team_id = ${acme.team.id}`;
        await expect(openDesk(base.database, {}, evil.keychain).vault.adminKey(row)).rejects.toMatchObject({
          code: 'auth',
        });
        await base.database.prisma
          .$executeRaw`UPDATE vault_slots SET team_id = ${acme.team.id} WHERE user_id IN (SELECT id FROM users WHERE team_id = ${evil.team.id})`;
        await base.database.prisma
          .$executeRaw`UPDATE users SET team_id = ${acme.team.id} WHERE team_id = ${evil.team.id}`;
        await expect(logIn(base.database, 'evil@example.com')).rejects.toThrow('holds the data key of another team');
        expect((await acme.vault.adminKey(row)).reveal()).toBe(OPENAI_KEY);
      } finally {
        await base.drop();
      }
    },
  );
});

describe('a dump of the database', () => {
  it('holds neither a data key nor what a keychain keeps, in whatever form', { tags: ['story'] }, async () => {
    const { database } = await useTestDatabase('postgresql');
    const acme = await foundTeam(database);
    await addKey(acme, 'org-1');
    const { token } = await acme.vault.tokens.create(acme.team, { name: 'ci', role: 'member', days: 9 });
    await acme.vault.rotate(acme.team);
    const access = await acme.store.access();
    const slot = (await access.slots.list(acme.team.id)).find(({ kind }) => kind === 'token');
    const pair = slot === undefined ? null : await trySecret(slot, token);
    const dataKey = slot === undefined || pair === null ? null : await dataKeyIn(slot, pair);
    if (dataKey === null) throw new Error('The token opens nothing.');
    await logIn(database, 'admin@example.com', PASSWORD, acme.keychain);
    const kept = [...acme.keychain.entries.values()].join(' ').split('.').slice(2);
    expect(kept).toHaveLength(3);
    const dump = JSON.stringify(await readRowsOf(database.pool));
    expect(dump).toContain(slot?.publicKey);
    expectNone(dump, [dataKey.export(), ...kept]);
  });
});

describe('a session', () => {
  it('is over after a logout, whatever was copied of its keychain', { tags: ['story'] }, async () => {
    const { database } = await useTestDatabase('postgresql');
    const acme = await foundTeam(database);
    const row = await addKey(acme, 'org-1');
    const copy = [...acme.keychain.entries];
    const open = () => openDesk(database, {}, acme.keychain);
    expect(await open().vault.logins.logout(acme.team)).toBe(true);
    expect(acme.keychain.entries.size).toBe(0);
    for (const [account, text] of copy) acme.keychain.entries.set(account, text);
    await expect(open().vault.adminKey(row)).rejects.toMatchObject({ code: 'auth' });
    expect(await database.prisma.vaultSession.count()).toBe(0);
  });

  it('is useless without its row, and the row without the keychain', { tags: ['story'] }, async () => {
    const base = await createTestDatabase('postgresql');
    try {
      const acme = await foundTeam(base.database);
      const row = await addKey(acme, 'org-1');
      const [entry = ''] = acme.keychain.entries.values();
      const dump = JSON.stringify(await base.database.prisma.$queryRaw`SELECT * FROM vault_sessions`);
      expect(dump).not.toContain(entry.split('.').at(-2));
      await expect(openDesk(base.database).vault.adminKey(row)).rejects.toThrow('You are not logged in.');
      await base.database.prisma.$executeRaw`DELETE FROM vault_sessions`;
      await expect(openDesk(base.database, {}, acme.keychain).vault.adminKey(row)).rejects.toMatchObject({
        code: 'auth',
      });
    } finally {
      await base.drop();
    }
  });

  it(
    'goes on where another login of its machine cannot be stored, and ends where it can',
    { tags: ['story'] },
    async () => {
      const { database } = await useTestDatabase('postgresql');
      const { prisma } = database;
      const acme = await foundTeam(database);
      const row = await addKey(acme, 'org-1');
      const open = () => openDesk(database, {}, acme.keychain);
      const logInAgain = () => logIn(database, 'admin@example.com', PASSWORD, acme.keychain);
      await prisma.$executeRaw`ALTER TABLE vault_sessions ADD CONSTRAINT full_up CHECK (expires_at IS NULL) NOT VALID`;
      await expect(logInAgain()).rejects.toThrow();
      await expect(open().vault.adminKey(row)).resolves.toBeDefined();
      await prisma.$executeRaw`ALTER TABLE vault_sessions DROP CONSTRAINT full_up`;
      await logInAgain();
      await expect(open().vault.adminKey(row)).resolves.toBeDefined();
      expect(await prisma.vaultSession.count()).toBe(1);
      expect([...acme.keychain.entries.values()].join(' ').split(' ')).toHaveLength(1);
    },
  );

  it('ends after twelve hours of the database', { tags: ['story'] }, async () => {
    const base = await createTestDatabase('postgresql');
    try {
      const acme = await foundTeam(base.database);
      const row = await addKey(acme, 'org-1');
      const { prisma } = base.database;
      const [hours] = await prisma.$queryRaw<
        { left: number }[]
      >`SELECT extract(epoch FROM expires_at - now())::float8 / 3600 AS left FROM vault_sessions`;
      expect(hours?.left).toBeGreaterThan(11.9);
      expect(hours?.left).toBeLessThanOrEqual(12);
      // As it was made: a row that is edited opens nothing at any time.
      const late = openDesk(base.database, {}, acme.keychain);
      const access = await late.store.access();
      const later = (hours: number) =>
        vi.spyOn(access, 'clock').mockResolvedValue(new Date(Date.now() + hours * 3_600_000));
      later(11.9);
      await expect(late.vault.adminKey(row)).resolves.toBeDefined();
      later(12.1);
      const again = openDesk(base.database, {}, acme.keychain, late.store);
      await expect(again.vault.adminKey(row)).rejects.toMatchObject({
        code: 'auth',
        message: 'The session has ended.',
      });
      await prisma.$executeRaw`UPDATE vault_sessions SET expires_at = now()`;
      await expect(openDesk(base.database, {}, acme.keychain).vault.adminKey(row)).rejects.toMatchObject({
        code: 'auth',
      });
    } finally {
      await base.drop();
    }
  });
});
