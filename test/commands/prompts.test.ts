import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toDay } from '../../src/domain/day.js';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.js';
import { worldRow } from '../../src/emulator/world.js';
import { createMachine, type Machine } from '../helpers/costs.js';
import { createTestDatabase, environmentOf, type TestDatabase } from '../helpers/database.js';
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
            anOrganization({
              provider: 'anthropic',
              id: 'ant-1',
              name: 'Acme EU',
              days: new Map([[toDay(new Date()), [worldRow({ projectId: 'wrkspc_Search', amount: '"1250"' })]]]),
              projects: ['Search', 'Assistant', 'Sandbox'].map((name) => ({
                id: `wrkspc_${name}`,
                name,
                createdAt: new Date('2026-01-01T00:00:00Z'),
                archivedAt: null,
              })),
            }),
          ],
        },
      });
      machine = await createMachine();
      env = {
        PATH: process.env.PATH,
        HOME: machine.home,
        COSTS_HOME: `${machine.home}/costs`,
        ...environmentOf(base.target),
        OPENAI_BASE_URL: emulator.baseUrl('openai'),
        ANTHROPIC_BASE_URL: emulator.baseUrl('anthropic'),
        COSTS_INSECURE_STORAGE: '1',
      };
    });
    afterAll(async () => {
      await Promise.all([base.drop(), emulator.close(), machine.drop()]);
    });
    const costs = (args: readonly string[], steps: Step[], more: NodeJS.ProcessEnv = {}) =>
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
          ['Take its projects as yours, from now on', 'n\r'],
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
          ['Take its projects as yours, from now on', '\r'],
        ],
        { OPENAI_ADMIN_KEY: KEY },
      );
      expect([code, screen]).toEqual([
        0,
        expect.stringContaining('openai org-1 (org-1), key …cdef: registered; its projects are yours'),
      ]);
      expect(screen).not.toContain(KEY);
    });

    it('is told about a wrong email or password, which is not shown, and asked again', async () => {
      const { code, screen } = await costs(
        ['login'],
        [
          ['Email', 'admin\r'],
          ['That is not a valid email address', '\u0015admin@example.com\r'],
          ['Password', 'not the right password\r'],
          ['The email or the password is wrong.', ''],
          ['Email', 'admin@example.com\r'],
          ['Password', `${PASSWORD}\r`],
        ],
      );
      expect([code, screen]).toEqual([0, expect.stringContaining('logged in until')]);
      expect(screen).not.toContain('not the right password');
      expect(screen).not.toContain(PASSWORD);
    });

    it.each([
      ['Ctrl-C', '\u0003'],
      ['Ctrl-D', '\u0004'],
    ])('ends each question by %s, with the terminal as it was', async (_, key) => {
      for (const [shows, ...args] of [
        ['Email', 'login'],
        ['Password', 'login', '--email', 'admin@example.com'],
        ['Whose admin key?', 'keys', 'add'],
        ['Admin key of Anthropic', 'keys', 'add', '--provider', 'anthropic'],
        ['Forget the key', 'keys', 'remove', 'ant-1'],
      ] as const) {
        const { code, screen, echoes } = await costs(args, [[shows, key]]);
        expect({ args, code, echoes, screen }).toEqual({
          args,
          code: 130,
          echoes: true,
          screen: expect.stringContaining('Interrupted; nothing was changed.') as string,
        });
        expect(screen.lastIndexOf('\u001b[?25l')).toBeLessThanOrEqual(screen.lastIndexOf('\u001b[?25h'));
      }
    });

    it('never shows a secret that is pasted too early, and does not take it for an answer', async () => {
      const paste = `${KEY}\r`;
      const { code, screen } = await costs(
        ['keys', 'rotate', 'org-1'],
        [
          ['OpenAI admin key.', paste],
          ['Admin key of OpenAI', `not-a-key\r${paste}`],
          ['Admin key of OpenAI', paste],
          ['Asking OpenAI', paste],
        ],
      );
      expect({ code, screen }).toEqual({ code: 0, screen: expect.stringContaining('key swapped') as string });
      // What is still on its way when the command has ended is the shell's, which echoes it.
      const shown = screen.slice(0, screen.indexOf('key swapped'));
      expect(shown).not.toContain(KEY);
      expect(shown).not.toContain('not-a-key');
    });

    it('comes from a clone to figures by the commands that each one prints, with nothing shown of what is pasted meanwhile', async () => {
      // No keychain, no consent yet, and no `costs` on the path.
      const bare = `${dirname(process.execPath)}:/usr/bin:/bin`;
      const fresh = { PATH: bare, DATABASE_URL: '', COSTS_INSECURE_STORAGE: '', COSTS_HOME: `${machine.home}/fresh` };
      const { code, screen } = await costs(
        ['keys', 'add'],
        [
          ['Creating the embedded store', `${ANT_KEY}\r`],
          ['Whose admin key?', '\u001b[B\r'],
          ['There is no keychain. Use a file that only you can read?', 'y\r'],
          ['Admin key of Anthropic', `${ANT_KEY}\r`],
          ['Take its projects as yours', '\r'],
        ],
        fresh,
      );
      expect([code, screen]).toEqual([0, expect.stringContaining('registered')]);
      expect(screen).not.toContain(ANT_KEY);
      const follow = async (printed: string) => {
        const [, command = ''] = /Next: (.*?)\r?\n/.exec(printed) ?? [];
        expect(command).toMatch(/^node bin\/costs\.js /);
        return inTerminal(['sh', '-c', command], { ...env, ...fresh }, []);
      };
      const synced = await follow(screen);
      expect(synced).toMatchObject({ code: 0, screen: expect.not.stringContaining('not linked') as string });
      const reported = await follow(synced.screen);
      expect(reported).toMatchObject({ code: 0, screen: expect.stringMatching(/Search +Acme EU +12\.50/) as string });
    });

    it('chooses provider projects from one list, which letters search', async () => {
      expect(await costs(['projects', 'discover'], [])).toMatchObject({
        code: 0,
        screen: expect.stringContaining('3 projects') as string,
      });
      const { code, screen } = await costs(
        ['projects', 'link'],
        [
          ['3 shown', 'sand'],
          ['1 shown', ' '],
          ['1 chosen', '\u0015ass'],
          ['Assistant', ' '],
          ['2 chosen', '\r'],
        ],
      );
      expect([code, screen]).toEqual([0, expect.stringContaining('Assistant ← anthropic')]);
      expect(screen).toContain('Sandbox ← anthropic');
      expect(screen).not.toContain('Search ← anthropic');
    });

    it('is asked in a text that steers no terminal, whatever name is in it', async () => {
      const name = 'Pay\u001b]52;c;aGk=\u0007\u202eroll\u200b';
      const link = ['projects', 'link', name, '--provider', 'anthropic', '--provider-project', 'wrkspc_Search'];
      const { code, screen } = await costs(link, [['Make it?', 'n\r']]);
      expect([code, screen]).toEqual([130, expect.stringContaining('Nothing was changed.')]);
      expect(screen).toContain('There is no project "Pay ]52;c;aGk=  roll"');
      // eslint-disable-next-line no-control-regex -- control characters are what this looks for
      expect(screen).not.toMatch(/\u001b\]|\u0007|\u202e|\u200b/);
    });

    it('is told that there is no keychain before the password is asked for', async () => {
      const { code, screen } = await costs(['login'], [], { COSTS_INSECURE_STORAGE: '' });
      expect({ code, screen }).toEqual({ code: 4, screen: expect.stringContaining('There is no keychain') as string });
      expect(screen).not.toContain('Email');
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
