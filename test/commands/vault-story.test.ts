// @module-tag story

import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.js';
import { openDatabase } from '../helpers/open-database.js';
import { createMachine, type RunOptions } from '../helpers/costs.js';
import { createTestDatabase, environmentOf, type TestDatabase } from '../helpers/database.js';
import type { Ran } from '../helpers/ran.js';
import { adminKey, anOrganization } from '../helpers/emulator.js';
import { useQuickScrypt } from '../helpers/quick-scrypt.js';
import { expectNone } from '../helpers/secret-forms.js';

const PASSWORD = 'correct horse battery staple';
const MEMBER_PASSWORD = 'nine melting glacier spoons';
const KEY = adminKey({ provider: 'openai', id: 'org-1' }).secret;
const ANT_KEY = adminKey({ provider: 'anthropic', id: 'ant-1' }).secret;

useQuickScrypt();
let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({
    now: () => new Date(),
    world: {
      organizations: [
        anOrganization({ provider: 'openai', id: 'org-1' }),
        anOrganization({ provider: 'anthropic', id: 'ant-1' }),
      ],
    },
  });
});
afterAll(() => emulator.close());

/** A machine that remembers all it was told. */
async function recordedMachine(env: Record<string, string>) {
  const machine = await createMachine(
    {
      OPENAI_BASE_URL: emulator.baseUrl('openai'),
      ANTHROPIC_BASE_URL: emulator.baseUrl('anthropic'),
      COSTS_INSECURE_STORAGE: '1',
      ...env,
    },
    { store: env.DATABASE_URL === undefined },
  );
  const written: string[] = [];
  const costs = async (args: readonly string[], options: RunOptions = {}): Promise<Ran> => {
    const ran = await machine.here(args, options);
    written.push(args.join(' '), ran.stdout, ran.stderr);
    return ran;
  };
  return { ...machine, costs, process: machine.costs, written };
}

async function textOfFolder(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return (await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')))).join('\n');
}

describe('a team on a server', () => {
  let base: TestDatabase;
  let machine: Awaited<ReturnType<typeof recordedMachine>>;
  let token = '';
  let resetCode = '';
  let recoveryCode = '';
  beforeAll(async () => {
    base = await createTestDatabase('postgresql');
    machine = await recordedMachine(environmentOf(base.target));
  });
  afterAll(async () => {
    await Promise.all([base.drop(), machine.drop()]);
  });
  const asAdmin = () =>
    machine.costs(['login', '--email', 'admin@example.com', '--password-stdin'], { input: PASSWORD });

  it('syncs after login, not after logout, and with a token without any home', async () => {
    const init = await machine.costs(
      ['init', '--team', 'acme', '--email', 'admin@example.com', '--password-stdin', '--json'],
      { input: PASSWORD },
    );
    recoveryCode = init.json<{ recoveryCode: string }>().recoveryCode;
    const first = await asAdmin();
    expect(first.stdout + first.stderr).toContain('Next → costs keys add');
    machine.written.length = 0;
    for (const [provider, key] of [
      ['openai', KEY],
      ['anthropic', ANT_KEY],
    ] as const) {
      const args = [
        'keys',
        'add',
        '--provider',
        provider,
        '--organization',
        provider === 'openai' ? 'org-1' : 'ant-1',
        '--key-stdin',
        '--verbose',
      ];
      expect((await machine.costs(args, { input: `${key}\n` })).code).toBe(0);
    }
    expect((await machine.costs(['sync', '--json', '--verbose'])).code).toBe(0);
    const created = await machine.costs(['tokens', 'create', '--name', 'ci', '--role', 'member', '--json']);
    ({ token } = created.json<{ token: string }>());
    machine.written.length -= 2;
    expect((await machine.costs(['logout'])).code).toBe(0);

    const locked = await machine.costs(['sync', '--json']);
    expect(locked.code).toBe(4);
    expect(locked.stdout).toContain('Set COSTS_TOKEN, or: costs login');
    const nowhere = {
      COSTS_TOKEN: token,
      COSTS_HOME: '/proc/nowhere',
      HOME: '/proc/nowhere',
      COSTS_INSECURE_STORAGE: undefined,
    };
    expect((await machine.costs(['sync', '--json'], { env: nowhere })).code).toBe(0);
    expect((await machine.costs(['whoami', '--json'], { env: nowhere })).json()).toMatchObject({
      kind: 'token',
      name: 'ci',
      role: 'member',
    });
    // As of a user id without a name, in a container.
    vi.stubEnv('HOME', '');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect((await machine.costs(['whoami'], { env: { ...nowhere, COSTS_HOME: undefined } })).code).toBe(0);
  });

  it('shows no secret where Prisma or Node.js is told to show all that it reads', async () => {
    await asAdmin();
    const shown = await machine.process(['whoami', '--json'], { env: { DEBUG: '*' } });
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    const refused = await machine.process(['login', '--email', 'admin@example.com', '--password-stdin'], {
      env: { NODE_DEBUG: 'str*' },
      input: PASSWORD,
    });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('unset NODE_DEBUG');
    expect(refused.stderr.replaceAll(' ', '')).not.toContain(Buffer.from(PASSWORD).toString('hex'));
  });

  it('loses a member, and goes on', async () => {
    await asAdmin();
    const add = await machine.costs(
      ['members', 'add', '--email', 'b@example.com', '--role', 'member', '--password-stdin', '--json'],
      { input: MEMBER_PASSWORD },
    );
    expect(add.code).toBe(0);
    resetCode = (await machine.costs(['members', 'reset', 'b@example.com', '--json'])).json<{ code: string }>().code;
    machine.written.length -= 2;
    const changed = await machine.costs(
      ['members', 'passwd', '--email', 'b@example.com', '--code', '--password-stdin', '--json'],
      { input: `${resetCode}\n${MEMBER_PASSWORD}\n` },
    );
    expect(changed.code).toBe(0);
    expect((await machine.costs(['whoami', '--json'])).json()).toMatchObject({ name: 'b@example.com' });
    await asAdmin();
    const removed = await machine.costs(['members', 'remove', 'b@example.com', '--yes', '--json']);
    expect(removed.json()).toMatchObject({ rotated: true, exposed: ['ant-1', 'org-1'] });
    expect(removed.stdout).toContain('change the password of the database');
    expect((await machine.costs(['sync'])).code).toBe(4);
    expect((await machine.costs(['sync'], { env: { COSTS_TOKEN: token } })).code).toBe(0);
    expect((await machine.costs(['keys', 'list'])).stdout).toContain('active, exposed');
    await asAdmin();
    expect((await machine.costs(['keys', 'rotate', 'org-1', '--key-stdin'], { input: KEY })).code).toBe(0);
    const { keys } = (await machine.costs(['keys', 'list', '--json'])).json<{
      keys: { organizationId: string; exposed: boolean }[];
    }>();
    expect(keys.map(({ organizationId, exposed }) => [organizationId, exposed])).toEqual([
      ['ant-1', true],
      ['org-1', false],
    ]);
    expect((await machine.costs(['tokens', 'revoke', 'ci', '--yes', '--json'])).json()).toMatchObject({
      rotated: true,
    });
    const revoked = await machine.costs(['sync', '--json'], { env: { COSTS_TOKEN: token } });
    expect([revoked.code, revoked.stdout]).toEqual([4, expect.stringContaining('was revoked on')]);
  });

  it('shows no secret in anything that any command wrote', async () => {
    await asAdmin();
    await machine.costs(['login', '--email', 'admin@example.com', '--password-stdin', '--verbose'], {
      input: 'a wrong password of somebody',
    });
    const commands = [
      'keys list',
      'keys verify',
      'tokens list',
      'members list',
      'members logins list',
      'whoami',
      'doctor',
      'runs list',
      'keys rotate-vault',
      'bogus',
    ];
    for (const [index, command] of commands.entries())
      await machine.costs([...command.split(' '), index % 2 === 0 ? '--verbose' : '--json']);
    await machine.costs(['login', '--email', 'admin@example.com', PASSWORD, '--json']);
    const text = machine.written.filter((each) => !each.includes(`--email admin@example.com ${PASSWORD}`)).join('\n');
    expectNone(text, [
      KEY,
      ANT_KEY,
      PASSWORD,
      MEMBER_PASSWORD,
      token,
      resetCode,
      recoveryCode,
      'a wrong password of somebody',
    ]);
  });

  it('has a dump in which no secret is found, in whatever form', async () => {
    const { prisma } = base.database;
    const tables = await prisma.$queryRaw<
      { table: string }[]
    >`SELECT table_name AS "table" FROM information_schema.tables WHERE table_schema = current_schema()`;
    let dump = '';
    for (const { table } of tables)
      dump += JSON.stringify(await prisma.$queryRawUnsafe(`SELECT to_jsonb(t) AS row FROM "${table}" t`));
    expect(dump).toContain('org-1');
    expectNone(dump, [KEY, ANT_KEY, PASSWORD, MEMBER_PASSWORD, token, resetCode, recoveryCode]);
  });
});

describe('the embedded store', () => {
  it('needs no init and no login, and holds no key in its files', async () => {
    const machine = await recordedMachine({});
    try {
      const added = await machine.costs(
        ['keys', 'add', '--provider', 'openai', '--organization', 'org-1', '--key-stdin', '--json'],
        { input: KEY },
      );
      expect([added.code, added.json<{ key: { source: string } }>().key.source]).toEqual([0, 'vault']);
      expect((await machine.costs(['init', '--team', 'acme', '--json'])).json()).toMatchObject({
        team: { name: 'acme' },
        embedded: true,
        recoveryCode: null,
      });
      expect((await machine.costs(['sync', '--json'])).code).toBe(0);
      expect((await machine.costs(['whoami', '--json'])).json()).toMatchObject({
        team: 'acme',
        kind: 'local',
        role: 'admin',
      });
      expect((await machine.costs(['keys', 'rotate-vault', '--json'])).json()).toMatchObject({
        generation: 2,
        keys: 1,
        slots: 0,
      });
      expect((await machine.costs(['keys', 'verify'])).code).toBe(0);
      const members = await machine.costs(
        ['members', 'add', '--email', 'b@example.com', '--password-stdin', '--json'],
        { input: PASSWORD },
      );
      expect([members.code, members.error().message]).toEqual([
        1,
        expect.stringContaining('The embedded store has no members'),
      ]);
      expectNone(await textOfFolder(machine.home), [KEY]);
      expectNone(machine.written.join('\n'), [KEY]);
    } finally {
      await machine.drop();
    }
  });

  it('refuses to encrypt a key without a keychain or consent, and stores nothing', async () => {
    const machine = await recordedMachine({ COSTS_INSECURE_STORAGE: '', OPENAI_ADMIN_KEY: KEY });
    try {
      const refused = await machine.costs(
        ['keys', 'add', '--provider', 'openai', '--organization', 'org-1', '--key-stdin', '--json'],
        { input: KEY },
      );
      expect([refused.code, refused.error().message]).toEqual([4, expect.stringContaining('There is no keychain')]);
      expect((await machine.costs(['keys', 'list', '--json'])).json()).toEqual({ keys: [] });
      const outside = await machine.costs([
        'keys',
        'add',
        '--provider',
        'openai',
        '--organization',
        'org-1',
        '--from-env',
        'OPENAI_ADMIN_KEY',
        '--json',
      ]);
      expect(outside.code).toBe(0);
      expect((await machine.costs(['sync', '--json'])).code).toBe(0);
      expectNone(await textOfFolder(machine.home), [KEY]);
    } finally {
      await machine.drop();
    }
  });
});

describe('an embedded store whose data key is lost, or refused because a row was changed outside costs', () => {
  const changedRow = (sql: string) => async (home: string) => {
    const database = await openDatabase({ kind: 'embedded', home });
    await database.prisma.$executeRawUnsafe(sql);
    await database.close();
  };
  it.each([
    [
      'is not in',
      async (home: string) => {
        for (const name of await readdir(home)) if (name.startsWith('session-')) await rm(join(home, name));
      },
    ],
    ['vault was changed outside costs', changedRow("UPDATE vaults SET public_key = 'x'")],
    ['does not open', changedRow("UPDATE vault_sessions SET session_key = rpad('x', 43, 'x')")],
  ])('goes on with keys in variables, and with new ones once the lost are removed: %s', async (told, lose) => {
    const machine = await recordedMachine({ OPENAI_ADMIN_KEY: KEY });
    try {
      const add = ['keys', 'add', '--provider', 'openai', '--organization', 'org-1', '--from-env', 'OPENAI_ADMIN_KEY'];
      const addSealed = ['keys', 'add', '--provider', 'anthropic', '--key-stdin', '--json'];
      expect((await machine.costs(add)).code).toBe(0);
      expect((await machine.costs(addSealed, { input: ANT_KEY })).code).toBe(0);
      await lose(join(machine.home, 'costs'));
      const partly = await machine.costs(['sync', '--json']);
      expect([partly.code, partly.stdout]).toEqual([3, expect.stringContaining(told)]);
      expect(partly.stdout).toContain('costs keys remove');
      const again = await machine.costs(addSealed, { input: ANT_KEY });
      expect([again.code, again.error().hint]).toEqual([1, expect.stringContaining('costs keys rotate')]);
      expect((await machine.costs(['keys', 'rotate', 'ant-1', '--key-stdin'], { input: ANT_KEY })).code).toBe(4);
      expect((await machine.costs(['keys', 'remove', 'ant-1', '--yes'])).code).toBe(0);
      expect((await machine.costs(addSealed, { input: ANT_KEY })).code).toBe(0);
      expect((await machine.costs(['sync', '--json'])).code).toBe(0);
    } finally {
      await machine.drop();
    }
  });
});
