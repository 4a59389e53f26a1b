import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { codeOf } from './errors.js';

/** Where no boot can be told from another, this process is a machine of its own: nobody is then taken for dead by mistake. */
const UNKNOWN_MACHINE = randomUUID();

/**
 * Where process ids can be compared: one boot of one kernel and, on Linux, one pid namespace, since two containers that
 * share a folder see different processes under the same number. Host names do not tell: clones and containers share them.
 */
export async function machineIdentity(): Promise<string> {
  const boot = await bootId();
  if (process.platform !== 'linux') return boot ?? UNKNOWN_MACHINE;
  const namespace = await readlink('/proc/self/ns/pid').catch(() => null);
  return boot === null || namespace === null ? UNKNOWN_MACHINE : `${boot} ${namespace}`;
}

/** Whether two machines, as `machineIdentity` names them, are containers of one boot of one kernel. */
export function isSameKernel(machine: string, other: string): boolean {
  return machine.split(' ')[0] === other.split(' ')[0];
}

/** Names one boot of this machine; null where the system has no such name. */
async function bootId(): Promise<string | null> {
  const text =
    process.platform === 'linux'
      ? await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
      : process.platform === 'darwin'
        ? await outputOf('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'])
        : '';
  return text.trim() === '' ? null : text.trim();
}

/**
 * When a process was started, as a text that no later process of the same number has; null when there is no such
 * process. Numbers are reused, so a number alone would keep a lock for a stranger.
 */
export async function processStart(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    if (stat === null) return null;
    // The command name in parentheses may hold spaces; state and start ticks are the 1st and 20th fields after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : `${(await bootId()) ?? ''} ${fields[19] ?? ''}`;
  }
  const started = (await outputOf('ps', ['-o', 'lstart=', '-p', String(pid)])).trim();
  return started === '' ? null : started;
}

/** Whether a process of this machine has ended. One that the system hides from us (hidepid) has not. */
export async function hasEnded(pid: number, start: string): Promise<boolean> {
  const found = await processStart(pid);
  if (found !== null) return found !== start;
  try {
    process.kill(pid, 0);
    // There, and not to be read: a zombie has ended, a process of another user has not.
    return (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')) !== '';
  } catch (error) {
    return codeOf(error) !== 'EPERM';
  }
}

async function outputOf(program: string, args: string[]): Promise<string> {
  const env = { LC_ALL: 'C', PATH: '/bin:/usr/bin' };
  const { stdout } = await promisify(execFile)(program, args, { env }).catch(() => ({ stdout: '' }));
  return stdout;
}
