import { createHash } from 'node:crypto';
import { open, readdir, readFile, rename, rmdir, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createDraftFolder, type DraftFolder } from '../../draft-file.js';
import { daysOf, type Day, type DaySpan } from '../../domain/day.js';
import type { ExportRow } from '../../domain/export.js';
import { Sums, type MoneyDocument } from '../../domain/money.js';
import { CostsError, codeOf } from '../../errors.js';
import { printable } from '../gate.js';
import type { Encoder } from './encode.js';
import type { RowWriter, Sink } from './sink.js';
import { explainFile } from '../file.js';

const MANIFEST = 'manifest.json';
const WRITTEN_BY = 'costs export';
const INGESTION_ID_LENGTH = 32;

export interface ExportedFile {
  name: string;
  rows: number;
  bytes: number;
  sha256: string;
}

/** What a folder of rows holds. It says nothing of when it was written: of the same rows it is the same. */
export interface Manifest {
  writtenBy: string;
  /** The month, where folders are of a month each. */
  billingPeriod: string | null;
  /** In front of each file's name, where folders are of a month each: FinOps hubs tell deliveries of a month apart by it. */
  ingestionId: string | null;
  since: Day;
  until: Day;
  rows: number;
  totals: MoneyDocument[];
  files: ExportedFile[];
}

export interface FolderOptions {
  folder: string;
  span: DaySpan;
  /** A folder `billing_period=YYYY-MM` a month, each replaced as a whole; else one folder. */
  byMonth: boolean;
  /** A further file begins before one would be larger. */
  mostBytes: number | null;
  /** Said in each manifest. */
  facts: Readonly<Record<string, unknown>>;
}

/**
 * Writes rows, in the order of their days, into folders of files with a manifest. A folder appears when all of them are whole.
 * @throws CostsError `usage` for a folder that holds something else
 */
export async function writeFolders(
  encoder: Encoder,
  options: FolderOptions,
  batches: AsyncIterable<readonly ExportRow[]>,
): Promise<Manifest[]> {
  const folders = foldersOf(options);
  for (const { path } of folders) await requireOurs(path);
  const isNew = (await stat(options.folder).catch(() => null)) === null;
  const begun: { draft: DraftFolder; parts: Parts; manifest: Manifest }[] = [];
  const rows = batches[Symbol.asyncIterator]();
  let rest: readonly ExportRow[] = [];
  try {
    for (const { path, span, billingPeriod } of folders) {
      const draft = await createDraftFolder(path);
      const parts = new Parts(draft.path, encoder, options.mostBytes);
      const manifest: Manifest = {
        ...{ writtenBy: WRITTEN_BY, ...options.facts, billingPeriod, ingestionId: null, ...span },
        ...{ rows: 0, totals: [], files: [] },
      };
      begun.push({ draft, parts, manifest });
      for (;;) {
        if (rest.length === 0) {
          const next = await rows.next();
          if (next.done === true) break;
          rest = next.value;
        }
        const end = rest.findIndex(({ day }) => day > span.until);
        await parts.write(end === -1 ? rest : rest.slice(0, end));
        rest = end === -1 ? [] : rest.slice(end);
        if (end !== -1) break;
      }
      Object.assign(manifest, await parts.end());
      if (options.byMonth) Object.assign(manifest, await markDelivery(draft.path, manifest.files));
      const text = `${JSON.stringify(manifest, null, 2)}\n`;
      await writeFile(join(draft.path, MANIFEST), text, { flag: 'wx', mode: 0o600, flush: true });
    }
    for (const { draft } of begun) await draft.commit();
  } catch (error) {
    throw /^E[A-Z]+$/.test(codeOf(error)) ? explainFile(error as Error, options.folder) : error;
  } finally {
    await rows.return?.();
    for (const { draft, parts } of begun) {
      await parts.close();
      await draft.discard();
    }
    // Made for the folders of the months, of which none came to be.
    if (isNew) await rmdir(options.folder).catch(() => undefined);
  }
  return begun.map(({ manifest }) => manifest);
}

/**
 * Names files as FinOps hubs ingest them, `INGESTION-ID__NAME`. The id is made of what is in them, so that the same rows are
 * the same files.
 */
async function markDelivery(
  folder: string,
  files: readonly ExportedFile[],
): Promise<Pick<Manifest, 'ingestionId' | 'files'>> {
  const digest = createHash('sha256').update(files.map(({ sha256 }) => sha256).join('\n'));
  const ingestionId = digest.digest('hex').slice(0, INGESTION_ID_LENGTH);
  const named = files.map((file) => ({ ...file, name: `${ingestionId}__${file.name}` }));
  for (const [index, { name }] of named.entries())
    await rename(join(folder, files[index]?.name ?? ''), join(folder, name));
  return { ingestionId, files: named };
}

function foldersOf({ folder, span, byMonth }: FolderOptions) {
  if (!byMonth) return [{ path: folder, span, billingPeriod: null }];
  const days = daysOf(span);
  return [...new Set(days.map((day) => day.slice(0, 7)))].map((billingPeriod) => {
    const own = days.filter((day) => day.startsWith(billingPeriod)) as [Day, ...Day[]];
    return {
      path: join(folder, `billing_period=${billingPeriod}`),
      span: { since: own[0], until: own.at(-1) ?? own[0] },
      billingPeriod,
    };
  });
}

/** Nothing of anybody else's is ever replaced. */
async function requireOurs(path: string): Promise<void> {
  const names = await readdir(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw new CostsError('usage', `${path} is not a folder that can be read.`, {
      hint: 'Give another one to --output.',
    });
  });
  if (names.length === 0) return;
  const manifest = await readFile(join(path, MANIFEST), 'utf8').catch(() => '');
  if (manifest.includes(`"writtenBy": "${WRITTEN_BY}"`)) return;
  throw new CostsError('usage', `${path} holds files that no export of costs wrote; it would be replaced as a whole.`, {
    hint: 'Give --output a folder that is new or empty.',
  });
}

/** The files of one folder. */
class Parts {
  readonly #files: ExportedFile[] = [];
  readonly #totals = new Sums();
  #open: Part | null = null;

  constructor(
    private readonly folder: string,
    private readonly encoder: Encoder,
    private readonly mostBytes: number | null,
  ) {}

  async write(rows: readonly ExportRow[]): Promise<void> {
    for (const row of rows) this.#totals.add(row);
    let rest = rows;
    while (rest.length > 0) {
      rest = rest.slice(await (await this.#part()).write(rest));
      if (rest.length > 0) await this.#endPart();
    }
  }

  async end(): Promise<Pick<Manifest, 'rows' | 'totals' | 'files'>> {
    await this.#endPart();
    const rows = this.#files.reduce((count, file) => count + file.rows, 0);
    return { rows, totals: this.#totals.toDocuments(), files: this.#files };
  }

  /** Whether or not the files are whole. */
  async close(): Promise<void> {
    await this.#open?.close();
  }

  async #part(): Promise<Part> {
    const name = `part-${`${this.#files.length + 1}`.padStart(4, '0')}.${this.encoder.extension}`;
    return (this.#open ??= new Part(
      name,
      await open(join(this.folder, name), 'wx', 0o600),
      this.encoder,
      this.mostBytes,
    ));
  }

  async #endPart(): Promise<void> {
    if (this.#open !== null) this.#files.push(await this.#open.end());
    this.#open = null;
  }
}

/** One file, and what the manifest says of it. */
class Part {
  readonly #hash = createHash('sha256');
  readonly #writer: RowWriter;
  #rows = 0;
  #bytes = 0;

  constructor(
    private readonly name: string,
    private readonly file: FileHandle,
    encoder: Encoder,
    mostBytes: number | null,
  ) {
    const sink: Sink = async (chunk) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(printable(chunk, false)) : chunk;
      this.#hash.update(bytes);
      this.#bytes += bytes.length;
      await this.file.appendFile(bytes);
    };
    this.#writer = encoder.begin(sink, mostBytes ?? Infinity);
  }

  /** How many of the rows it took. */
  async write(rows: readonly ExportRow[]): Promise<number> {
    const taken = await this.#writer.write(rows);
    this.#rows += taken;
    return taken;
  }

  async end(): Promise<ExportedFile> {
    await this.#writer.end();
    await this.file.sync();
    await this.close();
    return { name: this.name, rows: this.#rows, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  /** Once more does nothing. */
  close(): Promise<void> {
    return this.file.close();
  }
}
