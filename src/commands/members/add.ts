import type { Context } from '../../context.js';
import type { Role } from '../../domain/access.js';
import { renderMemberChange, type MemberLine } from '../../output/members.js';
import { defineCommand, option, asItIs } from '../define.js';
import { roleOption } from '../options.js';
import { readEmail, readNewPassword } from '../password.js';

export interface AddMemberOptions {
  email?: string;
  role: Role;
  passwordStdin?: boolean;
}

export const addMember = defineCommand({
  name: 'members add',
  description: 'Adds a member with an initial password, which is marked until they set their own.',
  options: [
    option('--email <email>', 'of the new member'),
    roleOption('what they may do').default('member'),
    option('--password-stdin', 'read the initial password from standard input'),
  ],
  examples: ['costs members add --email b@example.com --role member --password-stdin < password.txt'],
  asksSecret: true,
  async run({ email, role, passwordStdin }: AddMemberOptions, context: Context) {
    const vault = await context.vault();
    if (context.output.interactive) await vault.require(await context.team(), 'admin');
    const address = await readEmail(context, email);
    const password = await readNewPassword(context, passwordStdin, 'Initial password (12 characters or more)');
    const member = await vault.members.add(await context.team(), address, role, password);
    const view = { id: member.id, email: member.email, role: member.role, state: 'initial-password' as const };
    return { member: view, done: `added as ${role}; they set their own password with costs members passwd` };
  },
  document: asItIs<{ member: MemberLine; done: string }>,
  render: renderMemberChange,
});
