import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { clockEnvironment } from './clock.js';
import { fillHome } from './database.js';
import { checkDocuments } from './documents.js';
import { runHere } from './here.js';
import { toRan, type Ran } from './ran.js';

const PROGRAM = fileURLToPath(new URL('../../bin/costs.js', import.meta.url));

export type Environment = Record<string, string | undefined>;

export interface RunOptions {
  env?: Environment;
  /** Piped into standard input. */
  input?: string;
  /** The folder it is started in. */
  cwd?: string;
  /** Ends it by a signal once it has come so far. */
  end?: { signal: 'SIGKILL' | 'SIGINT'; when: () => Promise<unknown> };
}

export interface Machine {
  /** Its home folder; removed when the test ends. */
  readonly home: string;
  /** Runs `costs` in a process of its own, with an environment that holds nothing but what was given. */
  costs: (args: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** The same in this process, which takes a tenth of the time; one at a time, as the exit code is the process's. */
  here: (args: readonly string[], options?: Pick<RunOptions, 'env' | 'input'>) => Promise<Ran>;
}

/**
 * A machine without a keychain and with a home of its own, on which the built tool runs; the caller drops it.
 * @param store with an embedded store that is made already
 */
export async function createMachine(
  env: Environment = {},
  { store = false } = {},
): Promise<Machine & { drop: () => Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), 'costs-machine-'));
  if (store) await fillHome(join(home, 'costs'));
  const { PATH, TMPDIR } = process.env;
  const base = { PATH, TMPDIR, HOME: home, COSTS_HOME: join(home, 'costs'), ...clockEnvironment(), ...env };
  return {
    home,
    costs: (args, { env: more = {}, ...options } = {}) => runCosts(args, { ...options, env: { ...base, ...more } }),
    here: (args, { env: more = {}, input = '' } = {}) => runHere(args, { ...base, ...more }, input),
    drop: () => rm(home, { recursive: true, force: true }),
  };
}

/** As `createMachine`, dropped when the running test ends. */
export async function useMachine(env: Environment = {}, options = {}): Promise<Machine> {
  const machine = await createMachine(env, options);
  onTestFinished(machine.drop);
  return machine;
}

async function runCosts(args: readonly string[], { env, input, cwd, end }: RunOptions): Promise<Ran> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: env as NodeJS.ProcessEnv,
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd,
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
  child.stdin.on('error', () => undefined).end(input ?? '');
  const ending = end?.when().finally(() => child.kill(end.signal));
  const [code] = (await once(child, 'close')) as [number | null];
  await ending;
  checkDocuments(args, texts);
  return toRan(code, texts);
}
