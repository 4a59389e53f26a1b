import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readText } from '../../src/commands/read-text.js';

it.runIf(process.platform === 'linux')(
  'a file without an end is refused, and not held until the memory is full',
  async () => {
    const before = process.memoryUsage().rss;
    await expect(readText('/dev/zero')).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('/dev/zero is larger than') as unknown,
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 2 ** 20);
  },
);

it.skipIf(process.platform === 'win32')('a pipe is read to its end, and a folder is none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'costs-pipe-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const pipe = join(folder, 'sheet');
  execFileSync('bash', ['-c', 'mkfifo "$0"', pipe]);
  const written = writeFile(pipe, `\ufeff${'project,name\r\n'.repeat(20_000)}`);
  expect(await readText(pipe)).toBe('project,name\r\n'.repeat(20_000));
  await written;
  await expect(readText(folder)).rejects.toMatchObject({ code: 'usage' });
});
