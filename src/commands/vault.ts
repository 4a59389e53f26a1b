import type { Command } from 'commander';
import type { Context, OpenContext } from '../context.js';
import type { Documents } from '../documents.js';
import { addExamples, addGlobalOptions } from './options.js';

/** `costs vault` */
export function addVaultCommand(parent: Command, open: OpenContext, run = rotateVaultCommand): Command {
  const group = parent.command('vault').description("The team's data key.");
  const command = group
    .command('rotate')
    .description('Makes a new data key and encrypts every key again; members and tokens go on working, sessions end.')
    .action(() => run(open(command.optsWithGlobals())));
  addGlobalOptions(command);
  addExamples(command, ['costs vault rotate']);
  return group;
}

export async function rotateVaultCommand(context: Context): Promise<void> {
  const [vault, team] = await Promise.all([context.vault(), context.team()]);
  const result = await vault.rotate(team);
  context.output.write<Documents['vault rotate']>(result, ({ generation, keys, slots }) =>
    [
      `Data key ${generation}: ${keys} keys and ${slots} slots renewed.`,
      ...(context.config.databaseUrl === null ? [] : ['All sessions ended → costs login']),
    ].join('\n'),
  );
}
