import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { Delivered } from '../domain/focus-import.js';
import { CostsError } from '../errors.js';
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

/** AWS Data Exports: written after all data files, and always of the newest refresh. */
const awsManifest = z.object({
  exportName: z.string().optional(),
  executionId: z.string().optional(),
  billingPeriod: z.string().optional(),
  dataFiles: z.array(z.string()),
});
/** Azure Cost Management: delivered last. */
const azureManifest = z.object({
  runInfo: z.object({ submittedTime: z.string(), startDate: z.string() }),
  exportConfig: z.object({ exportName: z.string() }),
  blobs: z.array(
    z.object({ blobName: z.string(), byteCount: z.number().optional(), dataRowCount: z.number().optional() }),
  ),
});

const MANIFEST = /manifest\.json$/i;
const MOST_FILES = 100_000;

/**
 * The newest complete delivery of each export and period among files and folders: what a manifest lists, and never what lies
 * beside it. Without a manifest all data files are one delivery.
 * @throws CostsError `usage` where there is nothing, `contract` for a delivery that is not complete
 */
export async function findDeliveries(paths: readonly string[]): Promise<Delivery[]> {
  const files = (await Promise.all(paths.map(listFiles))).flat().sort();
  const manifests = files.filter((path) => MANIFEST.test(basename(path)));
  const newest = new Map<string, { at: Date; delivery: () => Promise<Delivery> }>();
  for (const path of manifests) {
    const found = await readManifest(path, files);
    const known = newest.get(found.key);
    if (known === undefined || known.at < found.at) newest.set(found.key, found);
  }
  if (newest.size > 0) return Promise.all([...newest.values()].map(({ delivery }) => delivery()));
  const data = files.filter((path) => DATA_FILE.test(path) && !MANIFEST.test(path));
  if (data.length === 0)
    throw new CostsError('usage', `There is no data file at ${paths.join(', ')}.`, {
      hint: 'Name files or folders of .csv, .csv.gz, .jsonl or .parquet: costs import focus --help',
    });
  const delivered = await Promise.all(data.map(describe));
  const changed = Math.max(...delivered.map(({ changedAt }) => changedAt));
  return [{ export: null, month: null, deliveredAt: new Date(changed), files: delivered, rows: null }];
}

async function listFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new CostsError('usage', `${path} cannot be read.`, { hint: 'Check its name and its permissions.', cause });
  });
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  if (entries.length > MOST_FILES) throw new CostsError('usage', `${path} holds more than ${MOST_FILES} files.`);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function readManifest(path: string, files: readonly string[]) {
  const document: unknown = await readFile(path, 'utf8')
    .then((text) => JSON.parse(text.replace(/^\ufeff/, '')) as unknown)
    .catch(() => null);
  const azure = azureManifest.safeParse(document);
  if (azure.success) {
    const { runInfo, exportConfig, blobs } = azure.data;
    const at = new Date(runInfo.submittedTime);
    const rows = blobs.every(({ dataRowCount }) => dataRowCount !== undefined)
      ? blobs.reduce((sum, { dataRowCount = 0 }) => sum + dataRowCount, 0)
      : null;
    const delivered = { export: exportConfig.exportName, month: runInfo.startDate.slice(0, 7), deliveredAt: at };
    const listed = blobs.map(({ blobName }) => blobName);
    return { key: keyOf(delivered), at, delivery: () => deliver(path, files, delivered, listed, rows) };
  }
  const aws = awsManifest.safeParse(document);
  if (!aws.success)
    throw new CostsError('contract', `${path} is not a manifest of AWS or Azure.`, {
      hint: 'Name the data files themselves, or the folder of one export.',
    });
  const { exportName = '', billingPeriod, dataFiles } = aws.data;
  const period = billingPeriod ?? /BILLING_PERIOD=(\d{4}-\d{2})/i.exec(dataFiles[0] ?? path)?.[1] ?? '';
  const { mtime } = await stat(path);
  const month = /^\d{4}-\d{2}/.exec(period)?.[0] ?? null;
  const delivered = { export: exportName, month, deliveredAt: mtime };
  return { key: keyOf(delivered), at: mtime, delivery: () => deliver(path, files, delivered, dataFiles, null) };
}

/** Of deliveries that share it, the newest counts. */
function keyOf({ export: name, month }: Delivered): string {
  return JSON.stringify([name, month]);
}

/** The files that a manifest lists, wherever the bucket was mounted or copied to. */
async function deliver(
  manifest: string,
  files: readonly string[],
  delivered: Delivered,
  listed: readonly string[],
  rows: number | null,
): Promise<Delivery> {
  const found = listed.map((each) => {
    const parts = each.replace(/^[a-z0-9]+:\/\/[^/]+\//i, '').split('/');
    // The longest end of its name that is there: files of several deliveries are called alike.
    for (let from = 0; from < parts.length; from += 1) {
      const end = `/${parts.slice(from).join('/')}`;
      const fits = files.filter((path) => path.endsWith(end));
      const near = fits.length > 1 ? fits.filter((path) => dirname(path) === dirname(manifest)) : fits;
      if (near.length === 1) return near[0] as string;
    }
    throw new CostsError('contract', `${manifest} lists ${each}, which is not there: the delivery is not complete.`, {
      hint: 'Wait until all of it was copied, and run the same command again.',
    });
  });
  return { ...delivered, files: await Promise.all(found.map(describe)), rows };
}

async function describe(path: string): Promise<DeliveredFile> {
  const { size, mtimeMs } = await stat(path);
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
  const now = (await findDeliveries(paths)).flatMap((delivery) => delivery.files);
  if (JSON.stringify(now) === JSON.stringify(files)) return;
  throw new CostsError(
    'contract',
    `Files at ${paths.join(', ')} came or went while they were read; nothing was stored.`,
    {
      hint: 'Wait until the delivery is complete, and run the same command again.',
    },
  );
}
