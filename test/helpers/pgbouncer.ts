import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { freePort } from './start-postgres.js';

/** Whether PgBouncer is installed. */
export async function hasPgbouncer(): Promise<boolean> {
  return promisify(execFile)('pgbouncer', ['--version']).then(
    () => true,
    () => false,
  );
}

/** The same database through PgBouncer, by default in transaction mode with two connections for everybody, until the running test ends. */
export async function throughPgbouncer(
  url: string,
  pool: { mode: 'transaction' | 'session'; size: number; waitSeconds?: number } = { mode: 'transaction', size: 2 },
): Promise<string> {
  const { hostname, port, username, password } = new URL(url);
  const listen = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'costs-pgbouncer-'));
  await chmod(folder, 0o755);
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=${hostname} port=${port} user=${username} password=${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listen}
auth_type = any
pool_mode = ${pool.mode}
default_pool_size = ${pool.size}
query_wait_timeout = ${pool.waitSeconds ?? 120}
unix_socket_dir =
`,
  );
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const program = spawn('pgbouncer', [...user, join(folder, 'pgbouncer.ini')], { stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = once(program, 'exit');
  onTestFinished(async () => {
    program.kill('SIGKILL');
    await gone;
    await rm(folder, { recursive: true, force: true });
  });
  let log = '';
  for await (const text of program.stderr) {
    log += String(text);
    if (log.includes('process up')) break;
  }
  if (!log.includes('process up')) throw new Error(`PgBouncer did not start:\n${log}`);
  const pooled = new URL(url);
  pooled.port = String(listen);
  return pooled.href;
}
