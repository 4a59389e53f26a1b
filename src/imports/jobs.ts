import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/**
 * A job of Databricks begins with `_started_ID` and ends with `_committed_ID`, and has its id in the names of its files.
 * https://www.databricks.com/blog/2017/05/31/transactional-writes-cloud-storage.html
 */
const LOG = /[/\\]_(started|committed)_(\d+)$/;
const JOB = /-tid-(\d+)-/;
const commit = z
  .string()
  .transform((text) => JSON.parse(text) as unknown)
  .pipe(z.object({ removed: z.array(z.string()) }))
  .catch({ removed: [] });
const MOST_BYTES = 64 * 1024 * 1024;

/** Without what jobs put something else in the place of, and what they did not end: both may stay beside what counts for days. */
export async function committedFiles(files: readonly string[]): Promise<string[]> {
  const logs = files.flatMap((path) => {
    const [, state, job] = LOG.exec(path) ?? [];
    return state === undefined ? [] : [{ path, isEnd: state === 'committed', place: join(dirname(path), job ?? '') }];
  });
  const ends = logs.filter(({ isEnd }) => isEnd);
  const replaced = new Set((await Promise.all(ends.map(({ path }) => replacedBy(path)))).flat());
  const open = new Set(logs.map(({ place }) => place));
  for (const { place } of ends) open.delete(place);
  return files.filter((path) => !replaced.has(path) && !open.has(join(dirname(path), JOB.exec(path)?.[1] ?? '')));
}

async function replacedBy(log: string): Promise<string[]> {
  const text = await stat(log)
    .then(({ size }) => (size > MOST_BYTES ? '' : readFile(log, 'utf8')))
    .catch(() => '');
  return commit.parse(text).removed.map((name) => join(dirname(log), name));
}
