import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { NoSession } from './no-session.js';

const SERVICE = 'costs';
/** Without a person a keychain that wants to be unlocked would wait for ever; with one, it may take a while to find the password. */
const LIMIT_SECONDS = { alone: 3, withPerson: 60 };
/** A process of its own takes long to begin on a machine at work, which says nothing of its keychain. */
const START_SECONDS = 60;

export interface Keychain {
  get(account: string): Promise<string | null>;
  set(account: string, text: string): Promise<void>;
  remove(account: string): Promise<void>;
}

export interface KeychainOptions {
  /** A person may be asked by the keychain to unlock it. */
  interactive: boolean;
  /** Told once when a person may have to do something. */
  onWait: (line: string) => void;
  /** Where the keychain library is; tests put others in its place. */
  library?: string;
}

interface Call {
  library: string;
  method: 'getPassword' | 'setPassword' | 'deletePassword';
  values: string[];
}

/** That the library is asked now. */
const ASKED = 'asked';
type Answer = { value: string | boolean | null } | { error: string; silent?: boolean };

/**
 * The operating system's keychain. Its library is native code that waits for a service and cannot be cancelled: it runs in a
 * process of its own, which is killed when its time is over, so that a hung keychain never holds ours.
 * Every method rejects with CostsError `auth` when there is no keychain.
 */
export function createKeychain({ interactive, onWait, library }: KeychainOptions): Keychain {
  const seconds = interactive ? LIMIT_SECONDS.withPerson : LIMIT_SECONDS.alone;
  const call = async (method: Call['method'], ...values: string[]) => {
    const answer = await run(
      { library: library ?? findLibrary(), method, values },
      seconds,
      interactive ? onWait : null,
    );
    if ('error' in answer) throw answer.silent === true ? silentKeychain(answer.error) : noKeychain(answer.error);
    return answer.value;
  };
  return {
    async get(account) {
      const value = await call('getPassword', SERVICE, account);
      return typeof value === 'string' ? value : null;
    },
    set: async (account, text) => {
      await call('setPassword', SERVICE, account, text);
    },
    remove: async (account) => {
      await call('deletePassword', SERVICE, account);
    },
  };
}

/** `keytar` is an optional dependency: where it could not be installed, there is no keychain. */
function findLibrary(): string {
  try {
    return createRequire(import.meta.url).resolve('keytar');
  } catch {
    throw noKeychain('its library is not installed');
  }
}

function run(call: Call, seconds: number, onWait: ((line: string) => void) | null): Promise<Answer> {
  return new Promise((resolve) => {
    // The request travels over the channel, not in argv, which every user of the machine can read.
    const child = spawn(process.execPath, ['-e', `(${inChild.toString()})()`], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    let settled = false;
    const settle = (answer: Answer) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      clearTimeout(notice);
      child.kill('SIGKILL');
      resolve(answer);
    };
    const giveUpAfter = (limit: number) =>
      setTimeout(() => settle({ error: `it did not answer within ${limit} seconds`, silent: true }), limit * 1000);
    let timer = giveUpAfter(START_SECONDS);
    let notice: NodeJS.Timeout | undefined;
    const wait = () => {
      clearTimeout(timer);
      timer = giveUpAfter(seconds);
      notice = setTimeout(
        () =>
          onWait?.(`The keychain does not answer yet; it may be asking you to unlock it (waiting up to ${seconds} s).`),
        1500,
      );
    };
    child.once('error', (error) => settle({ error: error.message }));
    child.once('exit', () => settle({ error: 'its library ended without an answer' }));
    child.on('message', (message) => (message === ASKED ? wait() : settle(message as Answer)));
    child.send(call);
  });
}

/** Runs in the child process, as text: it can use nothing from around it. */
function inChild(): void {
  // Whoever asked is gone, and a library that hangs would stay for ever.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.once('message', (message) => {
    const { library, method, values } = message as Call;
    const answer = (value: Answer) => process.send?.(value);
    const failed = (error: unknown) => answer({ error: error instanceof Error ? error.message : 'unknown' });
    try {
      // Not `require`, which the bundler would replace by a function that the text of this one does not carry along.
      const load = process.getBuiltinModule('node:module').createRequire(library);
      const keytar = load(library) as Record<string, (...values: string[]) => Promise<string | boolean | null>>;
      const method_ = keytar[method];
      if (method_ === undefined) return void failed(new Error('no such method'));
      process.send?.('asked');
      method_(...values).then((value) => answer({ value }), failed);
    } catch (error) {
      failed(error);
    }
  });
}

/** This machine can keep no session at all, which is not the same as nobody having logged in. */
export class NoKeychain extends NoSession {}

const WAYS_OUT =
  'Use a token (COSTS_TOKEN), keys in variables (keys add --from-env), or COSTS_INSECURE_STORAGE=1. To allow a file that only you can read: costs login --insecure-storage';

function noKeychain(reason: string): NoKeychain {
  const firstLine = reason.split('\n')[0]?.replace(/\.$/, '') ?? '';
  return new NoKeychain(`There is no keychain to keep a session in: ${firstLine}.`, WAYS_OUT);
}

/** There is one, and it may hold a session: whoever makes it hang must not pass for somebody without any. */
function silentKeychain(reason: string): NoSession {
  return new NoSession(`The keychain cannot be used: ${reason}.`, WAYS_OUT);
}
