import { createHash, randomBytes } from 'node:crypto';
import {
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  type FileHandle,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf } from './errors.js';
import { makeFolder } from './folder.js';
import { machineIdentity, processStart } from './process-identity.js';

/** A file in the making: nobody sees it under its name before it is whole. */
export interface DraftFile {
  /** Awaits a slow disk. */
  write(chunk: string | Uint8Array): Promise<void>;
  /** Puts the whole file into its place, on the disk for good. */
  commit(): Promise<void>;
  /** Leaves no trace of it. */
  discard(): Promise<void>;
}

/** Drafts of other machines on a shared folder are left alone for so long: whether they live cannot be seen from here. */
const FOREIGN_DRAFT_EXPIRES_MS = 86_400_000;

/**
 * The one way to write a file of ours. A link is followed, a file that is replaced keeps its owner and mode, a new one is
 * for its owner alone, and what is no regular file (a device, a FIFO) is written to directly. Drafts that killed processes
 * left in the folder are removed.
 * @param replace false to refuse a file that is there already
 * @throws NodeJS.ErrnoException as the file system says it; `EEXIST` where the file must not be replaced
 */
export async function createDraft(path: string, { replace = true } = {}): Promise<DraftFile> {
  const existing = await stat(path).catch(() => null);
  if (existing !== null && !replace) throw fileExists(path);
  // Before its links are followed: what /dev/stdout leads to in a pipeline has no path.
  if (existing !== null && !existing.isFile()) return writeDirectly(await open(path, 'w'));

  const target = await followLinks(path);
  const folder = dirname(target);
  await removeDeadDrafts(folder);
  const draft = join(folder, `.costs-${await ownerMark()}-${randomBytes(6).toString('hex')}.tmp`);
  const handle = await open(draft, 'wx', 0o600);
  const discard = async () => {
    await handle.close().catch(() => undefined);
    await rm(draft, { force: true });
  };
  return {
    write: (chunk) => handle.appendFile(chunk),
    async commit() {
      try {
        if (existing !== null) {
          // Only root may give a file away; everybody else owns both already.
          await handle.chown(existing.uid, existing.gid).catch(() => undefined);
          await handle.chmod(existing.mode & 0o7777);
        }
        await handle.sync();
        await handle.close();
        await (replace ? rename(draft, target) : placeNew(draft, target, path));
      } finally {
        await discard();
      }
    },
    discard,
  };
}

/** A folder in the making, which takes the place of the one before as a whole. */
export interface DraftFolder {
  /** Where its files are written; flat. */
  path: string;
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/** As `createDraft`, for a folder of files. The one before is out of sight for an instant, and never half of each is seen. */
export async function createDraftFolder(target: string): Promise<DraftFolder> {
  const parent = dirname(resolve(target));
  await makeFolder(parent);
  await removeDeadDrafts(parent);
  const name = async () => join(parent, `.costs-${await ownerMark()}-${randomBytes(6).toString('hex')}.tmp`);
  const path = await name();
  await mkdir(path, { mode: 0o700 });
  const remove = (folder: string) => rm(folder, { recursive: true, force: true });
  return {
    path,
    async commit() {
      const before = (await lstat(target).catch(() => null)) === null ? null : await name();
      if (before !== null) await rename(target, before);
      await rename(path, target).catch(async (error: unknown) => {
        if (before !== null) await rename(before, target);
        throw error;
      });
      if (before !== null) await remove(before);
    },
    discard: () => remove(path),
  };
}

function writeDirectly(handle: FileHandle): DraftFile {
  const close = () => handle.close();
  return { write: (chunk) => handle.appendFile(chunk), commit: close, discard: close };
}

/** As many links as Linux follows. */
const MOST_LINKS = 40;

/** The file behind links, also where the last of them leads to none yet. */
async function followLinks(path: string): Promise<string> {
  const found = await realpath(path).catch(() => null);
  if (found !== null) return found;
  let target = path;
  for (let links = 0; links < MOST_LINKS; links += 1) {
    const next = await readlink(target).catch(() => null);
    if (next === null) return join(dirname(target), basename(target));
    // The folder may be one behind a link itself, from which ".." leads elsewhere.
    target = resolve(await realpath(dirname(target)), next);
  }
  throw Object.assign(new Error(`ELOOP: too many links, ${path}`), { code: 'ELOOP' });
}

/** Fails where somebody made the file meanwhile; without hard links, looks once more. */
async function placeNew(draft: string, target: string, path: string): Promise<void> {
  try {
    await link(draft, target);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error;
    if ((await stat(target).catch(() => null)) !== null) throw fileExists(path);
    await rename(draft, target);
  }
}

function fileExists(path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`EEXIST: file already exists, ${path}`), { code: 'EEXIST' });
}

/** Names this process in the names of what it leaves if it is killed. */
export async function ownerMark(): Promise<string> {
  return `${digest(await machineIdentity())}-${process.pid}-${digest((await processStart(process.pid)) ?? '')}`;
}

/** Whether the name carries the mark of a process of this machine that is gone; null where that cannot be seen from here. */
export async function isLeftBehind(name: string): Promise<boolean | null> {
  const [, machine, pid, start] = /-([0-9a-f]{8})-(\d+)-([0-9a-f]{8})-/.exec(name) ?? [];
  if (machine === undefined) return false;
  if (machine !== digest(await machineIdentity())) return null;
  return digest((await processStart(Number(pid))) ?? 'gone') !== start;
}

async function removeDeadDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith('.costs-') || !name.endsWith('.tmp')) continue;
    const path = join(folder, name);
    const isLeft = await isLeftBehind(name);
    const age = performance.timeOrigin + performance.now() - ((await stat(path).catch(() => null))?.mtimeMs ?? 0);
    // In a folder of everybody's it may be somebody else's.
    if (isLeft ?? age > FOREIGN_DRAFT_EXPIRES_MS)
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
