import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createOutput, type Streams } from '../../src/output/create.js';

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
