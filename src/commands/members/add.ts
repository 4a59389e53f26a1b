import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import type { Role } from '../../domain/access.js';
import { renderMemberChange } from '../../output/members.js';
import { addExamples, addGlobalOptions, roleOption } from '../options.js';
import { readEmail, readNewPassword } from '../password.js';

export interface AddMemberOptions {
  email?: string;
  role: Role;
  passwordStdin?: boolean;
}

/** `costs members add` */
export function addAddMemberCommand(parent: Command, open: OpenContext, run = addMemberCommand): Command {
  const command = parent
    .command('add')
    .description('Adds a member with an initial password, which is marked until they set their own.')
    .option('--email <email>', 'of the new member')
    .addOption(roleOption('what they may do').default('member'))
    .option('--password-stdin', 'read the initial password from standard input')
    .action((options: AddMemberOptions) => run(options, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, [
    'costs members add --email b@example.com --role member --password-stdin < password.txt',
  ]);
}

export async function addMemberCommand(
  { email, role, passwordStdin }: AddMemberOptions,
  context: Context,
): Promise<void> {
  const vault = await context.vault();
  const address = await readEmail(context, email);
  const password = await readNewPassword(context, passwordStdin, 'Initial password (12 characters or more)');
  const member = await vault.members.add(await context.team(), address, role, password);
  const view = { id: member.id, email: member.email, role: member.role, state: 'initial-password' as const };
  context.output.write<Documents['members add']>(
    { member: view, done: `added as ${role}; they set their own password with costs passwd` },
    renderMemberChange,
  );
}
