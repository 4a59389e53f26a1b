import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../src/domain/secret.js';
import { checkVault } from '../../src/vault/mac.js';
import { plaintextIfIntact } from '../../src/vault/rotate.js';
import { checkSlots, dataKeyIn, trySecret } from '../../src/vault/slots.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { useQuickScrypt } from '../helpers/quick-scrypt.js';
import {
  addKey,
  foundTeam,
  logIn,
  memoryKeychain,
  OPENAI_KEY,
  openDesk,
  PASSWORD,
  type Founded,
} from '../helpers/vault.js';

useQuickScrypt();

const NEW_PASSWORD = new Secret('another correct horse battery');
const MEMBER = 'b@example.com';
const NOTHING_CHANGED_OUTSIDE = { dropped: [], altered: [] };

let base: TestDatabase;
let acme: Founded;
beforeEach(async () => {
  base = await createTestDatabase('postgresql');
  acme = await foundTeam(base.database);
});
afterEach(() => base.drop());

const admin = () => openDesk(base.database, {}, acme.keychain);
const adminAgain = () => logIn(base.database, 'admin@example.com', PASSWORD, acme.keychain);
describe('a team’s vault', () => {
  it('is created once', async () => {
    await expect(acme.vault.logins.createVault(acme.team, 'c@example.com', PASSWORD)).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('makes a user of the time before logins its admin, and refuses one of another team', async () => {
    const { prisma } = base.database;
    await prisma.$executeRaw`INSERT INTO teams (id, name) VALUES ('old', 'Old')`;
    await prisma.$executeRaw`INSERT INTO users (id, team_id, email, role) VALUES ('u1', 'old', 'Old@Example.com', 'owner')`;
    const { vault, store } = openDesk(base.database);
    const old = { id: 'old', name: 'Old' };
    await expect(vault.logins.createVault(old, 'admin@example.com', PASSWORD)).rejects.toThrow(
      'is a member of another team',
    );
    await vault.logins.createVault(old, 'old@example.com', PASSWORD);
    expect(await (await store.access()).members.get('u1')).toMatchObject({ role: 'admin', teamId: 'old' });
    await expect(logIn(base.database, 'old@example.com')).resolves.toBeDefined();
  });
});

describe('roles', () => {
  it('keep at least one admin', async () => {
    const last = { code: 'conflict', message: expect.stringContaining('is the last admin') as string };
    await expect(acme.vault.members.remove(acme.team, 'admin@example.com')).rejects.toMatchObject(last);
    await expect(acme.vault.members.setRole(acme.team, 'admin@example.com', 'member')).rejects.toMatchObject(last);
    await acme.vault.members.add(acme.team, MEMBER, 'admin', PASSWORD);
    await expect(acme.vault.members.setRole(acme.team, 'admin@example.com', 'member')).resolves.toBeDefined();
  });
});

describe('members and tokens', () => {
  it('are found like everything else: a mistyped one is refused with what is written almost so, an empty word always', async () => {
    await acme.vault.members.add(acme.team, MEMBER, 'member', PASSWORD);
    await acme.vault.tokens.create(acme.team, { name: 'Nightly', role: 'member', days: 30 });
    const usage = (message: string, list: string) => ({ code: 'usage', message, hint: `costs ${list} list` });
    await expect(acme.vault.members.remove(acme.team, 'b@exmple.com')).rejects.toMatchObject(
      usage('There is no member "b@exmple.com". Did you mean b@example.com?', 'members'),
    );
    await expect(acme.vault.tokens.revoke(acme.team, 'Nihtly')).rejects.toMatchObject(
      usage('There is no token "Nihtly". Did you mean Nightly?', 'tokens'),
    );
    await expect(acme.vault.tokens.revoke(acme.team, ' ')).rejects.toThrow('Which token? The name is empty.');
    await base.database.prisma.$executeRaw`
      INSERT INTO users (id, team_id, email, role) SELECT 'twin', team_id, 'B@example.com', 'member' FROM users LIMIT 1`;
    const twin = acme.vault.logins.parseMember(' twin ');
    expect(await acme.vault.members.leaving(acme.team, twin)).toMatchObject({ id: twin, email: 'B@example.com' });
    expect(() => acme.vault.logins.parseMember('b@')).toThrow('not a valid email address');
    expect(await acme.vault.tokens.revoke(acme.team, 'nightly')).toMatchObject({ row: { name: 'Nightly' } });
  });
});

describe('leaving', () => {
  it('makes the old data key open nothing, ends sessions, and leaves the others at work', async () => {
    const row = await addKey(acme, 'org-1');
    await acme.vault.members.add(acme.team, MEMBER, 'member', PASSWORD);
    await acme.vault.members.add(acme.team, 'c@example.com', 'member', PASSWORD);
    const { token } = await acme.vault.tokens.create(acme.team, { name: 'ci', role: 'member', days: 30 });
    const gone = memoryKeychain();
    await logIn(base.database, MEMBER, PASSWORD, gone);
    const { prisma } = base.database;
    const before = await prisma.$queryRaw<{ row: string }[]>`SELECT to_jsonb(s)::text AS row FROM vault_sessions s`;

    const change = await acme.vault.members.remove(acme.team, MEMBER);
    expect(change).toEqual({ ...NOTHING_CHANGED_OUTSIDE, exposed: ['org-1'], rotated: true });
    expect(await prisma.$queryRaw`SELECT 1 FROM vault_sessions`).toEqual([]);
    // Whoever left brings back the session's row: the data key it opens is of the past.
    for (const session of before) {
      await prisma.$executeRaw`INSERT INTO vault_sessions SELECT * FROM jsonb_populate_record(NULL::vault_sessions, (${session.row}::jsonb || '{"user_id": null}'))`;
    }
    await expect(openDesk(base.database, {}, gone).vault.adminKey(row)).rejects.toMatchObject({ code: 'auth' });
    await expect(logIn(base.database, MEMBER)).rejects.toThrow('The email or the password is wrong.');

    expect((await (await logIn(base.database, 'c@example.com')).vault.adminKey(row)).reveal()).toBe(OPENAI_KEY);
    expect((await openDesk(base.database, { token: token.reveal() }).vault.adminKey(row)).reveal()).toBe(OPENAI_KEY);
    expect((await (await adminAgain()).vault.adminKey(row)).reveal()).toBe(OPENAI_KEY);
  });

  it('leaves the row alone that is of the application whose tables were adopted, and takes the login', async () => {
    const { prisma } = base.database;
    await prisma.$executeRaw`UPDATE _prisma_migrations SET logs = '{"kind":"costs-adoption"}' WHERE migration_name LIKE '%baseline'`;
    await prisma.$executeRaw`CREATE TABLE accounts (user_id text REFERENCES users ON DELETE CASCADE)`;
    await prisma.$executeRaw`INSERT INTO users SELECT 'hank', team_id, ${MEMBER}, 'owner' FROM users LIMIT 1`;
    await prisma.$executeRaw`INSERT INTO accounts VALUES ('hank')`;
    await expect(acme.vault.members.remove(acme.team, MEMBER)).rejects.toThrow('is a user of the application');
    await acme.vault.members.add(acme.team, MEMBER, 'member', PASSWORD);
    const { vault } = await logIn(base.database, MEMBER);
    expect(await vault.whoIs(acme.team)).toMatchObject({ role: 'member' });
    expect(await prisma.$queryRaw`SELECT role FROM users WHERE id = 'hank'`).toEqual([{ role: 'owner' }]);
    expect(await acme.vault.members.remove(acme.team, MEMBER)).toMatchObject({ rotated: true });
    await expect(logIn(base.database, MEMBER)).rejects.toThrow('The email or the password is wrong.');
    expect(await prisma.$queryRaw`SELECT user_id FROM accounts`).toEqual([{ user_id: 'hank' }]);
    expect(await prisma.$queryRaw`SELECT 1 FROM vault_slots WHERE user_id = 'hank'`).toEqual([]);
  });

  it('marks keys as exposed until they are rotated', async () => {
    const row = await addKey(acme, 'org-1');
    const { token } = await acme.vault.tokens.create(acme.team, { name: 'ci', role: 'member', days: 30 });
    await acme.vault.tokens.revoke(acme.team, 'ci');
    const { vault, store } = await adminAgain();
    expect((await (await store.access()).keys.get(row.keyId))?.exposedAt).toBeInstanceOf(Date);
    const input = { key: new Secret('sk-admin-the-next-one'), variable: null, host: row.host, expiresAt: null };
    await vault.keys.replace([row], input);
    expect((await (await store.access()).keys.get(row.keyId))?.exposedAt).toBeNull();
    expect((await vault.adminKey(row)).reveal()).toBe('sk-admin-the-next-one');
    await expect(openDesk(base.database, { token: token.reveal() }).vault.adminKey(row)).rejects.toThrow(
      'was revoked on',
    );
  });

  it('leaves nothing in the store that the old data key opens or vouches for, though its token had expired', async () => {
    const row = await addKey(acme, 'org-1');
    const { token } = await acme.vault.tokens.create(acme.team, { name: 'ci', role: 'member', days: 30 });
    const access = await acme.store.access();
    const [slot] = (await access.slots.list(acme.team.id)).filter(({ kind }) => kind === 'token');
    const pair = slot === undefined ? null : await trySecret(slot, token);
    const kept = slot === undefined || pair === null ? null : await dataKeyIn(slot, pair);
    if (kept === null) throw new Error('the token opens nothing');
    const opened = async () => {
      const now = await access.keys.get(row.keyId);
      return now?.encryptedKey == null ? null : plaintextIfIntact(now, now.encryptedKey, kept)?.toString();
    };
    expect(await opened()).toBe(OPENAI_KEY);
    await base.database.prisma.$executeRaw`UPDATE vault_tokens SET expires_at = now()`;
    await acme.vault.tokens.revoke(acme.team, 'ci');
    expect(await opened()).toBeUndefined();
    const input = { key: new Secret('sk-admin-the-next-one'), variable: null, host: row.host, expiresAt: null };
    await (await adminAgain()).vault.keys.replace([row], input);
    expect(await opened()).toBeUndefined();
    expect((await checkSlots(access, acme.team.id, kept)).filter(({ role }) => role !== null)).toEqual([]);
    const vault = await access.vault(acme.team.id);
    expect(() => vault && checkVault(vault, kept)).toThrow('was changed outside costs');
  });

  it('is what a demotion is, too', async () => {
    const row = await addKey(acme, 'org-1');
    await acme.vault.members.add(acme.team, MEMBER, 'admin', PASSWORD);
    const gone = memoryKeychain();
    await logIn(base.database, MEMBER, PASSWORD, gone);
    expect(await acme.vault.members.setRole(acme.team, MEMBER, 'member')).toEqual({
      ...NOTHING_CHANGED_OUTSIDE,
      exposed: ['org-1'],
      rotated: true,
    });
    await expect(openDesk(base.database, {}, gone).vault.adminKey(row)).rejects.toMatchObject({ code: 'auth' });
    const { vault } = await logIn(base.database, MEMBER);
    expect((await vault.adminKey(row)).reveal()).toBe(OPENAI_KEY);
    await expect(vault.rotate(acme.team)).rejects.toThrow('has the role member');
  });

  it('is not what a promotion is, which needs nobody’s password', async () => {
    await acme.vault.members.add(acme.team, MEMBER, 'member', PASSWORD);
    const { vault } = await logIn(base.database, MEMBER);
    expect(await acme.vault.members.setRole(acme.team, MEMBER, 'admin')).toMatchObject({ rotated: false });
    expect(await vault.whoIs(acme.team)).toMatchObject({ role: 'admin' });
  });
});

describe('tokens', () => {
  it('expire on the clock of the database, and say so', async () => {
    const row = await addKey(acme, 'org-1');
    const { token, row: made } = await acme.vault.tokens.create(acme.team, { name: 'ci', role: 'member', days: 1 });
    const { prisma } = base.database;
    await prisma.$executeRaw`UPDATE vault_tokens SET expires_at = now() - interval '1 second' WHERE id = ${made.id}`;
    await expect(openDesk(base.database, { token: token.reveal() }).vault.adminKey(row)).rejects.toThrow(
      'The token in COSTS_TOKEN expired on',
    );
    const attempts =
      await prisma.$queryRaw`SELECT email, success, reason FROM login_attempts WHERE reason LIKE 'token%'`;
    expect(attempts).toEqual([{ email: `token:${made.id}`, success: false, reason: 'token_expired' }]);
    // As it was made, a day later there and not here: an edited row opens nothing anyway.
    const { token: next } = await acme.vault.tokens.create(acme.team, { name: 'next', role: 'member', days: 1 });
    const desk = openDesk(base.database, { token: next.reveal() });
    const access = await desk.store.access();
    const clock = vi.spyOn(access, 'clock').mockResolvedValue(new Date(Date.now() + 25 * 3_600_000));
    await expect(desk.vault.adminKey(row)).rejects.toThrow('The token in COSTS_TOKEN expired on');
    clock.mockRestore();
    const again = openDesk(base.database, { token: next.reveal() });
    expect((await again.vault.adminKey(row)).reveal()).toBe(OPENAI_KEY);
  });

  it('are not made to live longer by editing their row', async () => {
    const row = await addKey(acme, 'org-1');
    const { token } = await acme.vault.tokens.create(acme.team, { name: 'ci', role: 'member', days: 1 });
    await base.database.prisma
      .$executeRaw`UPDATE vault_slots SET expires_at = expires_at + interval '1 year' WHERE kind = 'token'`;
    await expect(openDesk(base.database, { token: token.reveal() }).vault.adminKey(row)).rejects.toThrow(
      'was changed outside costs',
    );
  });

  it('lose their slot once they expired, to whatever command comes next', async () => {
    await acme.vault.tokens.create(acme.team, { name: 'ci', role: 'member', days: 1 });
    await base.database.prisma.$executeRaw`UPDATE vault_slots SET expires_at = now() WHERE kind = 'token'`;
    await admin().vault.whoIs(acme.team);
    expect(await base.database.prisma.$queryRaw`SELECT 1 FROM vault_slots WHERE kind = 'token'`).toEqual([]);
  });

  it('note their last use', async () => {
    const { token } = await acme.vault.tokens.create(acme.team, { name: 'ci', role: 'member', days: 1 });
    const { vault } = openDesk(base.database, { token: token.reveal() });
    expect(await vault.whoIs(acme.team)).toMatchObject({ kind: 'token', label: 'ci', role: 'member' });
    expect((await vault.tokens.list(acme.team))[0]?.lastUsedAt).toBeInstanceOf(Date);
  });

  it('of another team, or with another secret, are refused', async () => {
    const row = await addKey(acme, 'org-1');
    const other = await foundTeam(base.database, 'other', 'o@example.com');
    const { token } = await other.vault.tokens.create(other.team, { name: 'ci', role: 'member', days: 1 });
    await expect(openDesk(base.database, { token: token.reveal() }).vault.adminKey(row)).rejects.toThrow(
      'is not known to this team',
    );
    await expect(openDesk(base.database, { token: 'costs_nonsense' }).vault.adminKey(row)).rejects.toThrow(
      'not copied whole',
    );
  });
});

describe('passwords', () => {
  it('set by an admin are marked until they are changed', async () => {
    await acme.vault.members.add(acme.team, MEMBER, 'member', PASSWORD);
    expect((await acme.vault.members.list(acme.team)).map(({ state }) => state)).toEqual(['ok', 'initial-password']);
    expect(await openDesk(base.database).vault.logins.login(MEMBER, PASSWORD)).toMatchObject({ mustChange: true });
    await openDesk(base.database).vault.logins.changePassword(MEMBER, PASSWORD, NEW_PASSWORD);
    expect(await openDesk(base.database).vault.logins.login(MEMBER, NEW_PASSWORD)).toMatchObject({ mustChange: false });
    await expect(logIn(base.database, MEMBER, PASSWORD)).rejects.toMatchObject({ code: 'auth' });
  });

  it('are reset by a one-time code', async () => {
    await acme.vault.members.add(acme.team, MEMBER, 'member', PASSWORD);
    const { code } = await acme.vault.members.reset(acme.team, MEMBER);
    await expect(logIn(base.database, MEMBER)).rejects.toMatchObject({ code: 'auth' });
    await expect(
      openDesk(base.database).vault.logins.redeemCode(MEMBER, new Secret('AAAAA-BBBBB'), NEW_PASSWORD),
    ).rejects.toMatchObject({ code: 'auth' });
    const { vault } = openDesk(base.database);
    expect(await vault.logins.redeemCode(MEMBER, new Secret(code.reveal().toLowerCase()), NEW_PASSWORD)).toEqual({
      recoveryCode: null,
    });
    await expect(openDesk(base.database).vault.logins.redeemCode(MEMBER, code, PASSWORD)).rejects.toMatchObject({
      code: 'auth',
    });
    await expect(logIn(base.database, MEMBER, NEW_PASSWORD)).resolves.toBeDefined();
    await expect(acme.vault.members.setRole(acme.team, MEMBER, 'admin')).resolves.toBeDefined();
    await expect(logIn(base.database, MEMBER, NEW_PASSWORD)).resolves.toBeDefined();
  });

  it('that an admin lost come back with the recovery code, which is used up', async () => {
    const row = await addKey(acme, 'org-1');
    const { vault } = openDesk(base.database);
    const { recoveryCode } = await vault.logins.redeemCode('admin@example.com', acme.recoveryCode, NEW_PASSWORD);
    expect(recoveryCode).not.toBeNull();
    const desk = await logIn(base.database, 'admin@example.com', NEW_PASSWORD);
    expect((await desk.vault.adminKey(row)).reveal()).toBe(OPENAI_KEY);
    await expect(
      openDesk(base.database).vault.logins.redeemCode('admin@example.com', acme.recoveryCode, PASSWORD),
    ).rejects.toMatchObject({ code: 'auth' });
    await expect(
      openDesk(base.database).vault.logins.redeemCode('admin@example.com', recoveryCode ?? new Secret(''), PASSWORD),
    ).resolves.toBeDefined();
  });

  it('of others are not reset by the recovery code', async () => {
    await acme.vault.members.add(acme.team, MEMBER, 'member', PASSWORD);
    await expect(
      openDesk(base.database).vault.logins.redeemCode(MEMBER, acme.recoveryCode, NEW_PASSWORD),
    ).rejects.toMatchObject({ code: 'auth' });
  });
});

describe('a rotation', () => {
  it('renews everything in one transaction: passwords, codes and tokens work, sessions end', async () => {
    const row = await addKey(acme, 'org-1');
    await acme.vault.members.add(acme.team, MEMBER, 'member', PASSWORD);
    const { code } = await acme.vault.members.reset(acme.team, MEMBER);
    const { token } = await acme.vault.tokens.create(acme.team, { name: 'ci', role: 'member', days: 30 });
    const { prisma } = base.database;
    const [before] = await prisma.$queryRaw<
      { encrypted_key: string }[]
    >`SELECT encrypted_key FROM organization_api_keys`;
    expect(await admin().vault.rotate(acme.team)).toEqual({
      ...NOTHING_CHANGED_OUTSIDE,
      generation: 2,
      keys: 1,
      slots: 4,
    });
    const [after] = await prisma.$queryRaw<
      { encrypted_key: string }[]
    >`SELECT encrypted_key FROM organization_api_keys`;
    expect(after?.encrypted_key).not.toBe(before?.encrypted_key);
    await expect(admin().vault.adminKey(row)).rejects.toMatchObject({ code: 'auth' });
    expect((await openDesk(base.database, { token: token.reveal() }).vault.adminKey(row)).reveal()).toBe(OPENAI_KEY);
    await openDesk(base.database).vault.logins.redeemCode(MEMBER, code, NEW_PASSWORD);
    expect((await (await logIn(base.database, MEMBER, NEW_PASSWORD)).vault.adminKey(row)).reveal()).toBe(OPENAI_KEY);
    expect((await (await adminAgain()).vault.adminKey(row)).reveal()).toBe(OPENAI_KEY);
  });

  it('and a key registered at the same time do not lose one another', async () => {
    const first = admin();
    const second = admin();
    await Promise.all([first.vault.whoIs(acme.team), second.vault.whoIs(acme.team)]);
    const results = await Promise.allSettled([
      first.vault.rotate(acme.team),
      addKey({ ...second, team: acme.team }, 'org-1'),
      addKey({ ...second, team: acme.team }, 'org-2'),
    ]);
    const { vault, store } = await adminAgain();
    for (const row of await (await store.access()).keys.list(acme.team.id))
      expect((await vault.adminKey(row)).reveal()).toBe(OPENAI_KEY);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conflict' });
    }
  });
});

describe('the record', () => {
  it('says who did what', async () => {
    await addKey(acme, 'org-1');
    await acme.vault.members.add(acme.team, MEMBER, 'member', PASSWORD);
    const { prisma } = base.database;
    const entries = await prisma.$queryRaw`SELECT actor, action, subject, db_user FROM vault_audit ORDER BY id`;
    expect(entries).toMatchObject([
      { actor: 'admin@example.com', action: 'vault.create' },
      { actor: 'admin@example.com', action: 'keys.add', subject: 'openai org-1' },
      { actor: 'admin@example.com', action: 'members.add', subject: 'b@example.com member' },
    ]);
  });
});
