import { Argument, type Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { ROLES, type Role } from '../../domain/access.js';
import { adviceFor, renderDeparture } from '../../output/members.js';
import { addExamples, addGlobalOptions } from '../options.js';

/** `costs members role` */
export function addRoleCommand(parent: Command, open: OpenContext, run = roleCommand): Command {
  const command = parent
    .command('role')
    .argument('<email>', 'the member')
    .addArgument(new Argument('<role>', 'what they may do from now on').choices(ROLES))
    .description('Changes what a member may do; nobody needs their password. A new viewer loses access to keys.')
    .action((email: string, role: Role) => run(email, role, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs members role b@example.com admin']);
}

export async function roleCommand(email: string, role: Role, context: Context): Promise<void> {
  const vault = await context.vault();
  const address = vault.logins.parseEmail(email);
  const departure = await vault.members.setRole(await context.team(), address, role);
  context.output.write<Documents['members role']>(
    { email: address, role, ...departure, advice: adviceFor(departure), done: `is ${role} now` },
    renderDeparture,
  );
}
