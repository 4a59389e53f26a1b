import { createSecretKey } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.js';
import { encrypt } from '../../src/vault/cipher.js';
import { pairFrom } from '../../src/vault/hpke.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { useQuickScrypt } from '../helpers/quick-scrypt.js';
import {
  addKey,
  ANTHROPIC_KEY,
  foundTeam,
  logIn,
  memoryKeychain,
  OPENAI_KEY,
  openDesk,
  PASSWORD,
  type Desk,
  type Founded,
} from '../helpers/vault.js';

useQuickScrypt();

const ADMIN = 'admin@example.com';
const B = 'b@example.com';
const C = 'c@example.com';
const NEW_PASSWORD = new Secret('another correct horse battery');

let base: TestDatabase;
let acme: Founded;
beforeEach(async () => {
  base = await createTestDatabase('postgresql');
  acme = await foundTeam(base.database);
  await addKey(acme, 'org-1');
  await acme.vault.members.add(acme.team, B, 'member', PASSWORD);
});
afterEach(() => base.drop());

const sql = (text: string, ...values: unknown[]) => base.database.prisma.$executeRawUnsafe(text, ...values);
const rowsOf = (text: string, ...values: unknown[]) =>
  base.database.prisma.$queryRawUnsafe<Record<string, unknown>[]>(text, ...values);
const adminDesk = () => openDesk(base.database, {}, acme.keychain);
const roleOf = async ({ vault }: Desk) => (await vault.whoIs(acme.team))?.role;
const keyRow = async (organizationId = 'org-1') => {
  const row = (await (await acme.store.access()).keys.list(acme.team.id)).find(
    (each) => each.organizationId === organizationId,
  );
  if (row === undefined) throw new Error('no such key');
  return row;
};
/** What somebody has who copied rows before they left. */
const copyRows = async (table: string) => rowsOf(`SELECT to_jsonb(t)::text AS row FROM "${table}" t`);
const putBack = async (table: string, copies: Record<string, unknown>[]) => {
  for (const { row } of copies) {
    await sql(
      `INSERT INTO "${table}" SELECT * FROM jsonb_populate_record(NULL::"${table}", $1::jsonb) ON CONFLICT DO NOTHING`,
      row,
    );
  }
};

describe('a role that was edited', () => {
  it.each(['admin', 'owner', 'viewer', ''])('to "%s" gives no rights and takes none', async (role) => {
    await sql(`UPDATE users SET role = $1 WHERE email = $2`, role, B);
    const desk = await logIn(base.database, B);
    expect(desk.said).toContainEqual(expect.stringContaining('the sealed one, member, is what counts'));
    expect(await roleOf(desk)).toBe('member');
    expect((await desk.vault.adminKey(await keyRow())).reveal()).toBe(OPENAI_KEY);
    await expect(desk.vault.rotate(acme.team)).rejects.toThrow('has the role member');
    const members = await adminDesk().vault.members.list(acme.team);
    expect(members.find(({ email }) => email === B)).toMatchObject({ role: 'member', state: 'initial-password' });
  });

  it.each(['viewer', 'owner', 'admin'])(
    'to "%s" before its owner is removed does not avoid a new data key',
    async (role) => {
      const keychain = memoryKeychain();
      await logIn(base.database, B, PASSWORD, keychain);
      const copies = {
        users: await copyRows('users'),
        slots: await copyRows('vault_slots'),
        sessions: await copyRows('vault_sessions'),
      };
      await sql(`UPDATE users SET role = $1 WHERE email = $2`, role, B);
      expect(await adminDesk().vault.members.remove(acme.team, B)).toMatchObject({ rotated: true, exposed: ['org-1'] });
      await putBack('users', copies.users);
      await putBack('vault_slots', copies.slots);
      await putBack('vault_sessions', copies.sessions);
      await expect(logIn(base.database, B)).rejects.toMatchObject({ code: 'auth' });
      await expect(openDesk(base.database, {}, keychain).vault.adminKey(await keyRow())).rejects.toMatchObject({
        code: 'auth',
      });
    },
  );

  it('before a demotion does not let an admin stay one', async () => {
    await adminDesk().vault.members.setRole(acme.team, B, 'admin');
    await sql(`UPDATE users SET role = 'member' WHERE email = $1`, B);
    expect(await adminDesk().vault.members.setRole(acme.team, B, 'member')).toMatchObject({ rotated: true });
    await sql(`UPDATE users SET role = 'admin' WHERE email = $1`, B);
    expect(await roleOf(await logIn(base.database, B))).toBe('member');
  });

  it('does not pass for another admin when the last one is removed', async () => {
    await sql(`UPDATE users SET role = 'admin' WHERE email = $1`, B);
    await expect(acme.vault.members.remove(acme.team, ADMIN)).rejects.toThrow('is the last admin');
    await expect(acme.vault.members.setRole(acme.team, ADMIN, 'member')).rejects.toThrow('is the last admin');
  });

  it('is not what a reset seals: the role is that of the seal, and without one there is no code', async () => {
    await sql(`UPDATE users SET role = 'admin' WHERE email = $1`, B);
    const { code } = await adminDesk().vault.members.reset(acme.team, B);
    await openDesk(base.database).vault.logins.redeemCode(B, code, NEW_PASSWORD);
    expect(await roleOf(await logIn(base.database, B, NEW_PASSWORD))).toBe('member');

    await sql(`INSERT INTO users (id, team_id, email, role) VALUES ('u9', $1, 'z@example.com', 'admin')`, acme.team.id);
    await expect(adminDesk().vault.members.reset(acme.team, 'z@example.com')).rejects.toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining('costs members add --email z@example.com --role member') as string,
    });
    expect(await rowsOf(`SELECT 1 FROM vault_slots WHERE user_id = 'u9'`)).toEqual([]);
  });

  it('does not make the recovery code open to a member', async () => {
    await sql(`UPDATE users SET role = 'admin' WHERE email = $1`, B);
    await expect(openDesk(base.database).vault.logins.redeemCode(B, acme.recoveryCode, NEW_PASSWORD)).rejects.toThrow(
      'The recovery code is for admins',
    );
    await sql(`UPDATE users SET role = 'nothing' WHERE email = $1`, ADMIN);
    await openDesk(base.database).vault.logins.redeemCode(ADMIN, acme.recoveryCode, NEW_PASSWORD);
    expect(await roleOf(await logIn(base.database, ADMIN, NEW_PASSWORD))).toBe('admin');
  });
});

describe('a slot that was edited', () => {
  beforeEach(async () => {
    await acme.vault.members.add(acme.team, C, 'member', PASSWORD);
  });
  const slotOf = (email: string) => `user_id = (SELECT id FROM users WHERE email = '${email}')`;

  it.each([
    ['its public key', async () => (await pairFrom(Buffer.alloc(32, 1))).publicKey, 'public_key'],
    ['its seal', () => Promise.resolve('00'), 'mac'],
    ['its seal, taken away', () => Promise.resolve(null), 'mac'],
    ['its data key, taken away', () => Promise.resolve(null), 'sealed_key'],
    ['its kind', () => Promise.resolve('recovered'), 'kind'],
    ['its mark of a first password', () => Promise.resolve(false), 'must_change'],
  ])('(%s) stops no removal, and is dropped', async (_, value, column) => {
    await sql(`UPDATE vault_slots SET "${column}" = $1 WHERE ${slotOf(C)}`, await value());
    expect((await adminDesk().vault.members.list(acme.team)).find(({ email }) => email === C)?.state).toBe('changed');
    expect(await adminDesk().vault.members.remove(acme.team, B)).toMatchObject({
      rotated: true,
      dropped: ['the login of c@example.com'],
    });
    await expect(logIn(base.database, C)).rejects.toMatchObject({ code: 'auth' });
    const admin = await logIn(base.database, ADMIN, PASSWORD, acme.keychain);
    expect((await admin.vault.adminKey(await keyRow())).reveal()).toBe(OPENAI_KEY);
    await admin.vault.members.add(acme.team, C, 'member', NEW_PASSWORD);
    await expect(logIn(base.database, C, NEW_PASSWORD)).resolves.toBeDefined();
  });

  it.each(['reset', 'recovery'])('to look like a %s code is told as edited, and not as a reset', async (kind) => {
    const { vault } = await logIn(base.database, C);
    await sql(`UPDATE vault_slots SET kind = $1 WHERE ${slotOf(C)}`, kind);
    await expect(vault.whoIs(acme.team)).rejects.toThrow(`The ${kind} slot of ${C} was changed outside costs`);
  });

  it('stops no rotation and no revocation either', async () => {
    await acme.vault.tokens.create(acme.team, { name: 'ci', role: 'member', days: 9 });
    await sql(`UPDATE vault_slots SET must_change = NOT must_change, expires_at = 'infinity' WHERE ${slotOf(C)}`);
    await sql(`UPDATE organization_api_keys SET source = 'bogus', provider = 'zzz', exposed_at = 'infinity'`);
    await sql(`UPDATE vault_tokens SET created_at = 'infinity'`);
    await sql(`UPDATE vault_slots SET kdf = 'hkdf$AAAAAAAAAAAAAAAAAAAAAA' WHERE kind = 'recovery'`);
    expect(await adminDesk().vault.tokens.revoke(acme.team, 'ci')).toMatchObject({
      rotated: true,
      dropped: expect.arrayContaining(['the login of c@example.com', 'the recovery code']) as string[],
      altered: ['org-1'],
    });
    const admin = await logIn(base.database, ADMIN, PASSWORD, acme.keychain);
    await sql(
      `INSERT INTO vault_slots (id, team_id, kind, generation, kdf, public_key) SELECT 'planted', team_id, 'reset', generation, kdf, public_key FROM vault_slots LIMIT 1`,
    );
    expect(await admin.vault.rotate(acme.team)).toMatchObject({
      dropped: ['a login whose owner is not a member of the team'],
    });
  });

  it('is not renewed by a change of role', async () => {
    const { publicKey } = await pairFrom(Buffer.alloc(32, 3));
    await sql(`UPDATE vault_slots SET public_key = $1 WHERE ${slotOf(C)}`, publicKey);
    expect(await adminDesk().vault.members.setRole(acme.team, C, 'admin')).toMatchObject({
      rotated: true,
      dropped: ['the login of c@example.com'],
    });
    expect(await rowsOf(`SELECT 1 FROM vault_slots WHERE ${slotOf(C)}`)).toEqual([]);
  });

  it('does not go over to whoever takes the email of an admin', async () => {
    // Sealed with the email, so that "remove b" cannot be turned against the one who types it.
    await sql(`UPDATE users SET email = 'x' WHERE email = $1`, C);
    await sql(`UPDATE users SET email = $1 WHERE email = $2`, C, B);
    await sql(`UPDATE users SET email = $1 WHERE email = 'x'`, B);
    expect(await adminDesk().vault.members.remove(acme.team, B)).toMatchObject({
      dropped: ['the login of c@example.com'],
    });
    await expect(logIn(base.database, C)).rejects.toMatchObject({ code: 'auth' });
    await expect(logIn(base.database, B)).rejects.toMatchObject({ code: 'auth' });
  });
});

describe('a key row that was edited', () => {
  it.each(['host', 'generation', 'mac', 'expires_at'])(
    '(%s) stops no removal, and opens nothing afterwards',
    async (column) => {
      await addKey(acme, 'ant-1', ANTHROPIC_KEY);
      const values = { host: "'loopback'", generation: '7', mac: 'NULL', expires_at: 'now()' };
      const [before] = await rowsOf(
        `SELECT to_jsonb(k)::text AS row FROM organization_api_keys k WHERE organization_id = 'org-1'`,
      );
      await sql(
        `UPDATE organization_api_keys SET "${column}" = ${values[column as keyof typeof values]} WHERE organization_id = 'org-1'`,
      );
      expect(await adminDesk().vault.members.remove(acme.team, B)).toMatchObject({
        rotated: true,
        exposed: ['ant-1', 'org-1'],
        altered: ['org-1'],
      });
      const admin = await logIn(base.database, ADMIN, PASSWORD, acme.keychain);
      expect((await admin.vault.adminKey(await keyRow('ant-1'))).reveal()).toBe(ANTHROPIC_KEY);
      await sql(`DELETE FROM organization_api_keys WHERE organization_id = 'org-1'`);
      await putBack('organization_api_keys', [before ?? {}]);
      await expect(admin.vault.adminKey(await keyRow())).rejects.toMatchObject({ code: 'auth' });
      const row = await keyRow();
      await admin.vault.keys.replace([row], {
        key: new Secret('sk-admin-the-next-one'),
        variable: null,
        host: row.host,
        expiresAt: null,
      });
      expect((await admin.vault.adminKey(row)).reveal()).toBe('sk-admin-the-next-one');
    },
  );

  it('to look as if its key had never been in the vault is exposed all the same', async () => {
    await sql(`UPDATE organization_api_keys SET source = 'env', variable = 'X', encrypted_key = NULL`);
    expect(await adminDesk().vault.members.remove(acme.team, B)).toMatchObject({
      exposed: ['org-1'],
      altered: ['org-1'],
    });
    expect((await keyRow()).exposedAt).toBeInstanceOf(Date);
  });

  it('that names a variable and was registered without a session stops nothing', async () => {
    await sql(
      `UPDATE organization_api_keys SET source = 'env', variable = 'OPENAI_ADMIN_KEY', encrypted_key = NULL, generation = NULL, mac = NULL`,
    );
    expect(await adminDesk().vault.rotate(acme.team)).toMatchObject({ altered: [] });
    expect((await keyRow()).mac).toBeNull();
  });
});

describe('a token that was edited', () => {
  const make = async (name: string) => {
    const { token, row } = await adminDesk().vault.tokens.create(acme.team, { name, role: 'member', days: 9 });
    return { id: row.id, desk: () => openDesk(base.database, { token: token.reveal() }) };
  };
  const adminAgain = () => logIn(base.database, ADMIN, PASSWORD, acme.keychain);

  it('has the role of its seal', async () => {
    const { desk } = await make('ci');
    await sql(`UPDATE vault_tokens SET role = 'admin'`);
    expect(await roleOf(desk())).toBe('member');
    expect(await adminDesk().vault.tokens.list(acme.team)).toMatchObject([{ role: 'member', problem: null }]);
  });

  it.each([
    ['revoked', `UPDATE vault_tokens SET revoked_at = now()`, `UPDATE vault_tokens SET revoked_at = NULL`],
    [
      'expired',
      `UPDATE vault_tokens SET expires_at = now()`,
      `UPDATE vault_tokens SET expires_at = now() + interval '8 days', revoked_at = NULL`,
    ],
    [
      'a viewer’s',
      `UPDATE vault_tokens SET role = 'viewer'`,
      `UPDATE vault_tokens SET role = 'member', revoked_at = NULL`,
    ],
  ])('to look %s is revoked with a new data key, for good', async (_, hide, comeBack) => {
    const { desk } = await make('ci');
    const slots = await copyRows('vault_slots');
    await sql(hide);
    expect(await adminDesk().vault.tokens.revoke(acme.team, 'ci')).toMatchObject({ rotated: true, exposed: ['org-1'] });
    await sql(comeBack);
    await putBack('vault_slots', slots);
    await expect(desk().vault.adminKey(await keyRow())).rejects.toMatchObject({ code: 'auth' });
  });

  it('to bear the name of another does not survive the revocation of that name', async () => {
    const leaked = await make('ci');
    const other = await make('deploy');
    await sql(`UPDATE vault_tokens SET name = CASE name WHEN 'ci' THEN 'deploy' ELSE 'ci' END`);
    const change = await adminDesk().vault.tokens.revoke(acme.team, 'ci');
    expect(change).toMatchObject({ rotated: true, dropped: ['the token deploy'] });
    for (const { desk } of [leaked, other])
      await expect(desk().vault.adminKey(await keyRow())).rejects.toMatchObject({ code: 'auth' });
    expect((await (await adminAgain()).vault.tokens.list(acme.team)).map(({ problem }) => problem)).toEqual([
      null,
      null,
    ]);
  });

  it('to look revoked while a harmless one takes its name is dropped with that one', async () => {
    const { desk } = await make('ci');
    await sql(`UPDATE vault_tokens SET revoked_at = now()`);
    await sql(
      `INSERT INTO vault_tokens (id, team_id, name, role, created_by, expires_at) SELECT 'decoy', team_id, 'ci', 'member', 'x', now() + interval '1 day' FROM vault_tokens`,
    );
    expect(await adminDesk().vault.tokens.revoke(acme.team, 'ci')).toMatchObject({ dropped: ['the token ci'] });
    await sql(`UPDATE vault_tokens SET revoked_at = NULL`);
    await expect(desk().vault.adminKey(await keyRow())).rejects.toMatchObject({ code: 'auth' });
  });
});

describe('a session that was edited', () => {
  it.each([
    ['its owner', `user_id = (SELECT id FROM users WHERE email = '${ADMIN}')`],
    ['its end', `expires_at = '2999-01-01'`],
    ['its end, taken away', `expires_at = NULL`],
    ['its host', `host = 'elsewhere'`],
    ['its owner, taken away', `user_id = NULL, expires_at = NULL`],
  ])('(%s) opens nothing', async (_, change) => {
    const keychain = memoryKeychain();
    await logIn(base.database, B, PASSWORD, keychain);
    const own = `user_id = (SELECT id FROM users WHERE email = '${B}')`;
    await sql(`UPDATE vault_sessions SET ${change} WHERE ${own}`);
    const { vault } = openDesk(base.database, {}, keychain);
    await expect(vault.whoIs(acme.team)).rejects.toThrow("This machine's session does not open");
    await expect(openDesk(base.database, {}, keychain).vault.rotate(acme.team)).rejects.toMatchObject({ code: 'auth' });
  });

  it('is not one that an earlier version made, which bound it to its row and to nothing that the row says', async () => {
    const keychain = memoryKeychain();
    await logIn(base.database, B, PASSWORD, keychain);
    const [session] = (await rowsOf(
      `SELECT s.id, session_key, v.generation, v.id AS vault FROM vault_sessions s JOIN vaults v USING (team_id)
       WHERE user_id = (SELECT id FROM users WHERE email = '${B}')`,
    )) as { id: string; session_key: string; generation: number; vault: string }[];
    if (session === undefined) throw new Error('No session.');
    const { id: row, generation } = session;
    const key = createSecretKey(Buffer.from(session.session_key, 'base64url'));
    const former = encrypt(key, Buffer.alloc(32, 1), { purpose: 'session', team: acme.team.id, generation, row });
    // A viewer's had no data key.
    for (const sealed of [former, '-']) {
      await keychain.set(session.vault, `${row}.${sealed}`);
      const refused = openDesk(base.database, {}, keychain).vault.whoIs(acme.team);
      await expect(refused).rejects.toThrow('was made by an earlier version of costs');
    }
  });
});
