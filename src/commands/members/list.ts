import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { renderMembers } from '../../output/members.js';
import { addExamples, addGlobalOptions } from '../options.js';

/** `costs members list` */
export function addListMembersCommand(parent: Command, open: OpenContext, run = listMembersCommand): Command {
  const command = parent
    .command('list')
    .description('Lists the members of the team and what they may do.')
    .action(() => run(open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs members list']);
}

export async function listMembersCommand(context: Context): Promise<void> {
  const [vault, team] = await Promise.all([context.vault(), context.team()]);
  const members = (await vault.members.list(team)).map(({ id, email, role, state }) => ({ id, email, role, state }));
  context.output.write<Documents['members list']>({ members }, renderMembers);
}
