import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { link, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CostsError, codeOf } from '../errors.js';
import { makeFolder } from '../folder.js';
import { hasEnded, isSameKernel, machineIdentity, processStart } from '../process-identity.js';
import { isLifeless, showLife } from './sign-of-life.js';

/** Who holds the embedded store. */
export interface Holder {
  pid: number;
  command: string;
  host: string;
  /** The claim of another machine or container: deleting this file takes the store over at once. Null on this machine. */
  claim: string | null;
}

interface Claim extends Omit<Holder, 'claim'> {
  /** Tells a claim from any other under the same number. */
  id: string;
  machine: string;
  /** Null in a claim that was given back. */
  start: string | null;
}

export interface LockOptions {
  onWait?: ((holder: Holder) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** Where process ids can be compared; tests stand in for another machine. */
  machine?: string | undefined;
  /** How long a claim of another machine may show no sign of life; shorter in tests. */
  silenceMs?: number | undefined;
}

export interface Lock {
  /** Whether nobody has taken it over: to be asked before a commit, and before it is confirmed. */
  isHeld(): boolean;
  /** The same, quick enough to be asked before each write to a file. */
  seemsHeld(): boolean;
  /** Gives it back, where it was not taken over. */
  release(): Promise<void>;
}

const POLL_MS = 60;

/** The holder touches its claim this often; only processes of another machine or container go by it. */
const HEARTBEAT_MS = 5_000;
/** Longer than any statement, during which the embedded store leaves no time for a heartbeat. */
const SILENCE_MS = 120_000;
/** Of that, how long is enough of one whose process the kernel says is gone: two heartbeats. */
const ENOUGH = (2 * HEARTBEAT_MS) / SILENCE_MS;

/**
 * Takes the exclusive lock that `folder` stands for, waiting for as long as another living process has it.
 *
 * Claims are files numbered upwards, and the highest number counts. A claim is made by hard-linking the next number,
 * which only one process can do, and only after the highest one was given back or its process is gone; so a killed
 * process blocks nobody and nothing needs cleaning up. The highest file is never deleted, only lower ones: a process that
 * was slow sees a higher number after its link and stands back.
 *
 * Whether a process of another machine is gone cannot be known: its claim counts for as long as the waiter itself sees it
 * change, whatever either clock says; in another container of this kernel its socket tells sooner that it was killed. A
 * holder that was paused longer than that has lost it, and learns so by `isHeld`.
 *
 * @throws CostsError `interrupted` when the signal fires while waiting
 */
export async function acquireLock(folder: string, options: LockOptions = {}): Promise<Lock> {
  const { onWait, signal, silenceMs = SILENCE_MS } = options;
  await makeFolder(folder);
  const claim = await describeSelf(options.machine ?? (await machineIdentity()));
  const draft = join(folder, `claim-${claim.pid}-${claim.id}`);
  await writeFile(draft, JSON.stringify(claim), { mode: 0o600 });
  const watch = new Watch(silenceMs);
  const endLife = await showLife(join(folder, lifeName(claim)));
  let isHolding = false;
  try {
    let told = false;
    for (;;) {
      if (signal?.aborted === true)
        throw new CostsError('interrupted', 'Interrupted while waiting for the embedded store.');
      const { won, holder } = await tryClaim(folder, draft, claim.machine, watch);
      if (won !== null) {
        const lock = await hold(folder, won, claim, endLife);
        isHolding = true;
        return lock;
      }
      if (holder !== null && !told) {
        onWait?.(holder);
        told = true;
      }
      await sleep(POLL_MS);
    }
  } finally {
    if (!isHolding) endLife();
    await rm(draft, { force: true });
  }
}

/** Looks for signs of life in a file that another machine touches. */
class Watch {
  private seen = '';
  private since = 0;

  constructor(private readonly silenceMs: number) {}

  /**
   * Whether the file was silent for long, as this process saw it.
   * @param isGone whether its process is known to be, which takes less
   */
  async isSilent(path: string, isGone: () => Promise<boolean>): Promise<boolean> {
    const { mtimeMs, ino } = await stat(path).catch(() => ({ mtimeMs: 0, ino: 0 }));
    const sign = `${path} ${ino} ${mtimeMs}`;
    if (sign !== this.seen) [this.seen, this.since] = [sign, performance.now()];
    const silence = performance.now() - this.since;
    return silence >= this.silenceMs || (silence >= this.silenceMs * ENOUGH && (await isGone()));
  }
}

async function tryClaim(
  folder: string,
  draft: string,
  machine: string,
  watch: Watch,
): Promise<{ won: number | null; holder: Holder | null }> {
  const highest = highestOf(await readdir(folder));
  if (highest > 0) {
    const holder = await livingHolder(folder, claimName(highest), machine, watch);
    if (holder !== null) return { won: null, holder };
  }
  const mine = highest + 1;
  try {
    await link(draft, join(folder, claimName(mine)));
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return { won: null, holder: null };
    throw error;
  }
  if (highestOf(await readdir(folder)) === mine) return { won: mine, holder: null };
  await rm(join(folder, claimName(mine)), { force: true });
  return { won: null, holder: null };
}

async function hold(folder: string, number: number, claim: Claim, endLife: () => void): Promise<Lock> {
  const path = join(folder, claimName(number));
  const text = JSON.stringify(claim);
  const isHeld = () => {
    try {
      return highestOf(readdirSync(folder)) === number && readFileSync(path, 'utf8') === text;
    } catch {
      // The claim or its folder was deleted, which is how a store is taken over by hand.
      return false;
    }
  };
  const next = join(folder, claimName(number + 1));
  const { ino } = statSync(path);
  const seemsHeld = () => statSync(path, { throwIfNoEntry: false })?.ino === ino && !existsSync(next);
  await removeLeftovers(folder, number, claim.machine);
  const heartbeat = setInterval(() => {
    const now = new Date(performance.timeOrigin + performance.now());
    void utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS).unref();
  return {
    isHeld,
    seemsHeld,
    release: async () => {
      clearInterval(heartbeat);
      endLife();
      if (!isHeld()) return;
      const freed = join(folder, `freed-${claim.pid}-${randomUUID()}`);
      await writeFile(freed, JSON.stringify({ ...claim, start: null }), { mode: 0o600 });
      await rename(freed, path);
    },
  };
}

/** Lower numbers count for nothing any more, and drafts are left by killed processes. */
async function removeLeftovers(folder: string, number: number, machine: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const other = numberOf(name);
    if (other !== null && other < number) {
      const claim = parseClaim(await readFile(join(folder, name), 'utf8').catch(() => ''));
      if (claim !== null) await rm(join(folder, lifeName(claim)), { force: true });
      await rm(join(folder, name), { force: true });
    }
    if (!/^(?:claim|freed)-/.test(name)) continue;
    const draft = parseClaim(await readFile(join(folder, name), 'utf8').catch(() => ''));
    // Another machine's may be that of a process which waits.
    if (draft?.machine === machine && (await processStart(draft.pid)) === null) {
      await rm(join(folder, lifeName(draft)), { force: true });
      await rm(join(folder, name), { force: true });
    }
  }
}

/** The holder of a claim, or null when it was given back or its process is gone. */
async function livingHolder(folder: string, name: string, machine: string, watch: Watch): Promise<Holder | null> {
  const path = join(folder, name);
  const text = await readFile(path, 'utf8').catch(() => null);
  // Replaced by a higher number meanwhile: not ours to take now; the next look will tell.
  if (text === null) return null;
  const claim = parseClaim(text);
  if (claim === null || claim.start === null) return null;
  const { pid, command, host } = claim;
  if (claim.machine === machine) return (await hasEnded(pid, claim.start)) ? null : { pid, command, host, claim: null };
  const isGone = async () => isSameKernel(claim.machine, machine) && (await isLifeless(join(folder, lifeName(claim))));
  return (await watch.isSilent(path, isGone)) ? null : { pid, command, host, claim: path };
}

/** A file that a power failure left empty holds nothing. */
function parseClaim(text: string): Claim | null {
  try {
    const claim = JSON.parse(text) as Partial<Claim> | null;
    if (typeof claim?.pid !== 'number' || claim.machine === undefined || claim.start === undefined) return null;
    const { pid, machine, start } = claim;
    // Earlier versions gave a claim no id, and did not say on which host.
    const { id = '', command = 'costs', host = 'an unknown host' } = claim;
    return { id, pid, command, host, machine, start };
  } catch {
    return null;
  }
}

async function describeSelf(machine: string): Promise<Claim> {
  return {
    id: randomUUID(),
    pid: process.pid,
    command: ['costs', ...process.argv.slice(2)].join(' ').slice(0, 200),
    host: hostname(),
    machine,
    start: (await processStart(process.pid)) ?? '',
  };
}

function highestOf(names: string[]): number {
  return names.reduce((highest, name) => Math.max(highest, numberOf(name) ?? 0), 0);
}

function claimName(number: number): string {
  return `holder-${number}`;
}

function lifeName({ id }: Claim): string {
  return `life-${id.slice(0, 8)}`;
}

function numberOf(name: string): number | null {
  const digits = /^holder-(\d+)$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}
