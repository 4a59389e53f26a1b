import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { renderUnlocked } from '../../output/logins.js';
import { addExamples, addGlobalOptions } from '../options.js';

/** `costs logins unlock` */
export function addUnlockLoginCommand(parent: Command, open: OpenContext, run = unlockLoginCommand): Command {
  const command = parent
    .command('unlock')
    .argument('<email>', 'the email')
    .description('Ends the lock of an email before its 15 minutes are over.')
    .action((email: string) => run(email, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs logins unlock b@example.com']);
}

export async function unlockLoginCommand(email: string, context: Context): Promise<void> {
  const vault = await context.vault();
  const address = vault.logins.parseEmail(email);
  await vault.logins.unlock(await context.team(), address);
  context.output.write<Documents['logins unlock']>({ email: address, unlocked: true }, renderUnlocked);
}
