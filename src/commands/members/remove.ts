import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { CostsError } from '../../errors.js';
import { adviceFor, renderDeparture } from '../../output/members.js';
import { addExamples, addGlobalOptions } from '../options.js';

export interface RemoveMemberOptions {
  yes?: boolean;
}

/** `costs members remove` */
export function addRemoveMemberCommand(parent: Command, open: OpenContext, run = removeMemberCommand): Command {
  const command = parent
    .command('remove')
    .argument('<email>', 'the member')
    .option('--yes', 'do not ask')
    .description(
      'Removes a member: the data key is changed, all sessions end, and keys they could read are marked as exposed.',
    )
    .action((email: string, options: RemoveMemberOptions) => run(email, options, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs members remove b@example.com']);
}

export async function removeMemberCommand(
  email: string,
  { yes }: RemoveMemberOptions,
  context: Context,
): Promise<void> {
  const { output } = context;
  const vault = await context.vault();
  const address = vault.logins.parseEmail(email);
  if (
    yes !== true &&
    output.interactive &&
    !(await output.prompt.confirm(`Remove ${address}? Every session ends.`, { default: false }))
  ) {
    throw new CostsError('interrupted', 'Nobody was removed.');
  }
  const departure = await vault.members.remove(await context.team(), address);
  output.write<Documents['members remove']>(
    { email: address, role: null, ...departure, advice: adviceFor(departure), done: 'is no member any more' },
    renderDeparture,
  );
}
