import { createHash } from 'node:crypto';
import { shell } from '../../domain/shell.js';
import { createDraft } from '../../draft-file.js';
import { CostsError } from '../../errors.js';
import type { Pool } from 'pg';
import { fileError, requireFile } from '../file-error.js';
import { readLines } from '../lines.js';
import { readRows } from '../rows.js';
import type { Loss } from './losses.js';

/** The first line of an export. */
export interface ExportHeader {
  format: 'costs-rollback';
  version: 1;
  /** The migrations that were taken back: all of them must be applied again before an import. */
  migrations: string[];
  parts: Omit<Loss, 'where'>[];
}

/** Rows are handed on so many at a time, or as soon as they are so long together. */
const MOST_ROWS = 2_000;
const MOST_LETTERS = 8 * 1024 * 1024;

/**
 * Every other line: the number of its part, and a row as PostgreSQL wrote it. The last line is `end` and the SHA-256 of all lines before
 * it, against accidents; earlier versions wrote `end` alone, which is taken as it is.
 */
const END = /^"end(?: ([0-9a-f]{64}))?"$/;

/**
 * Writes the rows at loss, one JSON document a line, to a file that only its owner can read. Runs inside the transaction
 * that takes them away, so that none is written in between.
 * @throws CostsError `usage` when the file exists or cannot be written; no half file is left
 */
export async function writeExport(
  pool: Pool,
  path: string,
  migrations: string[],
  losses: readonly Loss[],
): Promise<void> {
  const file = await createDraft(path, { replace: false }).catch((error: unknown) => {
    throw fileError(path, error);
  });
  try {
    const header: ExportHeader = {
      format: 'costs-rollback',
      version: 1,
      migrations,
      parts: losses.map(({ where: _, ...part }) => part),
    };
    const digest = createHash('sha256');
    const write = (text: string) => {
      digest.update(text);
      return file.write(text);
    };
    await write(`${JSON.stringify(header)}\n`);
    for (const [index, { table, where }] of losses.entries()) {
      for await (const rows of readRows(pool, table, { where }))
        await write(rows.map((row) => `[${index},${row}]\n`).join(''));
    }
    await file.write(`"end ${digest.digest('hex')}"\n`);
    // The rows are dropped next: they must be on the disk before.
    await file.commit();
  } catch (error) {
    await file.discard();
    throw fileError(path, error);
  }
}

/** The header, and the rows a part at a time. @throws CostsError `usage` when the file is not a whole export */
export async function* readExport(path: string): AsyncGenerator<ExportHeader | { part: number; rows: string[] }> {
  const damaged = () =>
    new CostsError('usage', `${path} is not a complete export of costs db rollback.`, {
      hint: 'Use the file as it was written; nothing was changed.',
    });
  let ended = false;
  let parts: number | null = null;
  let batch = { part: 0, rows: [] as string[], letters: 0 };
  const digest = createHash('sha256');
  try {
    await requireFile(path);
    for await (const line of readLines(path)) {
      if (ended) throw damaged();
      const end = parts === null ? null : END.exec(line);
      if (end === null) digest.update(`${line}\n`);
      if (parts === null) {
        const header = parseHeader(line, damaged);
        parts = header.parts.length;
        yield header;
      } else if (end !== null) {
        ended = true;
        if (end[1] !== undefined && end[1] !== digest.digest('hex')) throw changed(path);
      } else {
        const [, part, row] = /^\[(\d+),(\{.*\})\]$/.exec(line) ?? [];
        if (part === undefined || row === undefined || Number(part) >= parts) throw damaged();
        const isFull = batch.rows.length === MOST_ROWS || batch.letters + row.length > MOST_LETTERS;
        if (batch.rows.length > 0 && (batch.part !== Number(part) || isFull)) {
          yield batch;
          batch = { part: Number(part), rows: [], letters: 0 };
        }
        batch.part = Number(part);
        batch.rows.push(row);
        batch.letters += row.length;
      }
    }
  } catch (error) {
    if (error instanceof RangeError) throw damaged();
    throw error instanceof CostsError ? error : fileError(path, error);
  }
  if (!ended) throw damaged();
  if (batch.rows.length > 0) yield batch;
}

function changed(path: string): CostsError {
  const edited = `${path}.edited`;
  return new CostsError('usage', `${path} was changed after costs db rollback wrote it. Nothing was changed.`, {
    hint: shell`Use the file as it was written. If the change is wanted, give it an end without its digest: sed '$s/.*/"end"/' ${path} > ${edited} && costs db import ${edited}`,
  });
}

function parseHeader(line: string, damaged: () => CostsError): ExportHeader {
  try {
    const header = JSON.parse(line) as Partial<ExportHeader> | null;
    if (header?.format === 'costs-rollback' && header.version === 1 && isWhole(header)) return header;
  } catch {
    throw damaged();
  }
  throw damaged();
}

function isWhole(header: Partial<Record<keyof ExportHeader, unknown>>): header is ExportHeader {
  const { migrations, parts } = header;
  return isTexts(migrations) && Array.isArray(parts) && parts.every(isPart);
}

function isPart(found: unknown): boolean {
  const { table, rows, dropped, columns } = (found ?? {}) as Partial<Record<string, unknown>>;
  const isNamed = typeof table === 'string' && isTexts(columns) && columns.length > 0;
  return isNamed && Number.isInteger(rows) && (dropped === null || isTexts(dropped));
}

function isTexts(found: unknown): found is string[] {
  return Array.isArray(found) && found.every((each) => typeof each === 'string');
}
