import { rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Context, OpenContext } from '../context.js';
import type { Documents } from '../documents.js';
import { renderDemo } from '../output/demo.js';
import { runDemo } from './demo/run.js';
import { addExamples, addGlobalOptions } from './options.js';

export interface DemoOptions {
  keep?: boolean;
}

/** `costs demo` */
export function addDemoCommand(parent: Command, open: OpenContext, run = demoCommand): Command {
  const command = parent
    .command('demo')
    .description(
      'Shows the whole tool on SYNTHETIC spend: a local emulator of the providers, a throw-away embedded store, three organizations, eight projects, 90 days. Nothing leaves this machine.',
    )
    .option('--keep', 'keep the store, and say how to look around in it')
    .action((options: DemoOptions) => run(options, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs demo', 'costs demo --keep']);
}

export async function demoCommand(options: DemoOptions, context: Context): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'costs-demo-'));
  try {
    const result = await runDemo(context, home);
    context.output.write<Documents['demo']>(
      { ...result.document, home: options.keep === true ? home : null },
      (value, output) => renderDemo(value, result, output),
    );
  } finally {
    if (options.keep !== true) await rm(home, { recursive: true, force: true });
  }
}
