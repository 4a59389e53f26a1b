import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BillSource } from '../../src/domain/bill-source.js';
import { Secret } from '../../src/domain/secret.js';
import type { KeyRow } from '../../src/domain/access.js';
import type { Vault } from '../../src/vault/vault.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { useQuickScrypt } from '../helpers/quick-scrypt.js';
import { readRowsOf } from '../helpers/schema-states.js';
import {
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

const B = 'b@example.com';

let base: TestDatabase;
let acme: Founded;
let rows: Record<'sealed' | 'parent' | 'child' | 'outside', KeyRow>;
let desks: Record<'session' | 'token', () => Desk>;
beforeAll(async () => {
  base = await createTestDatabase('postgresql');
  acme = await foundTeam(base.database);
  const add = async (organizationId: string, billSource: BillSource, variable: string | null) => {
    const [row] = await acme.vault.keys.add(acme.team, [organization(organizationId, billSource)], input(variable));
    if (row === undefined) throw new Error('no key was added');
    return row;
  };
  rows = {
    sealed: await add('org-1', 'key', null),
    parent: await add('org-2', 'parent', null),
    child: await add('org-3', 'parent', null),
    outside: await add('org-4', 'key', 'KEY'),
  };
  await acme.vault.members.add(acme.team, B, 'member', PASSWORD);
  const { token } = await acme.vault.tokens.create(acme.team, { name: 'ci', role: 'member', days: 9 });
  const keychain = memoryKeychain();
  await logIn(base.database, B, PASSWORD, keychain);
  desks = {
    session: () => openDesk(base.database, {}, keychain),
    token: () => openDesk(base.database, { token: token.reveal() }),
  };
});
afterAll(() => base.drop());

const organization = (organizationId: string, billSource: BillSource = 'key') =>
  ({ provider: 'openai', organizationId, name: organizationId, billSource }) as const;
const input = (variable: string | null) => ({
  key: new Secret(OPENAI_KEY),
  variable,
  host: 'api.openai.com',
  expiresAt: null,
});
const registered = (row: KeyRow) => ({ ...row, hasKey: true, export: null });

/** Everything that manages something, by what is called. */
const MANAGING: Record<string, (vault: Vault) => Promise<unknown>> = {
  'keys.add': ({ keys }) => keys.add(acme.team, [organization('org-9')], input(null)),
  'keys.add, of a variable': ({ keys }) => keys.add(acme.team, [organization('org-9')], input('OTHER')),
  'keys.replace': ({ keys }) => keys.replace([rows.sealed], input(null)),
  'keys.replace, by a variable': ({ keys }) => keys.replace([rows.outside], input('OTHER')),
  'keys.sharing': ({ keys }) => keys.sharing(rows.parent),
  'keys.registeredFor': ({ keys }) => keys.registeredFor(acme.team, 'openai', input(null)),
  'keys.takeOut': ({ keys }) => keys.takeOut(rows.sealed),
  'keys.sealUnsealed': ({ keys }) => keys.sealUnsealed(acme.team),
  'keys.setActive': ({ keys }) => keys.setActive(rows.sealed, false),
  'keys.setActive, of a variable': ({ keys }) => keys.setActive(rows.outside, false),
  'keys.remove': ({ keys }) => keys.remove(rows.sealed),
  'keys.remove, of a variable': ({ keys }) => keys.remove(rows.outside),
  'keys.rename': ({ keys }) => keys.rename(rows.sealed, 'Mine'),
  'keys.move': ({ keys }) => keys.move(registered(rows.sealed), 'org-9'),
  'keys.move, of a variable': ({ keys }) => keys.move(registered(rows.outside), 'org-9'),
  'keys.purge': ({ keys }) => keys.purge(registered(rows.child)),
  'logins.list': ({ logins }) => logins.list(acme.team, { failedOnly: false, since: null }),
  'logins.unlock': ({ logins }) => logins.unlock(acme.team, B),
  'logins.keepFor': ({ logins }) => logins.keepFor(acme.team, 30),
  'members.add': ({ members }) => members.add(acme.team, 'c@example.com', 'admin', PASSWORD),
  'members.setRole': ({ members }) => members.setRole(acme.team, B, 'admin'),
  'members.leaving': ({ members }) => members.leaving(acme.team, B),
  'members.remove': ({ members }) => members.remove(acme.team, 'admin@example.com'),
  'members.reset': ({ members }) => members.reset(acme.team, 'admin@example.com'),
  'tokens.create': ({ tokens }) => tokens.create(acme.team, { name: 'x', role: 'admin', days: 1 }),
  'tokens.find': ({ tokens }) => tokens.find(acme.team, 'ci'),
  'tokens.revoke': ({ tokens }) => tokens.revoke(acme.team, 'ci'),
  rotate: (vault) => vault.rotate(acme.team),
  requireRegistrar: (vault) => vault.requireRegistrar(acme.team),
  requireDataKey: (vault) => vault.requireDataKey(acme.team, () => Promise.resolve(true)),
};

/** What reads the environment or a text, changes what is the caller's own, or shows what everybody may see. */
const FOR_EVERYBODY = [
  'keys.fromVariable keys.providerInVariable keys.providerOfText keys.fromText keys.hostFor',
  'logins.createVault logins.requireNoVault logins.parseEmail logins.parseMember logins.parseNewPassword logins.parsePassword',
  'logins.keepSession logins.login logins.logout logins.changePassword logins.redeemCode members.list tokens.list',
  'adminKey folder require whoIs allowInsecureStorage sessionFile requireKeychain close',
]
  .join(' ')
  .split(' ');

describe('a member', () => {
  it('has rights that are told of everything a vault can do', () => {
    const { vault } = acme;
    const calls = Object.entries(vault).flatMap(([name, part]: [string, unknown]) =>
      typeof part === 'function' ? [name] : Object.keys(part as object).map((method) => `${name}.${method}`),
    );
    const told = Object.keys(MANAGING).map((name) => name.split(',')[0] ?? '');
    expect(calls.sort()).toEqual([...new Set([...told, ...FOR_EVERYBODY])].sort());
  });

  it.each(['session', 'token'] as const)('manages nothing with a %s, and changes nothing', async (by) => {
    const before = await managedRows();
    for (const [name, work] of Object.entries(MANAGING)) {
      const { vault } = desks[by]();
      const refusal = await work(vault).then(
        () => 'It was done.',
        (error: unknown) => (error as Error).message,
      );
      expect([name, refusal]).toEqual([name, expect.stringContaining('This needs the role admin')]);
    }
    expect(await managedRows()).toEqual(before);
    const { vault } = desks[by]();
    expect((await vault.adminKey(rows.sealed)).reveal()).toBe(OPENAI_KEY);
  });
});

/** All rows, but those that say who was here, and when. */
async function managedRows(): Promise<unknown> {
  const { login_attempts: _, vault_tokens: tokens = [], ...tables } = await readRowsOf(base.database.pool);
  return { ...tables, tokens: tokens.map(({ last_used_at: __, ...token }) => token) };
}
