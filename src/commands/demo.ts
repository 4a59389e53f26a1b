import { rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../context.js';
import { renderDemo } from '../output/demo.js';
import { runDemo } from './demo/run.js';
import { defineCommand, option } from './define.js';

export interface DemoOptions {
  keep?: boolean;
}

export const demo = defineCommand({
  name: 'demo',
  description:
    'Shows the whole tool on SYNTHETIC spend: a local emulator of the providers, a throw-away embedded store, three organizations, eight projects, 90 days. Nothing leaves this machine.',
  options: [option('--keep', 'keep the store, and say how to look around in it')],
  examples: ['costs demo', 'costs demo --keep'],
  run,
  document: ({ document, home }) => ({ ...document, home }),
  render: ({ document, home, ...view }, output) => renderDemo({ ...document, home }, view, output),
});

async function run(options: DemoOptions, context: Context) {
  const home = await mkdtemp(join(tmpdir(), 'costs-demo-'));
  try {
    const result = await runDemo(context, home);
    return { ...result, home: options.keep === true ? home : null };
  } finally {
    if (options.keep !== true) await rm(home, { recursive: true, force: true });
  }
}
