import type { Command } from 'commander';
import type { Context, OpenContext } from '../context.js';
import type { Documents } from '../documents.js';
import { renderLogout } from '../output/access.js';
import { addExamples, addGlobalOptions } from './options.js';

/** `costs logout` */
export function addLogoutCommand(parent: Command, open: OpenContext, run = logoutCommand): Command {
  const command = parent
    .command('logout')
    .description('Locks the vault on this machine: the session ends here and in the database.')
    .action(() => run(open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs logout']);
}

export async function logoutCommand(context: Context): Promise<void> {
  if (context.config.databaseUrl === null)
    return context.output.write<Documents['logout']>({ ended: false, embedded: true }, renderLogout);
  const ended = await (await context.vault()).logins.logout(await context.team());
  context.output.write<Documents['logout']>({ ended, embedded: false }, renderLogout);
}
