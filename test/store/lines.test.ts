import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readExport } from '../../src/store/migrations/export-file.js';
import { readLines } from '../../src/store/lines.js';

async function file(content: string | Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'costs-lines-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'file');
  await writeFile(path, content);
  return path;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

it('reads lines of either line end, and characters that lie across two pieces', async () => {
  const long = 'ü'.repeat(1_000_001);
  expect(await all(readLines(await file(`one\r\n${long}\n\nlast`)))).toEqual(['one', long, '', 'last']);
  expect(await all(readLines(await file('')))).toEqual([]);
});

it('refuses an export that is one endless line before it fills the memory', { tags: ['story'] }, async () => {
  const path = await file(Buffer.alloc(70 * 1024 * 1024, '{'));
  await expect(all(readExport(path))).rejects.toMatchObject({ code: 'usage' });
});
