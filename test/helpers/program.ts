import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Starts one of `programs` in a process of its own, on the sources as they are. */
export function startProgram(name: string, args: readonly string[]): ChildProcess {
  const program = fileURLToPath(new URL(`programs/${name}`, import.meta.url));
  return spawn(process.execPath, ['--import', import.meta.resolve('jiti/register'), program, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** The exit code, or the signal that ended it. */
export function ended(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
}
