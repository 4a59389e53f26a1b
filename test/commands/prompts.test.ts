import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.js';
import { createMachine, type Machine } from '../helpers/costs.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { adminKey, anOrganization } from '../helpers/emulator.js';
import { HAS_TERMINAL, inTerminal, type Step } from '../helpers/terminal.js';

const PROGRAM = fileURLToPath(new URL('../../bin/costs.js', import.meta.url));
const PASSWORD = 'correct horse battery staple';
const ANT_KEY = adminKey({ provider: 'anthropic', id: 'ant-1' }).secret;
const KEY = adminKey({ provider: 'openai', id: 'org-1' }).secret;

describe.skipIf(!HAS_TERMINAL)(
  `a person at a terminal${HAS_TERMINAL ? '' : ' (skipped: the program "script" of util-linux is not installed)'}`,
  () => {
    let base: TestDatabase;
    let emulator: Emulator;
    let machine: Machine & { drop: () => Promise<void> };
    let env: NodeJS.ProcessEnv;
    beforeAll(async () => {
      base = await createTestDatabase('postgresql');
      emulator = await startEmulator({
        now: () => new Date(),
        world: {
          organizations: [
            anOrganization({ provider: 'openai', id: 'org-1' }),
            anOrganization({ provider: 'anthropic', id: 'ant-1', name: 'Acme EU' }),
          ],
        },
      });
      machine = await createMachine();
      env = {
        PATH: process.env.PATH,
        HOME: machine.home,
        COSTS_HOME: `${machine.home}/costs`,
        DATABASE_URL: (base.target as { url: string }).url,
        OPENAI_BASE_URL: emulator.baseUrl('openai'),
        ANTHROPIC_BASE_URL: emulator.baseUrl('anthropic'),
        COSTS_INSECURE_STORAGE: '1',
      };
    });
    afterAll(async () => {
      await Promise.all([base.drop(), emulator.close(), machine.drop()]);
    });
    const costs = (args: string[], steps: Step[], more: NodeJS.ProcessEnv = {}) =>
      inTerminal([process.execPath, PROGRAM, ...args], { ...env, ...more }, steps);

    it('is asked for team, email and password, without echo', async () => {
      const { code, screen } = await costs(
        ['init'],
        [
          ['Name of the team', 'acme\r'],
          ['Email', 'admin@example.com\r'],
          ['Password', `${PASSWORD}\r`],
          ['The same again', `${PASSWORD}\r`],
        ],
      );
      expect([code, screen]).toEqual([0, expect.stringContaining('is its first admin')]);
      expect(screen).toContain('Recovery code');
      expect(screen).not.toContain(PASSWORD);
    });

    it('is asked whose key it is and for the key, without echo', async () => {
      const { code, screen } = await costs(
        ['keys', 'add'],
        [
          ['Whose admin key?', '\u001b[B\r'],
          ['Admin key of Anthropic', `${ANT_KEY}\r`],
        ],
      );
      expect([code, screen]).toEqual([0, expect.stringContaining('anthropic Acme EU (ant-1), key …cdef: registered')]);
      expect(screen).toContain('Least scope');
      expect(screen).not.toContain(ANT_KEY);
    });

    it('is offered the usual variable when it is set, and asked for what the provider does not say', async () => {
      const { code, screen } = await costs(
        ['keys', 'add', '--provider', 'openai'],
        [
          ['OPENAI_ADMIN_KEY is set. Use it', '\r'],
          ["organization's id", 'org-1\r'],
        ],
        { OPENAI_ADMIN_KEY: KEY },
      );
      expect([code, screen]).toEqual([0, expect.stringContaining('openai org-1 (org-1), key …cdef: registered')]);
      expect(screen).not.toContain(KEY);
    });

    it('is told about a wrong password, which is not shown', async () => {
      const { code, screen } = await costs(
        ['login'],
        [
          ['Email', 'admin@example.com\r'],
          ['Password', 'not the right password\r'],
        ],
      );
      expect([code, screen]).toEqual([4, expect.stringContaining('The email or the password is wrong.')]);
      expect(screen).not.toContain('not the right password');
    });

    it('is not asked with --no-input', async () => {
      const { code, screen } = await costs(['login', '--no-input'], []);
      expect([code, screen]).toEqual([2, expect.stringContaining('Whose email?')]);
    });

    it('is asked before a key is forgotten', async () => {
      const { code } = await costs(['keys', 'remove', 'ant-1'], [['Forget the key of Acme EU?', 'n\r']]);
      expect(code).toBe(130);
      const { keys } = (await machine.costs(['keys', 'list', '--json'], { env })).json<{ keys: unknown[] }>();
      expect(keys).toHaveLength(2);
    });
  },
);
