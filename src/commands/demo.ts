import type { DemoDocument } from '../domain/demo.js';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../context.js';
import { CostsError } from '../errors.js';
import { isLeftBehind, ownerMark } from '../draft-file.js';
import { renderDemo } from '../output/demo.js';
import { runDemo } from './demo/run.js';
import { defineCommand, option } from './define.js';

const PREFIX = 'costs-demo-';

export interface DemoOptions {
  keep?: boolean;
}

export const command = defineCommand({
  name: 'demo',
  description:
    'Shows the whole tool on SYNTHETIC spend: a local emulator of the providers, billing files of a cloud, a throw-away embedded store, 90 days. Nothing leaves this machine.',
  options: [option('--keep', 'keep the store, and say how to look around in it')],
  examples: ['costs demo', 'costs demo --keep'],
  run,
  document: ({ document, home }): DemoDocument & { home: string | null } => ({ ...document, home }),
  render: ({ document, home, ...view }, output) => renderDemo({ ...document, home }, view, output),
});

async function run(options: DemoOptions, context: Context) {
  await removeDeadDemos();
  // One that is kept carries no mark of the process that made it.
  const mark = options.keep === true ? 'kept' : await ownerMark();
  const home = await mkdtemp(join(tmpdir(), `${PREFIX}${mark}-`)).catch((cause: unknown) => {
    throw new CostsError('failed', `No folder for the throw-away store can be made in ${tmpdir()}.`, {
      hint: 'Name another folder for it: TMPDIR="$HOME" costs demo',
      cause,
    });
  });
  let isKept = false;
  try {
    const result = await runDemo(context, home);
    isKept = options.keep === true;
    const { program, databaseUrl, team } = context.config;
    // What would lead the person's own commands away from the store of the demo.
    const inTheWay = databaseUrl !== null || team !== null;
    return { ...result, program, inTheWay, home: isKept ? home : null };
  } finally {
    if (!isKept) await rm(home, { recursive: true, force: true });
  }
}

/** What a demo that was killed left behind, where the folder may be looked into. */
async function removeDeadDemos(): Promise<void> {
  for (const name of await readdir(tmpdir()).catch(() => [])) {
    if (!name.startsWith(PREFIX) || (await isLeftBehind(name)) !== true) continue;
    // Another user's folder is not ours to remove.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}
