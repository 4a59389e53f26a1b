import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CostsError } from '../../src/errors.js';
import { renderHint } from '../../src/output/hint.js';
import { createKeychain } from '../../src/vault/keychain.js';
import { createSessionFile } from '../../src/vault/session-file.js';
import { foundTeam, openDesk } from '../helpers/vault.js';
import { createMachine, type Machine } from '../helpers/costs.js';
import { createTestDatabase, environmentOf, fillHome, useHome, type TestDatabase } from '../helpers/database.js';

const PASSWORD = 'correct horse battery staple';
const PROGRAM = fileURLToPath(new URL('../../bin/costs.js', import.meta.url));
const run = promisify(execFile);

const missing = ['dbus-run-session', 'gnome-keyring-daemon'].filter(
  (program) => spawnSync('which', [program]).status !== 0,
);
const reason =
  missing.length === 0
    ? ''
    : ` (skipped: ${missing.join(' and ')} not installed; apt-get install libsecret-1-0 gnome-keyring dbus)`;

describe(`a real keychain${reason}`, () => {
  let base: TestDatabase;
  let machine: Machine & { drop: () => Promise<void> };
  beforeAll(async () => {
    base = await createTestDatabase('postgresql');
    machine = await createMachine();
  });
  afterAll(async () => {
    await Promise.all([base.drop(), machine.drop()]);
  });

  /** Runs a shell script in a session with an unlocked gnome-keyring. */
  const inSession = async (script: string) => {
    const unlocked = `printf keyring-password | gnome-keyring-daemon --unlock --components=secrets >/dev/null\n${script}`;
    const env = {
      PATH: process.env.PATH,
      HOME: machine.home,
      XDG_RUNTIME_DIR: machine.home,
      COSTS_HOME: join(machine.home, 'costs'),
      ...environmentOf(base.target),
      PASSWORD,
      COSTS: `${process.execPath} ${PROGRAM}`,
    };
    return run('dbus-run-session', ['--', 'bash', '-c', unlocked], { env, timeout: 200_000 });
  };

  it.skipIf(missing.length > 0)(
    'keeps a session from login to logout, and nothing in a file',
    { tags: ['story'] },
    async () => {
      const { stdout } = await inSession(`
      echo "$PASSWORD" | $COSTS init --team acme --email admin@example.com --password-stdin --json | grep -o '"sessionUntil":"[0-9]*' 
      $COSTS whoami --json
      $COSTS logout --json
      $COSTS whoami --json; echo "exit $?"
      echo "$PASSWORD" | $COSTS login --email admin@example.com --password-stdin --json | grep -o '"role":"admin"'
      $COSTS whoami
      ls -A "$COSTS_HOME" 2>/dev/null | wc -l
    `);
      const lines = stdout.trim().split('\n');
      expect(lines[0]).toMatch(/^"sessionUntil":"20/);
      expect(lines[1]).toContain('"name":"admin@example.com","role":"admin"');
      expect(lines[2]).toBe('{"ended":true,"embedded":false}');
      expect(lines[3]).toContain('"kind":null');
      expect(lines.slice(4)).toEqual([
        'exit 4',
        '"role":"admin"',
        expect.stringMatching(/^acme: admin@example\.com, admin, until /),
        '0',
      ]);
    },
  );

  it.skipIf(missing.length > 0)(
    'keeps the data key of the embedded store, whose keys nobody opens without it',
    { tags: ['story'] },
    async () => {
      await fillHome(join(machine.home, 'costs'));
      const { stdout } = await inSession(`
      unset DATABASE_URL
      server=$(mktemp); node -e '
        require("http").createServer((q, r) => r.end(JSON.stringify(q.url.includes("/me") ? { id: "ant-1", type: "organization", name: "Acme" } : { data: [], has_more: false, next_page: null }))).listen(0, "127.0.0.1", function () { console.log(this.address().port) })' > $server & child=$!
      while [ ! -s $server ]; do sleep 0.1; done
      export ANTHROPIC_BASE_URL=http://127.0.0.1:$(cat $server)
      echo sk-ant-admin01-abcdefgh | $COSTS keys add --provider anthropic --key-stdin --json | grep -o '"source":"vault"'
      $COSTS keys verify --json | grep -o '"status":"ok"' | tail -1
      $COSTS keys rotate-vault --json
      $COSTS keys verify --json | grep -o '"status":"ok"' | tail -1
      grep -rl abcdefgh "$COSTS_HOME" | wc -l
      DBUS_SESSION_BUS_ADDRESS= $COSTS keys verify --json >/dev/null 2>&1; echo "exit $?"
      kill $child; rm $server
    `);
      expect(stdout.trim().split('\n')).toEqual([
        '"source":"vault"',
        '"status":"ok"',
        '{"generation":2,"keys":1,"slots":0,"dropped":[],"altered":[]}',
        '"status":"ok"',
        '0',
        'exit 4',
      ]);
    },
  );
});

describe('without a keychain', () => {
  it('a login is refused with the ways out, and nothing is stored', { tags: ['story'] }, async () => {
    const base = await createTestDatabase('postgresql');
    const machine = await createMachine(environmentOf(base.target));
    try {
      const init = await machine.costs(['init', '--team', 'acme', '--email', 'admin@example.com', '--password-stdin'], {
        input: PASSWORD,
      });
      expect([init.code, init.stderr]).toEqual([0, expect.stringContaining('No session was kept.')]);
      const login = await machine.costs(['login', '--email', 'admin@example.com', '--password-stdin', '--json'], {
        input: PASSWORD,
      });
      expect(login.code).toBe(4);
      expect(login.error().message).toContain('There is no keychain');
      for (const way of ['COSTS_TOKEN', '--from-env', '--insecure-storage', 'COSTS_INSECURE_STORAGE=1'])
        expect(login.error().hint).toContain(way);
      expect(await base.database.prisma.vaultSession.findMany()).toEqual([]);
      const agreed = await machine.costs(
        ['login', '--email', 'admin@example.com', '--password-stdin', '--insecure-storage'],
        { input: PASSWORD },
      );
      expect([agreed.code, agreed.stdout]).toEqual([
        0,
        expect.stringContaining('The session is kept in plain text in'),
      ]);
      const again = await machine.costs(['whoami']);
      expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('The session is kept in plain text in')]);
      expect((await machine.costs(['doctor'])).stdout).toContain('The session is kept in plain text in');
      const listed = await machine.costs(['members', 'list']);
      expect([listed.code, listed.stdout + listed.stderr]).toEqual([0, expect.not.stringContaining('plain text')]);
      const [file = ''] = (await readdir(join(machine.home, 'costs'))).filter((name) => name.startsWith('session-'));
      const { stdout } = await run('stat', ['-c', '%a', join(machine.home, 'costs', file)]);
      expect(stdout.trim()).toBe('600');
      await run('chmod', ['644', join(machine.home, 'costs', file)]);
      expect(await machine.costs(['whoami', '--json'])).toMatchObject({
        code: 4,
        stderr: expect.stringContaining('Others can read') as string,
      });
    } finally {
      await Promise.all([base.drop(), machine.drop()]);
    }
  });
});

describe('sessions in files', () => {
  it('are each kept where two processes keep theirs at once, beside those of earlier versions', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'costs-sessions-'));
    try {
      await writeFile(join(folder, 'session.json'), '{"former":"f","other":"o"}', { mode: 0o600 });
      const [one, another] = [createSessionFile(() => folder), createSessionFile(() => folder)];
      await Promise.all([one.set('embedded', 'e'), another.set('server', 's'), another.set('other', 'p')]);
      const accounts = ['embedded', 'server', 'other', 'former'];
      expect(await Promise.all(accounts.map((account) => one.get(account)))).toEqual(['e', 's', 'p', 'f']);
      for (const account of accounts) {
        expect(await one.inUse()).toContain(folder);
        await another.remove(account);
        expect(await one.get(account)).toBeNull();
      }
      expect(await one.inUse()).toBeNull();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('a session file that holds something else', () => {
  it.each(['null', '5', '[["x"]]', '{"x":5}', '{"x":{"a":"b"}}', '{', ''])('(%s) holds no session', async (text) => {
    const folder = await useHome();
    await writeFile(join(folder, 'session-x.json'), text, { mode: 0o600 });
    const file = createSessionFile(() => folder);
    expect([await file.get('x'), await file.inUse()]).toEqual([null, null]);
  });
});

describe('a session file that others can read', () => {
  it('is told with a command that mends it, in a folder with spaces too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'costs application support '));
    try {
      const file = createSessionFile(() => folder);
      await file.set('x', 'y');
      await run('chmod', ['644', join(folder, 'session-x.json')]);
      const error = await file.get('x').catch((thrown: unknown) => thrown as CostsError);
      const [, command = ''] = renderHint((error as CostsError).hint ?? '').split('→ ');
      const { stdout } = await run('sh', ['-c', `costs() { echo "$@"; }\n${command}`]);
      expect([stdout, await file.get('x')]).toEqual(['login\n', 'y']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('a keychain whose library takes long to load', () => {
  it('is not taken for one that does not answer', { tags: ['story'] }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'costs-slow-'));
    try {
      const library = join(folder, 'slow.cjs');
      await writeFile(
        library,
        `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3500);
         exports.getPassword = () => Promise.resolve('a session');`,
      );
      const keychain = createKeychain({ interactive: false, onWait: () => undefined, library });
      expect(await keychain.get('x')).toBe('a session');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('a keychain that never answers', () => {
  it('is given up after 3 seconds without a person, and leaves no process', { tags: ['story'] }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'costs-hung-'));
    try {
      const library = join(folder, 'hung.cjs');
      const marker = join(folder, 'pid');
      await writeFile(
        library,
        `require('fs').writeFileSync(${JSON.stringify(marker)}, String(process.pid));
         exports.getPassword = () => { for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); };`,
      );
      const keychain = createKeychain({ interactive: false, onWait: () => undefined, library });
      const began = performance.now();
      await expect(keychain.get('x')).rejects.toMatchObject({
        code: 'auth',
        message: expect.stringContaining('did not answer within 3 seconds') as string,
      });
      expect(performance.now() - began).toBeLessThan(20_000);
      const pid = Number(await readFile(marker, 'utf8'));
      await expect.poll(() => isAlive(pid)).toBe(false);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it(
    'does not pass for a machine that has none, where keys in variables are registered without a session',
    { tags: ['story'] },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'costs-hung-'));
      const base = await createTestDatabase('postgresql');
      try {
        const library = join(folder, 'hung.cjs');
        await writeFile(library, 'exports.getPassword = () => new Promise(() => setInterval(() => {}, 1000));');
        const { team } = await foundTeam(base.database);
        const hung = createKeychain({ interactive: false, onWait: () => undefined, library });
        const missing = createKeychain({ interactive: false, onWait: () => undefined, library: '/nowhere/keytar' });
        await expect(openDesk(base.database, {}, hung).vault.requireRegistrar(team)).rejects.toMatchObject({
          code: 'auth',
        });
        await expect(openDesk(base.database, {}, missing).vault.requireRegistrar(team)).resolves.toMatchObject({
          kind: 'local',
        });
      } finally {
        await base.drop();
        await rm(folder, { recursive: true, force: true });
      }
    },
  );

  it('whose library throws or is missing is no keychain', async () => {
    const gone = createKeychain({ interactive: false, onWait: () => undefined, library: '/nowhere/keytar' });
    await expect(gone.get('x')).rejects.toThrow('There is no keychain to keep a session in');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
