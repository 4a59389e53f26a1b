import { readFile, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { acquireLock } from '../../src/store/lock.js';
import { ended, startProgram } from '../helpers/program.js';

let folder: string;
let journal: string;

beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'costs-lock-'));
  folder = join(root, 'lock');
  journal = join(root, 'journal');
  await writeFile(journal, '');
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

it('lets one of five processes in at a time', async () => {
  const children = Array.from({ length: 5 }, () => startProgram('hold-lock.js', [folder, journal, '6', '5']));
  expect(await Promise.all(children.map(ended))).toEqual([0, 0, 0, 0, 0]);
  const visits = await readJournal();
  expect(visits).toHaveLength(60);
  for (let visit = 0; visit < visits.length; visit += 2) {
    expect(visits[visit]).toMatch(/^in /);
    expect(visits[visit + 1]).toBe(visits[visit]?.replace('in', 'out'));
  }
});

it('takes over from processes that were killed, and still lets only one in', async () => {
  const children = Array.from({ length: 5 }, () => startProgram('hold-lock.js', [folder, journal, '1000', '3']));
  for (const child of children.slice(0, 4)) {
    await sleep(500);
    const gone = ended(child);
    child.kill('SIGKILL');
    expect(await gone).toBe('SIGKILL');
  }
  const before = (await readJournal()).length;
  await sleep(500);
  const after = await readJournal();
  expect(after.length).toBeGreaterThan(before);
  const last = children[4];
  if (last === undefined) throw new Error('No child.');
  const gone = ended(last);
  last.kill('SIGKILL');
  await gone;
  // An `in` without its `out` is a killed holder; the next one may come, but nobody else's `out` may lie in between.
  after.reduce<string | null>((inside, visit) => {
    const [what, pid = ''] = visit.split(' ');
    if (what === 'in') return pid;
    expect(pid).toBe(inside);
    return null;
  }, null);
  const lock = await acquireLock(folder);
  await lock.release();
});

it('names the holder once while it waits', async () => {
  const lock = await acquireLock(folder);
  const child = startProgram('hold-lock.js', [folder, journal, '1', '1']);
  await sleep(1_500);
  await lock.release();
  expect(await ended(child)).toBe(0);
  const lines = (await readFile(journal, 'utf8')).split('\n').filter((line) => line.startsWith('wait'));
  expect(lines).toEqual([`wait ${child.pid} ${process.pid}`]);
});

it('ends the wait when it is interrupted', async () => {
  const lock = await acquireLock(folder);
  const interruption = new AbortController();
  const waiting = acquireLock(folder, { signal: interruption.signal, onWait: () => interruption.abort() });
  await expect(waiting).rejects.toMatchObject({ code: 'interrupted' });
  await lock.release();
});

it('does not mistake a stranger with the same number for the holder', async () => {
  const first = await acquireLock(folder);
  const [name = ''] = await readdir(folder);
  const claim = JSON.parse(await readFile(join(folder, name), 'utf8')) as { start: string };
  await first.release();
  await writeFile(join(folder, name), JSON.stringify({ ...claim, start: 'an earlier boot' }));
  const second = await acquireLock(folder);
  await second.release();
});

it('respects the claim of another machine for as long as it is renewed', async () => {
  const first = await acquireLock(folder);
  const [name = ''] = await readdir(folder);
  const claim = JSON.parse(await readFile(join(folder, name), 'utf8')) as object;
  await first.release();
  await writeFile(join(folder, name), JSON.stringify({ ...claim, machine: 'another', pid: 1, start: 'then' }));
  let holder = 0;
  const interruption = new AbortController();
  const waiting = acquireLock(folder, {
    signal: interruption.signal,
    onWait: ({ pid }) => {
      holder = pid;
      interruption.abort();
    },
  });
  await expect(waiting).rejects.toMatchObject({ code: 'interrupted' });
  expect(holder).toBe(1);
  await utimes(join(folder, name), 0, 0);
  const second = await acquireLock(folder);
  await second.release();
});

async function readJournal(): Promise<string[]> {
  const lines = (await readFile(journal, 'utf8')).split('\n');
  return lines.filter((line) => /^(in|out) /.test(line));
}
