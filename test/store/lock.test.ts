import { readFile, mkdtemp, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { machineIdentity } from '../../src/process-identity.js';
import { acquireLock, type Holder } from '../../src/store/lock.js';
import { showLife } from '../../src/store/sign-of-life.js';
import { ended, startProgram } from '../helpers/program.js';

/** However busy the machine is. */
const SOON = { timeout: 60_000 };

let folder: string;
let journal: string;

beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'costs-lock-'));
  folder = join(root, 'lock');
  journal = join(root, 'journal');
  await writeFile(journal, '');
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

it('lets one of five processes in at a time', { tags: ['story'] }, async () => {
  const children = Array.from({ length: 5 }, () => startProgram('hold-lock.ts', [folder, journal, '6', '5']));
  expect(await Promise.all(children.map(ended))).toEqual([0, 0, 0, 0, 0]);
  const visits = await readJournal();
  expect(visits).toHaveLength(60);
  for (let visit = 0; visit < visits.length; visit += 2) {
    expect(visits[visit]).toMatch(/^in /);
    expect(visits[visit + 1]).toBe(visits[visit]?.replace('in', 'out'));
  }
});

it('takes what an earlier version gave back or left, whose claims had no id and no host, and what is no claim at all', async () => {
  const first = await acquireLock(folder);
  await first.release();
  const given = { pid: 24_164, command: 'costs runs list', machine: 'vm pid:[4026531836]', start: null };
  for (const [number, text] of [JSON.stringify(given), '{}', 'null', '[1]', ''].entries()) {
    await writeFile(join(folder, `holder-${number + 2}`), text);
    await writeFile(join(folder, 'claim-24164'), text);
    const lock = await acquireLock(folder);
    expect(lock.isHeld()).toBe(true);
    await lock.release();
    await writeFile(join(folder, `holder-${number + 2}`), text);
  }
});

it('takes over from processes that were killed, and still lets only one in', async () => {
  const children = Array.from({ length: 5 }, () => startProgram('hold-lock.ts', [folder, journal, '1000', '3']));
  for (const child of children.slice(0, 4)) {
    await expectVisits(8);
    const gone = ended(child);
    child.kill('SIGKILL');
    expect(await gone).toBe('SIGKILL');
  }
  await expectVisits(8);
  const after = await readJournal();
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
  const child = startProgram('hold-lock.ts', [folder, journal, '1', '1']);
  await expect.poll(() => readFile(journal, 'utf8'), SOON).toContain('wait');
  await sleep(300);
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

describe('a claim of another machine', () => {
  const silenceMs = 1_000;
  const elsewhere = (text: string) =>
    JSON.stringify({ ...(JSON.parse(text) as object), machine: 'another', pid: 1, start: 'then', host: 'vm' });
  const claimThere = async (at: Date) => {
    await (await acquireLock(folder)).release();
    const [name = ''] = await readdir(folder);
    const path = join(folder, name);
    await writeFile(path, elsewhere(await readFile(path, 'utf8')));
    await utimes(path, at, at);
    return path;
  };

  it.each([
    ['years behind', new Date(0)],
    ['years ahead', new Date('2040-01-01')],
  ])('counts for as long as it changes, also where the clock is %s', async (_, start) => {
    const path = await claimThere(start);
    let beats = 0;
    const heart = setInterval(
      () => void utimes(path, start, new Date(start.getTime() + ++beats * 1000)).catch(() => undefined),
      50,
    );
    const holders: Holder[] = [];
    const interruption = new AbortController();
    const waiting = acquireLock(folder, {
      silenceMs,
      signal: interruption.signal,
      onWait: (holder) => holders.push(holder),
    });
    await sleep(2 * silenceMs);
    interruption.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'interrupted' });
    expect(holders).toEqual([expect.objectContaining({ pid: 1, host: 'vm', claim: path })]);
    const took = acquireLock(folder, { silenceMs });
    clearInterval(heart);
    await (await took).release();
  });

  it.each([
    ['ends long before that when its process is gone, which the kernel says', true],
    ['is not called gone by a socket that answers', false],
  ])('of a container of this kernel %s', async (_, isKilled) => {
    const path = await claimThere(new Date());
    const there = JSON.parse(await readFile(path, 'utf8')) as { id: string };
    const kernel = (await machineIdentity()).split(' ')[0] ?? '';
    await writeFile(path, JSON.stringify({ ...there, machine: `${kernel} another` }));
    const life = join(folder, `life-${there.id.slice(0, 8)}`);
    const end = await showLife(isKilled ? `${life}.` : life);
    if (isKilled) await rename(`${life}.`, life);
    if (isKilled) end();
    const waiting = acquireLock(folder, { silenceMs: 2_400, signal: AbortSignal.timeout(600) });
    if (isKilled) await (await waiting).release();
    else await expect(waiting).rejects.toMatchObject({ code: 'interrupted' });
    end();
  });

  it('ends at once when its file is deleted, as the message says', async () => {
    const path = await claimThere(new Date());
    await rm(path);
    await (await acquireLock(folder)).release();
  });

  it('does not count as this machine for a host name alone', async () => {
    const lock = await acquireLock(folder, { machine: `${hostname()} of another boot` });
    const waiting = acquireLock(folder, { silenceMs: 60_000, signal: AbortSignal.timeout(600) });
    await expect(waiting).rejects.toMatchObject({ code: 'interrupted' });
    await lock.release();
  });
});

describe('a holder that lost its lock', () => {
  it.each(['taken over', 'deleted', 'deleted and taken again'])('(%s) knows, and gives nothing back', async (how) => {
    const first = await acquireLock(folder);
    expect(first.isHeld()).toBe(true);
    if (how !== 'taken over') await rm(folder, { recursive: true });
    const second = how === 'deleted' ? null : await acquireLock(folder, { machine: 'another', silenceMs: 100 });
    expect(first.isHeld()).toBe(false);
    await first.release();
    expect(second?.isHeld() ?? true).toBe(true);
    await second?.release();
  });
});

/** Waits until the lock was taken and given back so many times more. */
async function expectVisits(more: number): Promise<void> {
  const before = (await readJournal()).length;
  await expect.poll(async () => (await readJournal()).length - before, SOON).toBeGreaterThan(more);
}

async function readJournal(): Promise<string[]> {
  const lines = (await readFile(journal, 'utf8')).split('\n');
  return lines.filter((line) => /^(in|out) /.test(line));
}
