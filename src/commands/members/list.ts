import type { Context } from '../../context.js';
import { renderMembers, type MemberLine } from '../../output/members.js';
import { defineCommand, asItIs } from '../define.js';

export const listMembers = defineCommand({
  name: 'members list',
  description: 'Lists the members of the team and what they may do.',
  examples: ['costs members list'],
  async run(_options: object, context: Context) {
    const [vault, team] = await Promise.all([context.vault(), context.team()]);
    const members = (await vault.members.list(team)).map(({ id, email, role, state }) => ({ id, email, role, state }));
    return { members };
  },
  document: asItIs<{ members: MemberLine[] }>,
  render: renderMembers,
});
