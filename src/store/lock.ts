import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CostsError } from '../errors.js';
import { machineIdentity, processStart } from '../process-identity.js';

/** Who holds the embedded store. */
export interface Holder {
  pid: number;
  command: string;
}

interface Claim extends Holder {
  machine: string;
  /** Null in a claim that was given back. */
  start: string | null;
}

export interface LockOptions {
  onWait?: ((holder: Holder) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface Lock {
  release(): Promise<void>;
}

const POLL_MS = 60;

/** The holder touches its claim this often; only processes of another machine or container go by it. */
const HEARTBEAT_MS = 5_000;
const FOREIGN_CLAIM_EXPIRES_MS = 120_000;

/**
 * Takes the exclusive lock that `folder` stands for, waiting for as long as another living process has it.
 *
 * Claims are files numbered upwards, and the highest number counts. A claim is made by hard-linking the next number,
 * which only one process can do, and only after the highest one was given back or its process is gone; so a killed
 * process blocks nobody and nothing needs cleaning up. The highest file is never deleted, only lower ones: a process that
 * was slow sees a higher number after its link and stands back.
 *
 * @throws CostsError `interrupted` when the signal fires while waiting
 */
export async function acquireLock(folder: string, { onWait, signal }: LockOptions = {}): Promise<Lock> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const claim = await describeSelf();
  const draft = join(folder, `claim-${claim.pid}-${randomUUID()}`);
  await writeFile(draft, JSON.stringify(claim), { mode: 0o600 });
  try {
    let told = false;
    for (;;) {
      if (signal?.aborted === true)
        throw new CostsError('interrupted', 'Interrupted while waiting for the embedded store.');
      const { won, holder } = await tryClaim(folder, draft, claim.machine);
      if (won !== null) return await hold(folder, won, claim);
      if (holder !== null && !told) {
        onWait?.(holder);
        told = true;
      }
      await sleep(POLL_MS);
    }
  } finally {
    await rm(draft, { force: true });
  }
}

async function tryClaim(
  folder: string,
  draft: string,
  machine: string,
): Promise<{ won: number | null; holder: Claim | null }> {
  const highest = await highestClaim(folder);
  if (highest > 0) {
    const holder = await livingHolder(join(folder, claimName(highest)), machine);
    if (holder !== null) return { won: null, holder };
  }
  const mine = highest + 1;
  try {
    await link(draft, join(folder, claimName(mine)));
  } catch (error) {
    if (isCode(error, 'EEXIST')) return { won: null, holder: null };
    throw error;
  }
  if ((await highestClaim(folder)) === mine) return { won: mine, holder: null };
  await rm(join(folder, claimName(mine)), { force: true });
  return { won: null, holder: null };
}

async function hold(folder: string, number: number, claim: Claim): Promise<Lock> {
  const path = join(folder, claimName(number));
  await removeLeftovers(folder, number);
  const heartbeat = setInterval(() => {
    const now = new Date(performance.timeOrigin + performance.now());
    void utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS).unref();
  return {
    release: async () => {
      clearInterval(heartbeat);
      const freed = join(folder, `freed-${claim.pid}-${randomUUID()}`);
      await writeFile(freed, JSON.stringify({ ...claim, start: null }), { mode: 0o600 });
      await rename(freed, path);
    },
  };
}

/** Lower numbers count for nothing any more, and drafts are left by killed processes. */
async function removeLeftovers(folder: string, number: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const other = numberOf(name);
    if (other !== null && other < number) await rm(join(folder, name), { force: true });
    const pid = /^(?:claim|freed)-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && (await processStart(Number(pid))) === null) await rm(join(folder, name), { force: true });
  }
}

/** The holder of a claim, or null when it was given back or its process is gone. */
async function livingHolder(path: string, machine: string): Promise<Claim | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  // Replaced by a higher number meanwhile: not ours to take now; the next look will tell.
  if (text === null) return null;
  const claim = parseClaim(text);
  if (claim === null || claim.start === null) return null;
  if (claim.machine === machine) return (await processStart(claim.pid)) === claim.start ? claim : null;
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
  return performance.timeOrigin + performance.now() - mtimeMs < FOREIGN_CLAIM_EXPIRES_MS ? claim : null;
}

/** A file that a power failure left empty holds nothing. */
function parseClaim(text: string): Claim | null {
  try {
    return JSON.parse(text) as Claim;
  } catch {
    return null;
  }
}

async function describeSelf(): Promise<Claim> {
  const command = ['costs', ...process.argv.slice(2)].join(' ');
  return {
    pid: process.pid,
    command: command.slice(0, 200),
    machine: await machineIdentity(),
    start: (await processStart(process.pid)) ?? '',
  };
}

async function highestClaim(folder: string): Promise<number> {
  return (await readdir(folder)).reduce((highest, name) => Math.max(highest, numberOf(name) ?? 0), 0);
}

function claimName(number: number): string {
  return `holder-${number}`;
}

function numberOf(name: string): number | null {
  const digits = /^holder-(\d+)$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
