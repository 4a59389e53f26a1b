import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createOutput, type Streams } from '../../src/output/create.js';
import { createFile } from '../../src/output/file.js';

it('a long export waits for a slow reader of its pipe again and again, and leaves no listener on it', async () => {
  const pipe = Object.assign(new PassThrough({ highWaterMark: 16 }), { isTTY: false, columns: 80 });
  const stdout = pipe as unknown as Streams['stdout'];
  const output = createOutput({
    noColor: true,
    ci: false,
    streams: { stdin: { isTTY: false }, stdout, stderr: stdout },
  });
  const before = pipe.eventNames().map((name) => [name, pipe.listenerCount(name)]);
  for (let chunk = 0; chunk < 20; chunk += 1) {
    const written = output.writeRaw('x'.repeat(100));
    pipe.read();
    await written;
  }
  expect(pipe.eventNames().map((name) => [name, pipe.listenerCount(name)])).toEqual(before);
  const last = output.writeRaw('x'.repeat(100));
  pipe.destroy();
  await Promise.all([last, once(pipe, 'close')]);
});

const COSTS = fileURLToPath(new URL('../../bin/costs.js', import.meta.url));

it.skipIf(!existsSync('/dev/full'))('a full disk behind a stream is told, and is no crash', async () => {
  const run = (line: string) =>
    new Promise<{ code: unknown; stderr: string }>((resolve) => {
      const env = { PATH: process.env.PATH, HOME: '/nonexistent' };
      execFile('sh', ['-c', `"$0" "$1" ${line}`, process.execPath, COSTS], { env }, (error, _, stderr) => {
        resolve({ code: error?.code ?? 0, stderr });
      });
    });
  const [text, json, told] = await Promise.all([
    run('--version > /dev/full'),
    run('completion bash --json > /dev/full'),
    // What is said there is lost, and the command ends as it would.
    run('nonsense 2> /dev/full'),
  ]);
  expect(text).toEqual({ code: 1, stderr: 'costs: Standard output cannot be written: the disk is full.\n' });
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'failed', message: expect.any(String) as string } });
  expect(told.code).toBe(2);
  // Of --output, too: it is the same disk, and no fault of what was typed.
  const file = await createFile('/dev/full');
  await expect(file.write('x')).rejects.toMatchObject({ code: 'failed', exitCode: 1 });
  await file.discard();
});
