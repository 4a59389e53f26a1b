// @module-tag story

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createMachine } from '../helpers/costs.js';
import { createTestDatabase, environmentOf } from '../helpers/database.js';
import { openDatabase } from '../../src/store/open.js';
import { useQuickScrypt } from '../helpers/quick-scrypt.js';
import { addKey, foundTeam, logIn, OPENAI_KEY, openDesk } from '../helpers/vault.js';

useQuickScrypt();

it('opens every key again after a rollback, a migration and an import', async () => {
  const base = await createTestDatabase('postgresql');
  const folder = await mkdtemp(join(tmpdir(), 'costs-rollback-'));
  const machine = await createMachine(environmentOf(base.target));
  try {
    const acme = await foundTeam(base.database);
    const row = await addKey(acme, 'org-1');
    const { token } = await acme.vault.tokens.create(acme.team, { name: 'ci', role: 'member', days: 30 });
    const file = join(folder, 'before.jsonl');
    const back = await machine.here(['db', 'rollback', '--to', 'baseline', '--export', file, '--yes', '--json']);
    expect([back.code, back.stderr]).toEqual([0, '']);
    const text = await readFile(file, 'utf8');
    expect(text).toContain(row.encryptedKey ?? 'nothing');
    expect(text).not.toContain(OPENAI_KEY);
    expect((await machine.here(['db', 'migrate', '--json'])).code).toBe(0);
    const imported = await machine.here(['db', 'import', file, '--json']);
    expect([imported.code, imported.stderr]).toEqual([0, '']);
    const database = await openDatabase(base.target);
    try {
      expect((await openDesk(database, { token: token.reveal() }).vault.adminKey(row)).reveal()).toBe(OPENAI_KEY);
      expect((await (await logIn(database, 'admin@example.com')).vault.adminKey(row)).reveal()).toBe(OPENAI_KEY);
    } finally {
      await database.close();
    }
  } finally {
    await Promise.all([base.drop(), machine.drop(), rm(folder, { recursive: true, force: true })]);
  }
});
