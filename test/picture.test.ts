// @module-tag story

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { clockEnvironment } from './helpers/clock.js';
import { readScreen } from './helpers/screen.js';
import { drawTerminal } from './helpers/svg.js';
import { HAS_TERMINAL, inTerminal } from './helpers/terminal.js';

const PICTURE = fileURLToPath(new URL('../src/help/demo.svg', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../bin/costs.js', import.meta.url));
const COLUMNS = 100;

/** A sandbox may have no network, the loopback interface included. */
const OFFLINE = `--import data:text/javascript,${encodeURIComponent(`
  import { Socket } from 'node:net';
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function (...given) {
    if (given.flat()[0].port !== undefined) throw new Error('There is no network.');
    return connect.apply(this, given);
  };
`)}`;

/** How long it took, and the minute it was, are true of each run alone. */
function withoutTimes(text: string): string {
  return text.replace(/\d+\.\d s\b/g, '1.9 s').replace(/\d\d:\d\d UTC/g, '12:00 UTC');
}

describe.skipIf(!HAS_TERMINAL)('the picture in the README', () => {
  it('shows what the demo shows today, without a network too (UPDATE_README=1 draws it)', async () => {
    const clock = clockEnvironment();
    const env = {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      ...clock,
      NODE_OPTIONS: `${clock.NODE_OPTIONS} ${OFFLINE}`,
    };
    const { code, screen } = await inTerminal([process.execPath, PROGRAM, 'demo'], env, [], { columns: COLUMNS });
    expect(code).toBe(0);
    const lines = readScreen(`\u001B[2m$\u001B[22m costs demo\r\n${withoutTimes(screen)}`);
    while (lines.at(-1)?.length === 0) lines.pop();
    const drawn = drawTerminal(lines, { columns: COLUMNS, title: 'costs demo, in a terminal' });
    if (process.env.UPDATE_README !== undefined) await writeFile(PICTURE, drawn);
    expect(await readFile(PICTURE, 'utf8')).toBe(drawn);
  });
});
