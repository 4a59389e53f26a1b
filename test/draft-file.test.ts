import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  constants,
  mkdtemp,
  open,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDraft } from '../src/draft-file.js';
import { ended, startProgram } from './helpers/program.js';

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'costs-drafts-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

async function write(path: string, text: string, options = {}): Promise<void> {
  const draft = await createDraft(path, options);
  await draft.write(text);
  await draft.commit();
}

const modeOf = async (path: string) => (await stat(path)).mode & 0o7777;

describe('a file of ours', () => {
  it('takes its name when it is whole, and no trace is left of one that is not', async () => {
    const inside = await folder();
    const path = join(inside, 'costs.csv');
    await writeFile(path, 'before');
    const draft = await createDraft(path);
    await draft.write('af');
    expect(await readFile(path, 'utf8')).toBe('before');
    await draft.write(Buffer.from('ter'));
    await draft.commit();
    expect(await readFile(path, 'utf8')).toBe('after');
    await (await createDraft(path)).discard();
    expect(await readdir(inside)).toEqual(['costs.csv']);
    expect(await readFile(path, 'utf8')).toBe('after');
  });

  it('is for its owner alone when it is new, and keeps the mode it had', async () => {
    const path = join(await folder(), 'costs.csv');
    await write(path, 'new');
    expect(await modeOf(path)).toBe(0o600);
    await chmod(path, 0o640);
    await write(path, 'newer');
    expect(await modeOf(path)).toBe(0o640);
  });

  it('is written where a link leads, also where nothing is there yet', async () => {
    const inside = await folder();
    const [link, target] = [join(inside, 'link'), join(inside, 'target')];
    await symlink('middle', link);
    await symlink('target', join(inside, 'middle'));
    await write(link, 'one');
    await write(link, 'two');
    expect(await readFile(target, 'utf8')).toBe('two');
    expect(await readdir(inside)).toEqual(['link', 'middle', 'target']);
    await symlink('round', join(inside, 'round'));
    await expect(write(join(inside, 'round'), 'three')).rejects.toMatchObject({ code: 'ELOOP' });
  });

  it('goes straight into a FIFO, which stays one, and into a device', async () => {
    const path = join(await folder(), 'pipe');
    await promisify(execFile)('mkfifo', [path]);
    const read = readFile(path, 'utf8');
    await write(path, 'through');
    expect(await read).toBe('through');
    expect((await stat(path)).isFIFO()).toBe(true);
    await write('/dev/null', 'gone');
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
    // As /dev/stdout in a pipeline, it has no name of its own any more.
    const handle = await open(path, constants.O_RDWR | constants.O_NONBLOCK);
    onTestFinished(() => handle.close());
    await rm(path);
    await write(`/dev/fd/${handle.fd}`, 'unnamed');
    expect((await handle.read()).buffer.toString('utf8', 0, 7)).toBe('unnamed');
  });

  it('is refused where one must not be replaced, also when that appears meanwhile', async () => {
    const inside = await folder();
    const path = join(inside, 'backup');
    await write(path, 'first', { replace: false });
    await expect(createDraft(path, { replace: false })).rejects.toMatchObject({ code: 'EEXIST' });
    const other = join(inside, 'other');
    const draft = await createDraft(other, { replace: false });
    await writeFile(other, 'somebody else’s');
    await expect(draft.commit()).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(other, 'utf8')).toBe('somebody else’s');
    expect(await readdir(inside)).toEqual(['backup', 'other']);
  });

  it('may have the longest name that a file can have', async () => {
    const path = join(await folder(), 'ü'.repeat(127));
    await write(path, 'long');
    expect(await readFile(path, 'utf8')).toBe('long');
  });

  it('blocks nobody when its process is killed, and its draft goes with the next file', async () => {
    const inside = await folder();
    const path = join(inside, 'costs.csv');
    const child = startProgram('write-draft.ts', [path]);
    await once(child, 'message');
    expect((await readdir(inside)).filter((name) => name.endsWith('.tmp'))).toHaveLength(1);
    const alive = await createDraft(join(inside, 'mine'));
    expect((await readdir(inside)).filter((name) => name.endsWith('.tmp'))).toHaveLength(2);
    child.kill('SIGKILL');
    await ended(child);
    await write(path, 'next');
    expect((await readdir(inside)).filter((name) => name.endsWith('.tmp'))).toHaveLength(1);
    await alive.commit();
    expect((await readdir(inside)).sort()).toEqual(['costs.csv', 'mine']);
  });

  it('leaves the drafts of another machine alone until they are a day old', async () => {
    const inside = await folder();
    const foreign = join(inside, '.costs-00000000-1-00000000-0123456789ab.tmp');
    await writeFile(foreign, 'half');
    await write(join(inside, 'a'), '1');
    expect(await readdir(inside)).toContain('.costs-00000000-1-00000000-0123456789ab.tmp');
    const twoDaysAgo = new Date(performance.timeOrigin + performance.now() - 2 * 86_400_000);
    await utimes(foreign, twoDaysAgo, twoDaysAgo);
    await write(join(inside, 'b'), '1');
    expect((await readdir(inside)).sort()).toEqual(['a', 'b']);
  });
});

describe('costs demo', () => {
  it('says where no folder can be made, and how to name another one', async () => {
    const inside = await folder();
    const env = { PATH: process.env.PATH, HOME: inside, TMPDIR: join(inside, 'gone') };
    const demo = spawn(process.execPath, ['bin/costs.js', 'demo'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const [told, code] = await Promise.all([text(demo.stderr), ended(demo)]);
    expect(code).toBe(1);
    expect(told).toContain(`No folder for the throw-away store can be made in ${env.TMPDIR}.`);
    expect(told).toContain('TMPDIR="$HOME" costs demo');
  });

  it(
    'that was killed leaves nothing behind once the next one has begun, which leaves nothing either',
    { tags: ['story'] },
    async () => {
      const inside = await folder();
      const demo = () =>
        spawn(process.execPath, ['bin/costs.js', 'demo', '--json'], {
          env: { PATH: process.env.PATH, HOME: inside, TMPDIR: inside },
          stdio: 'ignore',
        });
      const killed = demo();
      const made = async () => (await readdir(inside)).filter((name) => name.startsWith('costs-demo-'));
      const soon = { interval: 20, timeout: 60_000 };
      await expect.poll(made, soon).toHaveLength(1);
      killed.kill('SIGKILL');
      await ended(killed);
      const left = await made();
      expect(left).toHaveLength(1);
      const next = demo();
      await expect.poll(made, soon).toEqual([expect.not.stringMatching(left[0] ?? '')]);
      next.kill('SIGINT');
      expect(await ended(next)).toBe(130);
      expect(await made()).toEqual([]);
    },
  );
});
