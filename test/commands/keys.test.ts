import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.js';
import { toKeyView } from '../../src/domain/key-view.js';
import { formatDate } from '../../src/domain/words.js';
import { createStore } from '../../src/store/store.js';
import { createMachine } from '../helpers/costs.js';
import { createTestDatabase, environmentOf, type TestDatabase } from '../helpers/database.js';
import { adminKey, anOrganization } from '../helpers/emulator.js';

const KEY = adminKey({ provider: 'openai', id: 'org-1' }).secret;
const ANT_KEY = adminKey({ provider: 'anthropic', id: 'ant-1' }).secret;
const PASSWORD = 'correct horse battery staple';

const freshWorld = () => [
  anOrganization({ provider: 'openai', id: 'org-1' }),
  anOrganization({ provider: 'anthropic', id: 'ant-1', name: 'Acme EU' }),
];
const login = () => machine.here(['login', '--email', 'admin@example.com', '--password-stdin'], { input: PASSWORD });

let emulator: Emulator;
let base: TestDatabase;
let machine: Awaited<ReturnType<typeof createMachine>>;
beforeAll(async () => {
  emulator = await startEmulator({ now: () => new Date(), world: { organizations: [] } });
  base = await createTestDatabase('postgresql');
  machine = await createMachine({
    ...environmentOf(base.target),
    OPENAI_BASE_URL: emulator.baseUrl('openai'),
    ANTHROPIC_BASE_URL: emulator.baseUrl('anthropic'),
    COSTS_INSECURE_STORAGE: '1',
    COSTS_TEAM: 'acme',
    OPENAI_ADMIN_KEY: KEY,
  });
  const { code } = await machine.here(['init', '--team', 'acme', '--email', 'admin@example.com', '--password-stdin'], {
    input: `${PASSWORD}\n`,
  });
  expect(code).toBe(0);
});
afterAll(async () => {
  await Promise.all([base.drop(), emulator.close(), machine.drop()]);
});
beforeEach(async () => {
  emulator.world.organizations.splice(0, Infinity, ...freshWorld());
  emulator.requests.length = 0;
  await base.database.prisma.$executeRaw`DELETE FROM organization_api_keys`;
});

const add = (...args: string[]) => [
  'keys',
  'add',
  '--provider',
  'openai',
  '--organization',
  'org-1',
  ...args,
  '--json',
];
const list = async () =>
  (await (await createStore(base.database).access()).keys.listAll()).map((row) => toKeyView(row, null));

describe('costs keys add', () => {
  it('registers a key that stays in its variable, and says for people where things are', async () => {
    const { code, stderr } = await machine.here([
      'keys',
      'add',
      '--provider',
      'openai',
      '--organization',
      'org-1',
      '--name',
      'Prod',
      '--from-env',
      'OPENAI_ADMIN_KEY',
    ]);
    expect(code).toBe(0);
    expect((await machine.here(['keys', 'list', '--json'])).json()).toEqual({ keys: await list() });
    for (const said of [
      'platform.openai.com/settings/organization/admin-keys',
      'Least scope',
      'Never read',
      'in your variable OPENAI_ADMIN_KEY',
    ])
      expect(stderr).toContain(said);
    expect(await list()).toMatchObject([
      {
        organizationId: 'org-1',
        name: 'Prod',
        source: 'env:OPENAI_ADMIN_KEY',
        active: true,
        lastFour: 'cdef',
        expiresAt: null,
      },
    ]);
  });

  it('keeps a piped key encrypted, and learns the name from the provider', async () => {
    const { code, stdout } = await machine.here(['keys', 'add', '--provider', 'anthropic', '--key-stdin', '--json'], {
      input: `${ANT_KEY}\n`,
    });
    expect(code).toBe(0);
    expect(stdout).not.toContain(ANT_KEY);
    expect(await list()).toMatchObject([{ organizationId: 'ant-1', name: 'Acme EU', source: 'vault' }]);
  });

  it('tells whose key it is by how it begins, where nobody says it', async () => {
    const piped = await machine.here(['keys', 'add', '--key-stdin', '--json'], { input: `${ANT_KEY}\n` });
    expect(piped.code).toBe(0);
    const named = ['keys', 'add', '--from-env', 'OPENAI_ADMIN_KEY', '--organization', 'org-1', '--json'];
    expect((await machine.here(named)).code).toBe(0);
    expect((await list()).map(({ provider }) => provider).sort()).toEqual(['anthropic', 'openai']);
    emulator.requests.length = 0;
    const unknown = await machine.here(['keys', 'add', '--key-stdin', '--json'], { input: 'hunter2-hunter2\n' });
    expect([unknown.code, unknown.error().message]).toEqual([2, expect.stringContaining('begin') as string]);
    expect(unknown.stderr).not.toContain('hunter2');
    const unset = await machine.here(['keys', 'add', '--from-env', 'NOTHING', '--json']);
    expect([unset.code, unset.error().message]).toEqual([4, expect.stringContaining('NOTHING is not set') as string]);
    expect((await machine.here(['keys', 'add', '--from-env', 'DATABASE_URL', '--json'])).code).toBe(4);
    expect(emulator.requests).toEqual([]);
  });

  it('refuses an organization that is registered, in this team and in another', { tags: ['story'] }, async () => {
    await machine.here(add('--from-env', 'OPENAI_ADMIN_KEY'));
    const twice = await machine.here(add('--from-env', 'OPENAI_ADMIN_KEY'));
    expect([twice.code, twice.error().hint]).toEqual([1, 'To swap its key: costs keys rotate org-1']);
    await machine.here(['init', '--team', 'other', '--email', 'o@example.com', '--password-stdin'], {
      input: PASSWORD,
    });
    const elsewhere = await machine.here([...add('--from-env', 'OPENAI_ADMIN_KEY'), '--team', 'other']);
    expect([elsewhere.code, elsewhere.error().message]).toEqual([
      1,
      'OpenAI organization org-1 is registered already, by another team of this store.',
    ]);
    await machine.here(['keys', 'remove', 'org-1', '--yes']);
    const later = await machine.here([...add('--from-env', 'OPENAI_ADMIN_KEY'), '--team', 'other']);
    expect([later.code, later.error().message]).toEqual([1, elsewhere.error().message]);
  });

  it('is of the team that is asked for, or nobody is logged in', { tags: ['story'] }, async () => {
    const ran = await machine.here(
      ['login', '--email', 'admin@example.com', '--password-stdin', '--team', 'other', '--json'],
      { input: PASSWORD },
    );
    expect([ran.code, ran.error().message]).toEqual([
      1,
      'admin@example.com is a member of acme, and --team says other.',
    ]);
  });

  it('refuses a key that another organization has, whose bill would be collected twice', async () => {
    await machine.here(add('--key-stdin'), { input: KEY });
    const other = ['keys', 'add', '--provider', 'openai', '--organization', 'org-2', '--key-stdin', '--json'];
    const again = await machine.here(other, { input: KEY });
    expect([again.code, again.error()]).toMatchObject([
      1,
      { hint: 'If that id is wrong: costs keys move org-1 org-2' },
    ]);
    expect(await list()).toHaveLength(1);
  });

  it('refuses a provider that has no keys before anybody is asked for a login', async () => {
    await machine.here(['logout']);
    onTestFinished(async () => void (await login()));
    const ran = await machine.here(['keys', 'add', '--provider', 'mistral', '--key-stdin', '--json'], { input: KEY });
    expect([ran.code, ran.error().message]).toEqual([2, 'mistral is read from the files that it exports.']);
  });

  it.each<[string, string[], string, number, string]>([
    ['an empty key', ['--key-stdin'], '', 2, 'The key is empty.'],
    ['two lines', ['--key-stdin'], `${KEY}\n${KEY}\n`, 2, 'more than one line'],
    ['a key of another provider', ['--key-stdin'], ANT_KEY, 2, 'an admin key of Anthropic'],
    ['two sources', ['--key-stdin', '--from-env', 'X'], KEY, 2, 'exclude one another'],
    ['a variable that is not set', ['--from-env', 'NOTHING'], '', 4, 'is not set'],
    ['a variable that is not for keys', ['--from-env', 'DATABASE_URL'], '', 4, 'is not for admin keys'],
    ['a day that is none', ['--expires', '2026-02-30', '--key-stdin'], KEY, 2, '2026-02-30'],
    ['another host', ['--allow-host', 'gateway.acme.io', '--key-stdin'], KEY, 2, 'is not where OPENAI_BASE_URL leads'],
  ])('stores nothing and asks nobody for %s', async (_, args, input, code, reason) => {
    const ran = await machine.here(add(...args), { input });
    expect([ran.code, ran.stdout]).toEqual([code, '']);
    expect(ran.error().message).toContain(reason);
    expect(await list()).toEqual([]);
    expect(emulator.requests).toEqual([]);
  });

  it('passes on why the provider refuses a key, and stores nothing', async () => {
    const ran = await machine.here(add('--key-stdin'), { input: 'sk-admin-made-up-0123456789' });
    expect(ran.code).toBe(4);
    expect(ran.error().message).toContain('refused the key');
    // It is not registered: there is none to verify.
    expect(ran.error().hint).toMatch(/^Make one at https:/);
    expect(ran.stdout + ran.stderr).not.toContain('made-up');
    expect(await list()).toEqual([]);
  });

  it('needs somebody who may', async () => {
    await machine.here(['logout']);
    onTestFinished(async () => void (await login()));
    const ran = await machine.here(add('--from-env', 'OPENAI_ADMIN_KEY'));
    expect([ran.code, ran.error()]).toMatchObject([4, { code: 'auth', hint: 'Set COSTS_TOKEN, or: costs login' }]);
    expect(emulator.requests).toEqual([]);
  });
});

describe('a registered key', () => {
  beforeEach(async () => {
    await machine.here(
      ['keys', 'add', '--provider', 'openai', '--organization', 'org-1', '--name', 'Prod', '--key-stdin'],
      { input: KEY },
    );
    emulator.requests.length = 0;
  });

  it.each([
    ['another host', 'https://evil.example/v1', 4, 'may only be sent to loopback'],
    ['user information', 'http://admin@127.0.0.1:1/v1', 2, 'user information'],
    ['plain http elsewhere', 'http://evil.example/v1', 2, 'without https'],
  ])('is not sent to %s', async (_, url, code, reason) => {
    const ran = await machine.here(['keys', 'verify', '--json'], { env: { OPENAI_BASE_URL: url } });
    expect(ran.code === 3 ? 2 : ran.code).toBe(code);
    expect(ran.stdout + ran.stderr).toContain(reason);
    expect(emulator.requests).toEqual([]);
  });

  it('is not sent while TLS checks are switched off', async () => {
    const ran = await machine.here(['keys', 'verify', '--json'], { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
    expect(ran.code).toBe(4);
    expect(ran.stdout).toContain('TLS checks are switched off');
    expect(emulator.requests).toEqual([]);
  });

  it('does not follow a redirect', async () => {
    const seen: string[] = [];
    const target = await listen((request) => seen.push(request));
    const redirecting = await listen(() => undefined, `${target}/v1/organization/costs`);
    const ran = await machine.here(['keys', 'verify', '--json'], { env: { OPENAI_BASE_URL: `${redirecting}/v1` } });
    expect(ran.code).not.toBe(0);
    expect(seen).toEqual([]);
  });

  it('is swapped for another of its organization, and for no other', async () => {
    const wrong = await machine.here(['keys', 'rotate', 'Prod', '--key-stdin', '--json'], { input: ANT_KEY });
    expect(wrong.code).toBe(2);
    const next = adminKey({ provider: 'openai', id: 'org-1' }, { secret: 'sk-admin-org-1-the-next-one-wxyz' });
    emulator.organization('org-1').keys.push(next);
    expect((await machine.here(['keys', 'rotate', 'Prod', '--key-stdin'], { input: next.secret })).code).toBe(0);
    expect(await list()).toMatchObject([{ name: 'Prod', lastFour: 'wxyz' }]);
    expect((await machine.here(['keys', 'verify'])).code).toBe(0);
  });

  it('of an organization that the provider names is not swapped for one of another', async () => {
    await machine.here(['keys', 'add', '--provider', 'anthropic', '--key-stdin'], { input: ANT_KEY });
    const other = anOrganization({ provider: 'anthropic', id: 'ant-2' });
    emulator.world.organizations.push(other);
    const ran = await machine.here(['keys', 'rotate', 'ant-1', '--key-stdin', '--json'], {
      input: other.keys[0]?.secret ?? '',
    });
    expect([ran.code, ran.error().message]).toEqual([
      4,
      'Anthropic says that this key belongs to ant-2, not to ant-1; the old key stays.',
    ]);
    expect((await machine.here(['keys', 'verify', 'ant-1'])).code).toBe(0);
  });

  it('is named with the way back by every command that would ask with it, while it is disabled', async () => {
    const others = (await list()).filter(({ name }) => name !== 'Prod').map(({ organizationId }) => organizationId);
    expect((await machine.here(['keys', 'disable', 'Prod'])).code).toBe(0);
    const one = await machine.here(['verify', '--organization', 'Prod']);
    expect([one.code, one.stderr]).toEqual([2, expect.stringContaining('The key of Prod is disabled')]);
    expect(one.stderr).toContain('→ costs keys enable org-1');
    if (others.length > 0)
      expect((await machine.here(['verify'])).stdout).toContain(
        'its key is disabled, not compared → costs keys enable',
      );
    for (const other of others) await machine.here(['keys', 'disable', other]);
    for (const command of [['sync'], ['verify'], ['keys', 'verify']])
      expect((await machine.here(command)).stderr).toMatch(/disabled[^]*→ costs keys enable/);
    expect((await machine.here([])).stdout).not.toContain('costs keys add');
    for (const name of ['Prod', ...others]) await machine.here(['keys', 'enable', name]);
  });

  it('is disabled, enabled and removed', async () => {
    const states = async (command: string) => {
      expect((await machine.here(['keys', command, 'Prod', ...(command === 'remove' ? ['--yes'] : [])])).code).toBe(0);
      return (await list()).map(({ active }) => active);
    };
    expect([await states('disable'), await states('enable'), await states('remove')]).toEqual([[false], [true], []]);
    expect((await machine.here(['keys', 'enable', 'Prod'])).code).toBe(2);
  });

  it.each<[string, (emulator: Emulator) => void, number, string]>([
    ['revoked', (it) => void Object.assign(it.organization('org-1').keys[0] ?? {}, { revoked: true }), 4, 'revoked'],
    [
      'without a scope',
      (it) => void Object.assign(it.organization('org-1').keys[0] ?? {}, { scopes: [] }),
      4,
      'missing-scope',
    ],
    ['asked too often', (it) => it.failNext({ kind: 'status', status: 429, retryAfter: '2400' }), 6, 'rate-limit'],
  ])('that is %s is told from the others', async (_, spoil, code, status) => {
    spoil(emulator);
    const ran = await machine.here(['keys', 'verify', '--json']);
    expect([ran.code, ran.json<{ keys: { status: string }[] }>().keys.map((key) => key.status)]).toEqual([
      code,
      [status],
    ]);
  });

  it('that has expired is told from a revoked one, though the provider answers the same', async () => {
    await machine.here(['keys', 'rotate', 'Prod', '--from-env', 'OPENAI_ADMIN_KEY', '--expires', '2026-01-01']);
    Object.assign(emulator.organization('org-1').keys[0] ?? {}, { revoked: true });
    const ran = await machine.here(['keys', 'verify', '--json']);
    expect(ran.code).toBe(4);
    expect(ran.json<{ keys: { status: string; error: { message: string } }[] }>().keys[0]).toMatchObject({
      status: 'expired',
      error: { message: expect.stringContaining('expired on 1 Jan 2026') as string },
    });
  });

  it('behind a network that is down is told from the others', { tags: ['story'] }, async () => {
    const ran = await machine.here(['keys', 'verify', '--json'], {
      env: { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' },
    });
    expect([ran.code, ran.json<{ keys: { status: string }[] }>().keys.map((key) => key.status)]).toEqual([
      6,
      ['network'],
    ]);
  });

  it('in a variable that holds another secret is not sent, and nothing of it is shown', async () => {
    await machine.here(['keys', 'rotate', 'Prod', '--from-env', 'OPENAI_ADMIN_KEY']);
    emulator.requests.length = 0;
    const secret = 'hunter2-Zx81QwErTy-not-for-you';
    for (const command of [['keys', 'verify'], ['sync'], ['sync', '--json', '--verbose'], ['doctor']]) {
      const ran = await machine.here(command, { env: { OPENAI_ADMIN_KEY: secret } });
      if (command[0] !== 'doctor') expect(ran.code).toBe(4);
      for (let start = 0; start + 5 <= secret.length; start += 1)
        expect(ran.stdout + ran.stderr).not.toContain(secret.slice(start, start + 5));
    }
    expect(emulator.requests).toEqual([]);
    const runs = JSON.stringify(await base.database.prisma.run.findMany());
    expect(runs).not.toContain('hunter2');
  });

  it('that can do more than read usage is warned about', async () => {
    const warnings = async () => {
      const ran = await machine.here(['keys', 'verify', 'Prod', '--json']);
      return ran.json<{ keys: { warnings: string[] }[] }>().keys[0]?.warnings;
    };
    expect(await warnings()).toEqual([expect.stringContaining('can do more than read usage')]);
    Object.assign(emulator.organization('org-1').keys[0] ?? {}, { scopes: ['usage'] });
    expect(await warnings()).toEqual([]);
  });

  it('near its end is warned about', async () => {
    const soon = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
    await machine.here(['keys', 'rotate', 'Prod', '--from-env', 'OPENAI_ADMIN_KEY', '--expires', soon]);
    const { stdout, stderr } = await machine.here(['keys', 'list']);
    const lastDay = formatDate(soon);
    expect(stderr).toContain(`The key of Prod expires on ${lastDay}, in 5 days → costs keys rotate org-1`);
    expect(stdout).toContain(` ${lastDay} `);
  });
});

async function listen(onRequest: (url: string) => void, location?: string): Promise<string> {
  const server: Server = createServer((request, response) => {
    onRequest(request.url ?? '');
    response.writeHead(location === undefined ? 200 : 302, location === undefined ? {} : { location }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
