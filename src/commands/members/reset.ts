import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { renderReset, type ResetResult } from '../../output/members.js';
import { addExamples, addGlobalOptions } from '../options.js';

/** `costs members reset` */
export function addResetMemberCommand(parent: Command, open: OpenContext, run = resetMemberCommand): Command {
  const command = parent
    .command('reset')
    .argument('<email>', 'the member')
    .description('Ends the password of a member and shows a one-time code with which they set a new one.')
    .action((email: string) => run(email, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs members reset b@example.com']);
}

export async function resetMemberCommand(email: string, context: Context): Promise<void> {
  const vault = await context.vault();
  const address = vault.logins.parseEmail(email);
  const { code, expiresAt } = await vault.members.reset(await context.team(), address);
  const result: ResetResult = { email: address, code: code.reveal(), expiresAt: expiresAt.toISOString() };
  context.output.write<Documents['members reset']>(result, renderReset);
}
