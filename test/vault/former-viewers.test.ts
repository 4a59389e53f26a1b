import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.js';
import { useTestDatabase } from '../helpers/database.js';
import { useQuickScrypt } from '../helpers/quick-scrypt.js';
import { addKey, foundTeam, logIn, openDesk, PASSWORD } from '../helpers/vault.js';

useQuickScrypt();

const MIGRATION = join('prisma', 'migrations', '20261126060000_vault_without_viewers');

it('viewers of an earlier version open nothing, are listed, and come back with a rollback as they were', async () => {
  const base = await useTestDatabase('postgresql');
  const acme = await foundTeam(base.database);
  await addKey(acme, 'org-1');
  const { row } = await acme.vault.tokens.create(acme.team, { name: 'board', role: 'member', days: 9 });
  const { token: ci } = await acme.vault.tokens.create(acme.team, { name: 'ci', role: 'member', days: 9 });
  await acme.vault.members.add(acme.team, 'v@example.com', 'member', PASSWORD);
  await acme.vault.members.add(acme.team, 'w@example.com', 'member', PASSWORD);
  const server = new pg.Client({ connectionString: base.target.url });
  await server.connect();
  try {
    const run = async (name: string) => server.query(await readFile(join(MIGRATION, name), 'utf8'));
    const read = async (table: string) =>
      (await server.query<{ row: unknown }>(`SELECT to_jsonb(t) AS row FROM "${table}" t ORDER BY id`)).rows;
    await run('down.sql');
    // As the earlier version left them: no data key, and for one that changed its password an endorsement instead of a seal.
    await server.query(`
      UPDATE users SET role = 'viewer' WHERE email IN ('v@example.com', 'w@example.com');
      UPDATE vault_tokens SET role = 'viewer' WHERE name = 'board';
      UPDATE vault_slots SET sealed_key = NULL WHERE user_id IN (SELECT id FROM users WHERE role = 'viewer') OR token_id = '${row.id}';
      UPDATE vault_slots SET mac = NULL, endorsement = '{"anchor": {}, "steps": []}' WHERE user_id = (SELECT id FROM users WHERE email = 'w@example.com');
      UPDATE vaults SET public_key = public_key`);
    const before = { slots: await read('vault_slots'), users: await read('users'), tokens: await read('vault_tokens') };
    await run('migration.sql');

    expect([await read('users'), await read('vault_tokens')]).toEqual([before.users, before.tokens]);
    const admin = openDesk(base.database, {}, acme.keychain);
    expect((await admin.vault.members.list(acme.team)).map(({ email, role, state }) => [email, role, state])).toEqual([
      ['admin@example.com', 'admin', 'ok'],
      ['v@example.com', 'viewer', 'viewer'],
      ['w@example.com', 'viewer', 'viewer'],
    ]);
    expect((await admin.vault.tokens.list(acme.team)).map(({ name, problem }) => [name, problem])).toEqual([
      ['board', 'viewer'],
      ['ci', null],
    ]);
    await expect(logIn(base.database, 'v@example.com')).rejects.toMatchObject({ code: 'auth' });
    expect(await openDesk(base.database, { token: ci.reveal() }).vault.whoIs(acme.team)).toMatchObject({
      role: 'member',
    });

    await run('down.sql');
    expect(await read('vault_slots')).toEqual(before.slots);

    // A viewer with a login of the newer version keeps that one; a slot of an older data key would stop every rotation.
    await run('migration.sql');
    await admin.vault.members.add(acme.team, 'w@example.com', 'member', new Secret('another correct horse'));
    await run('down.sql');
    expect((await read('vault_slots')).length).toBe(before.slots.length);
    await run('migration.sql');
    await admin.vault.rotate(acme.team);
    const after = await read('vault_slots');
    await run('down.sql');
    expect(await read('vault_slots')).toEqual(after);
    await run('migration.sql');
    await expect((await logIn(base.database, 'admin@example.com')).vault.rotate(acme.team)).resolves.toMatchObject({
      dropped: [],
    });
  } finally {
    await server.end();
  }
});
