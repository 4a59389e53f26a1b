import { mkdir, readdir } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEmulator, anOrganization } from '../helpers/emulator.js';
import { useMachine } from '../helpers/costs.js';
import { environmentOf, useEmptyTarget, useTestDatabase } from '../helpers/database.js';

describe('bad input', () => {
  it.each([
    [['backfill', '--since', '2026-02-30'], /"2026-02-30" is not a day/],
    [['backfill', '--since', '2026-11-20T08:00Z'], /is a moment; whole days are wanted/],
    [['backfill', 'last-mnth'], /"last-mnth" is not a time .* Did you mean last-month\? .*2026-Q3/],
    [['report', '0001-01-01'], /before any bill/],
    [['report', '2026-10..2026-09'], /ends before it begins/],
    [['report', '2026-10', '--period', '2026-11'], /The period is said twice/],
    [['report', '2026-10', '--since', '2026-11-01'], /do not go together/],
    [['changes', '--since', '2999-01-01'], /is in the future/],
    [
      ['backfill', '--since', '2026-02-02', '--until', '2026-02-01'],
      /--since is 2 Feb 2026, after --until, 1 Feb 2026/,
    ],
    [['backfill', '--since', '2999-01-01'], /is in the future|is after/],
    [['runs', 'show', ''], /The id is empty/],
    [['backfill'], /Which days\?/],
    [['sync', '--provider', 'opnai'], /--provider: "opnai" will not do\. .*Did you mean openai/],
    [['sync', '--lookback', '-1'], /"-1" is not a time/],
    [['sync', '--lookback', 'ten'], /"ten" is not a time/],
    [['sync', '--timeout', 'yesterday'], /"yesterday" is not a length of time.*10m/],
    [['sync', '--timeout', '90d'], /at most 24d/],
    [['sync', '--bucket', '1h'], /Bills come by the day only/],
    [['report', '--columns', 'tokens,price'], /"price" is not one of tokens, per-1m, cache-share, list/],
    [['sync', '--basis', 'guess'], /Allowed choices are billed, usage/],
    [['usage', 'prices', 'import', 'no-such-file.json'], /no-such-file.json cannot be read/],
    [['sync', '--nonsense'], /costs sync has no option --nonsense\.$/m],
    [['status', '--period', 'mtd'], /costs status has no option --period\.$/m],
    [['keys', 'add', '--provder', 'openai'], /Did you mean --provider\?/],
    [['report', '--period', 'whenever'], /"whenever" is not a time/],
    [['report', '--group-by', 'planet'], /"planet" is not one of/],
    [['nonsense'], /There is no command "nonsense"\./],
    [['reprot'], /There is no command "reprot"\. Did you mean report\?/],
    [['keys', 'lst'], /There is no command "keys lst"\. Did you mean keys list\?/],
    [
      ['import', './my exports'],
      /There is no command "import \.\/my exports"\.\n.*→ costs import focus ".\/my exports"$/m,
    ],
    [['help', 'nonsense'], /There is no command or topic "nonsense"\./],
    [['help', 'api-keys', 'nonsense'], /There is no command or topic "api-keys nonsense"\./],
    [['help', 'exit-code'], /There is no command or topic "exit-code"\. Did you mean exit-codes\?$/m],
    [['-v'], /There is no option -v\. Did you mean -V/],
    [['--verson'], /Did you mean --version\?/],
    [['--team'], /Which team\?/],
    [['--team', '--quiet'], /Which team\?/],
    [['check', '--min-share', 'much'], /is not a share .* Write it as 0\.5%\.$/m],
    [['check', '--at', 'most'], /Write it as 80,90,100\.$/m],
    [['help', 'json', 'nonsense'], /No command named "nonsense".*\n.*→ costs --help$/m],
    [['completion', 'powershell'], /Allowed choices are bash, zsh, fish/],
    [['budget', 'set', '5', '--month', '2026-10-11'], /is not a valid month/],
    [['report', 'last-month', 'mtd'], /costs report takes 1 argument, and 2 were given\./],
    [['Report'], /There is no command "Report"\. Did you mean report\?$/m],
    [['-x'], /There is no option -x\.$/m],
    [['report', '--provider', 'OpenAI'], /--provider: "OpenAI" will not do\. .*Did you mean openai\?/],
    [['report', '–since', '2026-11-01'], /Type plain quotes and hyphens → costs report --since 2026-11-01$/m],
    [['keys', 'rotate', '“Acme', 'EU”'], /Type plain quotes and hyphens → costs keys rotate "Acme EU"$/m],
    [['sync', '--since', '2026-11-01'], /has no option --since\.\n.*→ costs backfill --since last-month$/m],
    [['report', '--top', '0'], /a whole number, 1 or more/],
    [['report', '--tag', 'x'], /Write KEY=VALUE/],
    [['members', 'role', 'a@example.com', 'owner'], /Allowed choices are admin, member/],
    [['tokens', 'create'], /Required option '--name <name>'/],
    [['keys', 'add', '--from-path', '.', '--project-by', 'resourc'], /"resourc" makes no projects/],
  ])('%j is told in one sentence, exits 2 and opens nothing', async (args, message) => {
    const machine = await useMachine();
    const plain = await machine.here(args);
    expect(plain.code).toBe(2);
    expect(plain.stdout).toBe('');
    expect(plain.stderr).toMatch(message);
    expect(plain.stderr.split('\n')[0]).toMatch(/^costs: .*[.?!]$/);
    expect(await readdir(machine.home)).toEqual([]);
  });

  it('is a store that is not there, for all that make none: it is told, and nothing is made', async () => {
    const machine = await useMachine();
    for (const line of ['report', 'sync', 'status --check', 'db status', 'budget set 5']) {
      const { code, stderr } = await machine.here(line.split(' '));
      expect([line, code]).toEqual([line, 5]);
      expect(stderr).toMatch(/There is no store in .*costs yet\.\n.* make one → costs init\n/);
    }
    expect(await readdir(machine.home)).toEqual([]);
  });

  it('in names is told with the command that lists them, and changes nothing', { tags: ['story'] }, async () => {
    const { database, target } = await useTestDatabase('postgresql');
    await database.pool.query(
      `INSERT INTO teams VALUES ('t1', 'acme'), ('t2', 'other');
       INSERT INTO projects (id, team_id, name) VALUES ('p1', 't1', 'Search');
       INSERT INTO organizations (provider, organization_id, team_id, name) VALUES ('openai', 'org-1', 't1', 'Prod')`,
    );
    const machine = await useMachine({ ...environmentOf(target), COSTS_TEAM: 'acme' });
    for (const [line, message, hint] of [
      ['report --project Serch', 'There is no project "Serch". Did you mean Search?', 'projects list'],
      ['report --project Serch*', 'No project is called like "Serch*".', 'projects list'],
      ['report --tag nope=x', 'There is no tag "nope=x".', 'projects export'],
      ['report --organization nope', 'There is no organization "nope".', 'keys list'],
      ['report --provider mistral', 'There is no organization of "mistral".', 'keys list'],
      ['status --check --provider anthropic', 'There is no organization of "anthropic".', 'keys list'],
      ['verify --stored --provider mistral', 'There is no organization of "mistral".', 'keys list'],
      ['budget set 5 --provider mistral', 'There is no organization of "mistral".', 'keys list'],
      ['report --team acm', 'has no team "acm". Did you mean acme?', 'init --team acm'],
      ['keys rotate nope', 'There is no organization "nope".', 'keys list'],
      ['import focus x.csv --provider openai', 'OpenAI is asked with a key', 'import focus --help'],
      ['projects rename Serch X', 'Did you mean Search?', 'projects list'],
      ['projects link Serch --provider openai --provider-project p', 'Did you mean Search?', 'projects list'],
      ['projects link X --provider openai --provider-project= --create', 'Its id is empty.', 'projects list'],
      ['projects link Serch --provider openai --provider-project p --new all', 'Did you mean Search?', 'projects list'],
      ['projects link Search --all --new all', '--all links every project', 'projects link --help'],
      ['projects link Search --provider-project p', '--provider is missing.', 'projects link --all'],
      ['--team=acm status', 'has no team "acm". Did you mean acme?', 'init --team acm'],
      ['report --team=', 'Which team? The name is empty.', 'init'],
      ['projects import no-such.csv', 'no-such.csv cannot be read.', ''],
      ['usage prices import no-such.json', 'no-such.json cannot be read.', ''],
      ['budget remove nope', 'There is no budget "nope".', 'budget list'],
      ['check ack nope', 'There is no finding "nope".', 'check list'],
      ['runs show nope', 'No run begins with "nope".', 'runs list'],
    ] as const) {
      const ran = await machine.here([...line.split(' '), '--quiet']);
      expect({ line, code: ran.code, stdout: ran.stdout }).toEqual({ line, code: 2, stdout: '' });
      const [sentence = '', below = ''] = ran.stderr.split('\n');
      expect(sentence).toContain(message);
      expect(below).toContain(hint === '' ? '  Check its name' : `→ costs ${hint}`);
    }
    for (const team of [['--team', 'other'], ['--team=other']])
      expect(await machine.here(team)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('other has no organization yet.') as string,
      });
    // Nothing to look at is nothing that was found right.
    for (const line of [
      'check',
      'status --check',
      'report',
      'explain',
      'forecast',
      'changes',
      'export -o /dev/null',
      'projects link --all',
    ]) {
      const ran = await machine.here([...line.split(' '), '--team', 'other', '--json']);
      expect([line, ran.code, ran.error().message]).toEqual([line, 2, 'No organization is registered.']);
    }
    expect(await machine.here(['status', '--team', 'other'])).toMatchObject({ code: 0 });
    for (const line of ['runs list', 'api-keys list'])
      expect((await machine.here([...line.split(' '), '--team', 'other'])).stdout).not.toMatch(/costs .*sync/);
    const { rows } = await database.pool.query('SELECT link_policy FROM organizations');
    expect(rows).toEqual([{ link_policy: 'none' }]);
    // It has no key, and takes links all the same.
    expect(await machine.here(['projects', 'link', '--all', '--organization', 'Prod'])).toMatchObject({ code: 0 });
  });

  it('ends with a command that goes on from there, whatever it is about, and is no longer than is read', async () => {
    const machine = await useMachine();
    for (const line of ['keys add', 'init', 'report 2026-10 --period 2026-11', `report ${'x'.repeat(5000)}`]) {
      const { code, stderr } = await machine.here(line.split(' '));
      expect([line, code]).toEqual([line, 2]);
      expect(stderr).toMatch(/→ costs [a-z]/);
      expect(stderr.length).toBeLessThan(1_000);
    }
  });

  it('is no finding where a check could not be made', async () => {
    const machine = await useMachine();
    await mkdir(join(machine.home, 'costs/store/data'), { recursive: true });
    expect(await machine.here(['status', '--check'])).toMatchObject({ code: 3, stdout: '' });
  });

  it('is none where an option of every command stands before it', async () => {
    const machine = await useMachine();
    const ran = await machine.here(['--json', '--team', 'acme', 'backfill', '--since', '2026-02-30']);
    expect(ran.error()).toMatchObject({ code: 'usage', message: expect.stringMatching(/is not a day/) as string });
  });

  it('is told as JSON where JSON was asked for', async () => {
    const machine = await useMachine();
    const run = await machine.here(['backfill', '--since', '2026-02-30', '--json']);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.error()).toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/"2026-02-30" is not a day/) as string,
    });
  });

  it('is no mistake where a group is named alone: its help is printed', async () => {
    const machine = await useMachine();
    const ran = await machine.here(['projects']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^Usage: costs projects/);
    for (const words of [
      ['--team', 'acme', 'projects'],
      ['projects', '--team=acme', '--quiet'],
    ])
      expect((await machine.here(words)).stdout, words.join(' ')).toBe(ran.stdout);
    expect((await machine.here(['projects', '--nonsense'])).code).toBe(2);
    expect((await machine.here(['help', 'keys', 'add'])).stdout).toMatch(/^Usage: costs keys add/);
  });

  it('a wrong key exits 4 with the reason of the provider, and nothing is stored', { tags: ['story'] }, async () => {
    const emulator = await openEmulator({
      world: { organizations: [anOrganization({ provider: 'openai', id: 'org-1' })] },
      now: () => new Date(),
    });
    const target = await useEmptyTarget('postgresql');
    const machine = await useMachine({
      DATABASE_URL: target.url,
      OPENAI_BASE_URL: emulator.baseUrl('openai'),
      KEY: 'sk-admin-wrong-key-0123456789',
    });
    await machine.here(['init', '--team', 'acme', '--email', 'a@example.com', '--password-stdin'], {
      input: 'correct horse battery',
    });
    const added = await machine.here([
      'keys',
      'add',
      '--provider',
      'openai',
      '--organization',
      'org-1',
      '--from-env',
      'KEY',
      '--json',
    ]);
    expect(added.code).toBe(4);
    expect(added.error().message).toMatch(/refused the key: Incorrect API key/);
    expect(added.stdout + added.stderr).not.toContain('wrong-key-0123456789');
    expect((await machine.here(['keys', 'list', '--json'])).json()).toEqual({ keys: [] });
  });

  it.each([
    ['http://example.com/v1', /without https|neither https/],
    ['http://127.0.0.1.example.com/v1', /without https|neither https/],
    ['https://user:pass@example.com/v1', /user information/],
    ['not a url', /is not a URL/],
  ])('the base URL %s is refused before anything is sent', async (url, message) => {
    const machine = await useMachine({ OPENAI_BASE_URL: url, KEY: 'sk-admin-0123456789abcdef' }, { store: true });
    const added = await machine.here([
      'keys',
      'add',
      '--provider',
      'openai',
      '--organization',
      'org-1',
      '--from-env',
      'KEY',
      '--json',
    ]);
    expect([2, 4]).toContain(added.code);
    expect(added.error().message).toMatch(message);
    expect(added.stderr).not.toMatch(/user:pass/);
  });

  it('an unreachable database exits 6 in under ten seconds, with host and port and never the password', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const machine = await useMachine({ DATABASE_URL: `postgresql://someone:sesame-open@127.0.0.1:${port}/costs` });
    const started = performance.now();
    const run = await machine.here(['status', '--json']);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(run.code).toBe(6);
    expect(run.error().message).toContain(`127.0.0.1:${port}`);
    expect(run.error().hint).toMatch(/ To go on: costs status --json$/);
    expect(run.stdout + run.stderr).not.toContain('sesame-open');
  });

  it('a network without the provider is told in one line that names the host', async () => {
    const machine = await useMachine(
      {
        OPENAI_BASE_URL: 'https://no-such-host.invalid/v1',
        KEY: 'sk-admin-0123456789abcdef',
      },
      { store: true },
    );
    const added = await machine.here([
      'keys',
      'add',
      '--provider',
      'openai',
      '--organization',
      'org-1',
      '--from-env',
      'KEY',
      '--allow-host',
      'no-such-host.invalid',
      '--json',
    ]);
    expect(added.code).toBe(6);
    expect(added.error().message).toMatch(/no-such-host\.invalid could not be reached/);
  });

  it('a schema that is behind exits 5 and names the command that mends it', async () => {
    const target = await useEmptyTarget('postgresql');
    const machine = await useMachine({ DATABASE_URL: target.url });
    const run = await machine.here(['report', '--json']);
    expect(run.code).toBe(5);
    expect(run.error()).toMatchObject({
      code: 'schema',
      hint: expect.stringMatching(/costs (init|db migrate)/) as string,
    });
  });
});
