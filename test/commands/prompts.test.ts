// @module-tag story

import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { toDay } from '../../src/domain/day.js';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.js';
import { worldRow } from '../../src/emulator/world.js';
import { createMachine, type Machine } from '../helpers/costs.js';
import {
  createTestDatabase,
  environmentOf,
  useEmptyTarget,
  useReadyTarget,
  type TestDatabase,
} from '../helpers/database.js';
import { adminKey, anOrganization } from '../helpers/emulator.js';
import { HAS_TERMINAL, inTerminal, type Step } from '../helpers/terminal.js';

const PROGRAM = fileURLToPath(new URL('../../bin/costs.js', import.meta.url));
const AT_A_TERMINAL = fileURLToPath(new URL('../helpers/programs/at-a-terminal.js', import.meta.url));
const PASSWORD = 'correct horse battery staple';
const NO_KEYCHAIN = 'There is no keychain. Use a file that only you can read?';
const ANT_KEY = adminKey({ provider: 'anthropic', id: 'ant-1' }).secret;
const KEY = adminKey({ provider: 'openai', id: 'org-1' }).secret;
const KEY2 = adminKey({ provider: 'openai', id: 'org-2' }).secret;

interface Question {
  args: string[];
  asks: string;
  /** What is answered before it is asked. */
  answers?: Step[];
  env?: Record<string, string>;
}

/** Every question there is. */
function questions(budget: string): Question[] {
  const team: Step = ['Name of the team', 'another\r'];
  const email: Step = ['Email', 'b@example.com\r'];
  const password = (asks: string): Step => [asks, `${PASSWORD}\r`];
  const add = ['keys', 'add', '--provider'];
  const openai: Step = ['Admin key of OpenAI', `${KEY2}\r`];
  return [
    { args: ['init'], asks: 'Name of the team' },
    { args: ['init'], asks: 'Email', answers: [team] },
    { args: ['init'], asks: 'Password', answers: [team, email] },
    { args: ['init'], asks: 'The same again', answers: [team, email, password('Password')] },
    { args: ['login'], asks: 'Use a file that only', env: { COSTS_INSECURE_STORAGE: '' } },
    { args: ['login'], asks: 'Email' },
    { args: ['login', '--email', 'admin@example.com'], asks: 'Password' },
    { args: ['keys', 'add'], asks: 'Whose admin key?' },
    { args: [...add, 'openai'], asks: 'OPENAI_ADMIN_KEY is set. Use it', env: { OPENAI_ADMIN_KEY: KEY } },
    { args: [...add, 'openai'], asks: 'Admin key of OpenAI' },
    { args: [...add, 'openai'], asks: "organization's id", answers: [openai] },
    { args: [...add, 'openai'], asks: 'Its name in reports', answers: [openai, ["organization's id", 'org-2\r']] },
    { args: [...add, 'openai', '--organization', 'org-2'], asks: 'Take its projects as yours', answers: [openai] },
    { args: [...add, 'github'], asks: 'GitHub: the name' },
    { args: ['keys', 'rotate', 'org-1'], asks: 'Admin key of OpenAI' },
    { args: ['keys', 'remove', 'ant-1'], asks: 'Forget the key' },
    { args: ['keys', 'remove', 'ant-1', '--purge'], asks: 'with all that was collected' },
    { args: ['keys', 'move', 'org-1', 'org-3'], asks: 'to org-3?' },
    { args: ['budget', 'remove', budget], asks: 'Remove the budget' },
    { args: ['members', 'add'], asks: 'Email' },
    { args: ['members', 'add', '--email', 'b@example.com'], asks: 'Initial password' },
    { args: ['members', 'remove', 'c@example.com'], asks: 'Remove c@example.com (member)?' },
    { args: ['members', 'passwd', '--code'], asks: 'Email' },
    { args: ['members', 'passwd', '--code', '--email', 'b@example.com'], asks: 'Code' },
    { args: ['members', 'passwd'], asks: 'Old password' },
    { args: ['members', 'passwd'], asks: 'New password', answers: [password('Old password')] },
    { args: ['tokens', 'revoke', 'ci'], asks: 'Revoke the token ci' },
    { args: ['people', 'forget', 'c@example.com'], asks: 'who is behind 1 API key?' },
    { args: ['members', 'logins', 'keep', '30'], asks: "Remove the team's login attempts" },
    { args: ['config', 'people', 'off'], asks: 'Remove the names' },
    { args: ['projects', 'untag', 'Search', 'product'], asks: 'Remove all 2 values of product' },
    { args: ['projects', 'link'], asks: 'Which are yours?' },
    { args: ['projects', 'link', 'Search'], asks: 'Which provider project?' },
    {
      args: ['projects', 'link', 'A new one', '--provider', 'anthropic', '--provider-project', 'wrkspc_Search'],
      asks: 'Make it?',
    },
    { args: ['db', 'rollback'], asks: 'migration is taken back' },
  ];
}

/**
 * How often each file asks. Where a number changes, walk the question above. A keychain and a limit of requests have tests of their
 * own; `db adopt`, `db partition` and `db restore` ask as `db rollback` does, `keys children` chooses of a list as `projects link`.
 */
const WALKED = {
  'budget/remove.ts': 1,
  'config/people.ts': 1,
  'db/adopt.ts': 1,
  'db/partition.ts': 1,
  'db/restore.ts': 1,
  'db/rollback.ts': 1,
  'init.ts': 3,
  'keys/add.ts': 5,
  'keys/children.ts': 1,
  'keys/move.ts': 1,
  'keys/remove.ts': 2,
  'keys/source.ts': 2,
  'login.ts': 2,
  'members/add.ts': 2,
  'members/logins/keep.ts': 1,
  'members/passwd.ts': 2,
  'members/remove.ts': 1,
  'password.ts': 5,
  'people/forget.ts': 1,
  'projects/link.ts': 3,
  'projects/tag.ts': 1,
  'quota-wait.ts': 1,
  'tokens/revoke.ts': 1,
};

function asksIn(folder: string): Record<string, number> {
  const asks =
    /prompt\.(?:text|secret|confirm|choose|checklist)\(|(?:await|=>) (?:confirm|readEmail|readPassword|readNewPassword)\(context/g;
  const counted = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && path !== 'confirm.ts')
    .map((path) => [path, (readFileSync(`${folder}/${path}`, 'utf8').match(asks) ?? []).length] as const);
  return Object.fromEntries(counted.filter(([, count]) => count > 0).sort());
}

/** What is stored, besides runs and attempts to log in. */
async function rowsOf({ database }: TestDatabase): Promise<unknown> {
  const tables = [
    'teams',
    'users',
    'organizations',
    'organization_api_keys',
    'projects',
    'budgets',
    'project_tags',
    'team_settings',
    'vault_slots',
    'vault_tokens',
  ];
  const rows = await Promise.all(tables.map((table) => database.pool.query(`SELECT * FROM ${table} ORDER BY 1, 2`)));
  return rows.map((each): unknown => each.rows);
}

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
            anOrganization({ provider: 'openai', id: 'org-2' }),
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
    const costs = (args: readonly string[], steps: Step[], more: NodeJS.ProcessEnv = {}, columns = 80) =>
      inTerminal([process.execPath, PROGRAM, ...args], { ...env, ...more }, steps, { columns });

    it('is told that a database is empty before a password is asked for', async () => {
      const { code, screen } = await costs(['login'], [], environmentOf(await useEmptyTarget('postgresql')));
      expect([code, screen]).toEqual([5, expect.stringContaining('To begin →')]);
      expect(screen).not.toContain('Email');
    });

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
          ['Its name in reports', '\r'],
          ['Take its projects as yours, from now on', '\r'],
        ],
        { OPENAI_ADMIN_KEY: KEY },
      );
      expect([code, screen]).toEqual([
        0,
        expect.stringContaining('openai org-1, key …cdef: registered; its projects are yours'),
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

    it('ends every question there is by Ctrl-C and by Ctrl-D, in a sentence, with the command that goes on and the terminal as it was', async () => {
      await machine.here(['projects', 'discover', '--organization', 'ant-1'], { env });
      await machine.here(['budget', 'set', '5'], { env });
      await machine.here(['config', 'people', 'on'], { env });
      for (const tag of [['product=A'], ['product=B', '--from', '2026-02-01']])
        await machine.here(['projects', 'tag', 'Search', ...tag], { env });
      const budgets = (await machine.here(['budget', 'list', '--json'], { env })).json<{ budgets: { id: string }[] }>();
      const member = ['members', 'add', '--email', 'c@example.com', '--role', 'member', '--password-stdin'];
      await machine.here(member, { env, input: PASSWORD });
      await machine.here(['tokens', 'create', '--name', 'ci'], { env });
      await base.database.pool.query(
        `INSERT INTO api_keys (ai_provider, ai_organization_id, api_key_id, owner_kind, owner_id, owner_email)
         VALUES ('openai', 'org-1', 'key_1', 'user', 'user_1', 'c@example.com')`,
      );
      const before = await rowsOf(base);
      // On a screen of its own each question would take a second: one process asks them all.
      // The long run presses both keys at each of them.
      const asked = questions(budgets.budgets[0]?.id ?? '').flatMap((each, index) =>
        ['\u0003', '\u0004']
          .filter((_, which) => inject('long') || which === index % 2)
          .map((key) => ({ ...each, key })),
      );
      const usual = { OPENAI_ADMIN_KEY: '', COSTS_INSECURE_STORAGE: '1' };
      const lines = asked.map(({ args, env: more }) => ({ args, env: { ...usual, ...more } }));
      const steps = asked.flatMap(({ answers = [], asks, key }): Step[] => [...answers, [asks, key], ['[ended ', '']]);
      const program = [process.execPath, AT_A_TERMINAL, JSON.stringify(lines)];
      const { code, screen } = await inTerminal(program, env, steps, { pauseMs: 20, seconds: 280 });
      expect(code, screen.slice(-2_000)).toBe(0);
      const parts = screen.split(/\[ended (.*)\]\r?\n/);
      for (const [index, { args, asks }] of asked.entries()) {
        const [shown = '', end] = parts.slice(index * 2);
        expect({ args, end, shown }).toEqual({ args, end: '130 echo', shown: expect.stringContaining(asks) as string });
        const command = args.map((word) => (word.includes(' ') ? `"${word}"` : word)).join(' ');
        const plain = stripVTControlCharacters(shown);
        expect(plain).toMatch(/costs: Interrupted; nothing was changed\.\r?\n {2}To go on\s+→ /);
        expect(plain).toContain(`at-a-terminal.js ${command}\r\n`);
        expect(shown.lastIndexOf('\u001b[?25l')).toBeLessThanOrEqual(shown.lastIndexOf('\u001b[?25h'));
      }
      expect(await rowsOf(base)).toEqual(before);
      expect(asksIn('src/commands')).toEqual(WALKED);
    });

    it('never shows a key that is pasted into a question for something else, nor takes it for the answer', async () => {
      const paste = `${KEY}\r`;
      const { code, screen } = await costs(
        ['keys', 'add', '--provider', 'openai', '--organization', 'org-2'],
        [
          ['OPENAI_ADMIN_KEY is set. Use it', paste],
          ['(Y/n)', `n\r`],
          ['Admin key of OpenAI', '\u0003'],
        ],
        { OPENAI_ADMIN_KEY: KEY },
      );
      expect({ code, screen }).toEqual({
        code: 130,
        screen: expect.not.stringContaining('0123456789abcdef') as string,
      });
    });

    it('is asked anew after Ctrl-Z, which gives the shell a terminal that echoes, and takes that away again', async () => {
      // A shell with job control goes on with its next command when the job stops.
      const job = [process.execPath, PROGRAM, 'keys', 'rotate', 'org-1'].join(' ');
      const { code, screen, echoes } = await inTerminal(
        ['bash', '-mc', `${job}; stty -a | grep -ow -e '-\\?echo'; fg`],
        env,
        [
          ['Admin key of OpenAI', '\u001a'],
          ['Admin key of OpenAI', `${KEY}\r`],
        ],
      );
      expect({ code, screen, echoes }).toEqual({
        code: 0,
        screen: expect.stringMatching(/\necho\r\n[^]*key swapped/) as string,
        echoes: true,
      });
      expect(screen).not.toContain(KEY);
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
          [NO_KEYCHAIN, 'y\r'],
          ['Admin key of Anthropic', `${ANT_KEY}\r`],
          ['Take its projects as yours', '\r'],
        ],
        fresh,
      );
      expect([code, screen]).toEqual([0, expect.stringContaining('registered')]);
      expect(screen).not.toContain(ANT_KEY);
      const follow = async (printed: string) => {
        const [, command = ''] = /Next → (.*?)\r?\n/.exec(printed) ?? [];
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

    it('is told before a choice that it could not stand', async () => {
      const { code, screen } = await costs(['projects', 'link', 'Assistant'], [['Which provider project?', '\u0003']]);
      expect([code, screen]).toEqual([1, expect.stringContaining('"Assistant" already holds wrkspc_Assistant')]);
      expect(screen).not.toContain('Which provider project?');
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
      const { code, screen } = await costs(['login'], [[NO_KEYCHAIN, 'n\r']], { COSTS_INSECURE_STORAGE: '' });
      expect({ code, screen }).toEqual({
        code: 4,
        screen: expect.stringContaining('There is no keychain to keep') as string,
      });
      expect(screen).not.toContain('Email');
    });

    it.each([
      { answer: 'y', of: 'an empty server', shows: 'Logged in until', next: 'keys add' },
      { answer: 'n', of: 'one with tables', shows: 'No session was kept', next: 'login --insecure-storage' },
    ])('makes a team without a keychain, on $of, and answers $answer to a file', async ({ answer, shows, next }) => {
      const target = await (answer === 'y' ? useEmptyTarget : useReadyTarget)('postgresql');
      const { code, screen } = await costs(
        ['init', '--team', 'newcomers'],
        [
          [NO_KEYCHAIN, `${answer}\r`],
          ['Email', 'newcomer@example.com\r'],
          ['Password', `${PASSWORD}\r`],
          ['The same again', `${PASSWORD}\r`],
        ],
        { ...environmentOf(target), COSTS_INSECURE_STORAGE: '', COSTS_HOME: `${machine.home}/${answer}` },
      );
      expect([code, screen]).toEqual([0, expect.stringContaining(shows)]);
      expect(screen).toContain(`→ node bin/costs.js --team newcomers ${next}\r\n`);
    });

    it('is not asked with --no-input', async () => {
      const { code, screen } = await costs(['login', '--no-input'], []);
      expect([code, screen]).toEqual([2, expect.stringContaining('Whose email?')]);
    });

    it('is asked before a key is forgotten, in lines that break between words', async () => {
      const steps: Step[] = [['Forget the key of Acme EU?', 'n\r']];
      const { code, screen } = await costs(['keys', 'remove', 'ant-1'], steps, {}, 36);
      expect(code).toBe(130);
      expect(stripVTControlCharacters(screen)).toMatch(/Acme EU\? Its\r?\n {2}figures stay\. \(y\/N\)/);
      const { keys } = (await machine.costs(['keys', 'list', '--json'], { env })).json<{ keys: unknown[] }>();
      expect(keys).toHaveLength(2);
    });
  },
);
