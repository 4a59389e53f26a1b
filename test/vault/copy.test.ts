import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.js';
import type { KeyView } from '../../src/domain/key-view.js';
import { createMachine, type Machine } from '../helpers/costs.js';
import { createTestDatabase, environmentOf, type TestDatabase } from '../helpers/database.js';
import { adminKey, anOrganization } from '../helpers/emulator.js';

const KEY = adminKey({ provider: 'openai', id: 'org-1' }).secret;
const ANT_KEY = adminKey({ provider: 'anthropic', id: 'ant-1' }).secret;

let base: TestDatabase;
let emulator: Emulator;
let machine: Machine & { drop: () => Promise<void> };
beforeAll(async () => {
  base = await createTestDatabase('postgresql');
  emulator = await startEmulator({
    now: () => new Date(),
    world: {
      organizations: [
        anOrganization({ provider: 'openai', id: 'org-1' }),
        anOrganization({ provider: 'anthropic', id: 'ant-1' }),
      ],
    },
  });
  machine = await createMachine(
    {
      OPENAI_BASE_URL: emulator.baseUrl('openai'),
      ANTHROPIC_BASE_URL: emulator.baseUrl('anthropic'),
      COSTS_INSECURE_STORAGE: '1',
      OPENAI_ADMIN_KEY: KEY,
    },
    { store: true },
  );
});
afterAll(async () => {
  await Promise.all([base.drop(), emulator.close(), machine.drop()]);
});

it.runIf(inject('long'))(
  'moves the keys of the embedded store to a server once somebody is logged in there',
  async () => {
    const server = environmentOf(base.target);
    await machine.here(['init', '--team', 'acme']);
    await machine.here([
      'keys',
      'add',
      '--provider',
      'openai',
      '--organization',
      'org-1',
      '--from-env',
      'OPENAI_ADMIN_KEY',
    ]);
    await machine.here(['keys', 'add', '--provider', 'anthropic', '--key-stdin'], { input: ANT_KEY });
    await machine.here(['keys', 'disable', 'ant-1']);
    const init = ['init', '--team', 'acme', '--email', 'admin@example.com', '--password-stdin'];
    expect((await machine.here(init, { env: server, input: 'correct horse battery' })).code).toBe(0);
    await machine.here(['logout'], { env: server });

    const copy = async () =>
      (await machine.here(['db', 'copy', '--from', 'embedded', '--json'], { env: server })).json<{
        keysLeft: { organizationId: string }[];
      }>();
    expect((await copy()).keysLeft).toMatchObject([{ organizationId: 'ant-1' }]);
    await machine.here(['login', '--email', 'admin@example.com', '--password-stdin'], {
      env: server,
      input: 'correct horse battery',
    });
    const unsealed = await machine.here(['keys', 'verify', 'org-1', '--json'], { env: server });
    expect([unsealed.code, unsealed.stdout]).toEqual([
      4,
      expect.stringContaining('costs keys rotate org-1 --from-env OPENAI_ADMIN_KEY'),
    ]);
    expect((await copy()).keysLeft).toEqual([]);
    // Twice adds nothing, and loses nothing.
    expect((await copy()).keysLeft).toEqual([]);
    const { keys } = (await machine.here(['keys', 'list', '--json'], { env: server })).json<{ keys: KeyView[] }>();
    expect(keys.filter(({ active }) => active).map(({ organizationId }) => organizationId)).toEqual(['org-1']);
    await machine.here(['keys', 'enable', 'ant-1'], { env: server });
    const verified = await machine.here(['keys', 'verify', '--json'], { env: server });
    expect([verified.code, verified.json<{ keys: { status: string }[] }>().keys.map(({ status }) => status)]).toEqual([
      0,
      ['ok', 'ok'],
    ]);
  },
);
