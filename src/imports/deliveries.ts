import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { Delivered } from '../domain/focus-import.js';
import { groupBy } from '../domain/group-into.js';
import { CostsError } from '../errors.js';
import { FILE_PROVIDERS } from '../providers/file-list.js';
import type { Manifest } from '../providers/files.js';
import { committedFiles } from './jobs.js';
import { DATA_FILE } from './tables.js';

export interface Delivery extends Delivered {
  files: DeliveredFile[];
  /** Rows that it says it has; null where it does not. */
  rows: number | null;
}

export interface DeliveredFile {
  path: string;
  bytes: number;
  changedAt: number;
}

const MANIFEST = /manifest\.json$/i;
/** Hidden: what programs keep of their own. Unfinished: what jobs of Spark and Hadoop that were ended leave of files. */
const NO_PART = /(?:^|[/\\])(?:\.(?!hoodie[/\\]hoodie\.properties$)|(?:_temporary|__MACOSX)[/\\])/;
/** The log of a table of Delta, Iceberg or Hudi: what was replaced stays beside what there is, and the log alone tells which is which. */
const OF_A_TABLE =
  /[/\\](?:_delta_log[/\\]\d[^/\\]*|metadata[/\\][^/\\]+\.metadata\.json|\.hoodie[/\\]hoodie\.properties)$/;
const MOST_FILES = 100_000;
/** Of any file that is there. */
const LONGEST_PATH = 4096;
/** A manifest that names as many files is smaller. */
const MOST_MANIFEST_BYTES = 64 * 1024 * 1024;

export interface Found {
  deliveries: Delivery[];
  /** Folders with data files that no manifest tells of, where others have manifests, or one of a part of what is read. */
  unlistedFolders: string[];
}

/**
 * The newest complete delivery of each export and period among files and folders: what a manifest lists, and never what lies
 * beside it. Without a manifest all data files are one delivery.
 * @throws CostsError `usage` where there is nothing, `contract` for a delivery that is not complete
 */
export async function findDeliveries(paths: readonly string[]): Promise<Found> {
  const files = await distinct((await Promise.all(paths.map(listFiles))).flat().sort());
  const newest = new Map<string, Listed>();
  const manifests = files.filter((each) => MANIFEST.test(basename(each)));
  const ofCharges: Listed[] = [];
  for (const path of manifests) {
    const listed = await readListed(path);
    if (listed === null) continue;
    ofCharges.push(listed);
    const key = keyOf(listed);
    const known = newest.get(key);
    if (known === undefined || isBefore(known, listed)) newest.set(key, listed);
  }
  const data = (await committedFiles(files)).filter((path) => DATA_FILE.test(path));
  if (newest.size > 0) {
    const named = groupBy(files, (path) => basename(path));
    const deliveries = await Promise.all([...newest.values()].map((listed) => deliver(listed, named)));
    const read = deliveries.flatMap((delivery) => delivery.files.map(({ path }) => path));
    const seen = new Set<string>();
    const twice = read.find((path) => seen.size === seen.add(path).size);
    if (twice !== undefined) throw incomplete(`${twice} would be part of two deliveries: one of them is not complete.`);
    // A newer run that gave way has days in it that were not read.
    const known = ofCharges.filter((each) => each.deliveredAt <= (newest.get(keyOf(each)) ?? each).deliveredAt);
    const told = new Set([...known.map(({ manifest }) => manifest), ...read].map((path) => dirname(path)));
    return {
      deliveries,
      unlistedFolders: [...new Set(data.map((path) => dirname(path)))].filter((each) => !told.has(each)),
    };
  }
  if (manifests.length > 0)
    throw new CostsError('usage', `No export at ${paths.join(', ')} is of charges in FOCUS.`, {
      hint: 'Name the folder of one that is; of Azure its type is cost and usage details (FOCUS).',
    });
  if (data.length === 0)
    throw new CostsError('usage', `There is no data file at ${paths.join(', ')}.`, {
      hint: 'Name files or folders of .csv, .csv.gz, .jsonl or .parquet: costs import focus --help',
    });
  const table = files.find((path) => OF_A_TABLE.test(path));
  if (table !== undefined)
    throw new CostsError(
      'conflict',
      `${dirname(dirname(table))} is a table, whose files hold what was replaced, too: charges would be counted twice.`,
      {
        hint: 'Write what the table holds now into a folder of its own, as Parquet, and name that folder.',
      },
    );
  const all = new Set(data);
  const packed = data.find((path) => /\.gz$/i.test(path) && all.has(path.slice(0, -3)));
  if (packed !== undefined)
    throw new CostsError('conflict', `${packed} is there unpacked, too: its charges would be counted twice.`, {
      hint: 'Take one of the two away, or name the files to read.',
    });
  refuseKeptRuns(data);
  const delivered = await Promise.all(data.map(describe));
  const changed = Math.max(...delivered.map(({ changedAt }) => changedAt));
  const only = { export: null, month: null, deliveredAt: new Date(changed), files: delivered, rows: null };
  return { deliveries: [only], unlistedFolders: [] };
}

function keyOf({ export: made, month }: Listed): string {
  return JSON.stringify([made, month]);
}

/**
 * Whether another delivery takes the place of one: the newer does, unless it has a part of the other's days. Of equally old ones
 * that beside the folders of refreshes counts, which comes behind theirs.
 */
function isBefore(one: Listed, other: Listed): boolean {
  const [most, least] = [isPartOf(one, other), isPartOf(other, one)];
  return most === least ? one.deliveredAt <= other.deliveredAt : most;
}

/** Whether the other has all days that one has. */
function isPartOf(one: Listed, other: Listed): boolean {
  return (other.since ?? '') <= (one.since ?? '') && (one.until ?? '~') <= (other.until ?? '~');
}

/** All files of a folder but those that are no part of it. */
async function listFiles(path: string): Promise<string[]> {
  if (!(await statOf(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  if (entries.length > MOST_FILES) throw new CostsError('usage', `${path} holds more than ${MOST_FILES} files.`);
  const found = entries
    .map((entry) => ({ path: join(entry.parentPath, entry.name), entry }))
    .filter((each) => !NO_PART.test(relative(path, each.path)));
  const links = found.filter(({ entry }) => entry.isSymbolicLink());
  const toFiles = await Promise.all(links.map(async (each) => ((await statOf(each.path)).isFile() ? [each] : [])));
  return [...found.filter(({ entry }) => entry.isFile()), ...toFiles.flat()].map((each) => each.path);
}

/** A file that is named twice, or by a link beside it, is read once. */
async function distinct(paths: readonly string[]): Promise<string[]> {
  const real = await Promise.all(paths.map((path) => realpath(path)));
  const firsts = new Map<string, string>();
  paths.forEach((path, index) => firsts.set(real[index] ?? path, firsts.get(real[index] ?? path) ?? path));
  return [...firsts.values()];
}

/** Each run of an export has all of a period: without their manifests nothing says which is the newest. */
function refuseKeptRuns(data: readonly string[]): void {
  const runs = new Map<string, string>();
  for (const path of data) {
    const period = FILE_PROVIDERS.flatMap(({ files }) => files.keptRuns?.exec(path)?.[0] ?? [])[0];
    if (period === undefined) continue;
    const [run, known = dirname(path)] = [dirname(path), runs.get(period)];
    runs.set(period, run);
    if (known !== run)
      throw new CostsError(
        'conflict',
        `${known} and ${run} are two runs of an export: its charges would be counted twice.`,
        { hint: 'Copy its manifests, too, or name the folder of the newest run.' },
      );
  }
}

/** What a manifest lists. */
interface Listed extends Manifest {
  manifest: string;
  deliveredAt: Date;
}

/** Null where it lists no charges. */
async function readListed(path: string): Promise<Listed | null> {
  const { size, mtime } = await statOf(path);
  if (size > MOST_MANIFEST_BYTES)
    throw new CostsError('contract', `${path} is larger than ${MOST_MANIFEST_BYTES} bytes: it is not a manifest.`, {
      hint: 'Name the data files themselves, or the folder of one export.',
    });
  const document: unknown = await readFile(path, 'utf8')
    .then((text) => JSON.parse(text.replace(/^\ufeff/, '')) as unknown)
    .catch(() => null);
  for (const { files } of FILE_PROVIDERS) {
    const read = (await files.readManifest?.(document, path)) ?? null;
    if (read === 'other') return null;
    if (read !== null) return { ...read, manifest: path, deliveredAt: read.deliveredAt ?? mtime };
  }
  throw new CostsError('contract', `${path} is not a manifest of AWS or Azure.`, {
    hint: 'Name the data files themselves, or the folder of one export.',
  });
}

/** Files by their bare names. */
type Named = ReadonlyMap<string, readonly string[]>;

/** The files that a manifest lists, wherever the bucket was mounted or copied to. */
async function deliver({ manifest, files: listed, ...delivered }: Listed, named: Named): Promise<Delivery> {
  const found = new Set<string>();
  for (const each of new Set(listed)) {
    const path = findListed(each, manifest, named);
    // Two files of one name that were copied over each other are one of the two.
    if (path === null || found.has(path))
      throw incomplete(`${manifest} lists ${each}, which is not there: the delivery is not complete.`);
    found.add(path);
  }
  return { ...delivered, files: await Promise.all([...found].map(describe)) };
}

function incomplete(message: string): CostsError {
  return new CostsError('contract', message, {
    hint: 'Wait until all of it was copied, and run the same command again.',
  });
}

/** The one file with the longest end of its name that is there: files of several deliveries are called alike. */
function findListed(listed: string, manifest: string, named: Named): string | null {
  const parts = listed
    .slice(-LONGEST_PATH)
    .replace(/^[a-z0-9]+:\/\/[^/]+\//i, '')
    .split('/');
  const files = named.get(parts.at(-1) ?? '') ?? [];
  for (let from = 0; from < parts.length; from += 1) {
    const end = `/${parts.slice(from).join('/')}`;
    // Other deliveries have the same bare name: it counts beside the manifest only.
    const isBare = from === parts.length - 1;
    const isIt = (path: string) => `/${path}`.endsWith(end) && (!isBare || dirname(path) === dirname(manifest));
    const path = nearest(manifest, files.filter(isIt));
    if (path !== null) return path;
  }
  return null;
}

/** Of files whose names end alike, the one that shares most of its path with the manifest; null where several do. */
function nearest(manifest: string, paths: readonly string[]): string | null {
  const folders = manifest.split('/');
  const shared = paths.map((path) => {
    const own = path.split('/');
    const apart = own.findIndex((folder, index) => folder !== folders[index]);
    return apart === -1 ? own.length : apart;
  });
  const most = Math.max(...shared);
  const near = paths.filter((_, index) => shared[index] === most);
  return near.length === 1 ? (near[0] as string) : null;
}

async function statOf(path: string) {
  return stat(path).catch((cause: unknown) => {
    throw new CostsError('usage', `${path} cannot be read.`, { hint: 'Check its name and its permissions.', cause });
  });
}

async function describe(path: string): Promise<DeliveredFile> {
  const { size, mtimeMs } = await statOf(path);
  return { path, bytes: size, changedAt: mtimeMs };
}

/** @throws CostsError `contract` for a file that is another than when the delivery was found */
export async function refuseChanged({ path, bytes, changedAt }: DeliveredFile): Promise<void> {
  const now = await describe(path);
  if (now.bytes === bytes && now.changedAt === changedAt) return;
  throw new CostsError('contract', `${path} changed while it was read; nothing of it was stored.`, {
    hint: 'Wait until the delivery is complete, and run the same command again.',
  });
}

/**
 * Nothing says which files a delivery without a manifest has: it is complete when none came, went or changed while it was read.
 * @throws CostsError `contract`
 */
export async function refuseGrown(paths: readonly string[], { month, files }: Delivery): Promise<void> {
  if (month !== null) return;
  const now = (await findDeliveries(paths)).deliveries.flatMap((delivery) => delivery.files);
  if (JSON.stringify(now) === JSON.stringify(files)) return;
  throw new CostsError(
    'contract',
    `Files at ${paths.join(', ')} came or went while they were read; nothing was stored.`,
    {
      hint: 'Wait until the delivery is complete, and run the same command again.',
    },
  );
}
