import type { Context } from '../context.js';
import { renderLogout } from '../output/access.js';
import { defineCommand, asItIs } from './define.js';

export const command = defineCommand({
  name: 'logout',
  description: 'Locks the vault on this machine: the session ends here and in the database.',
  examples: ['costs logout'],
  async run(_options: object, context: Context) {
    if (context.config.databaseUrl === null) return { ended: false, embedded: true };
    const ended = await (await context.vault()).logins.logout(await context.team());
    return { ended, embedded: false };
  },
  document: asItIs<{ ended: boolean; embedded: boolean }>,
  render: renderLogout,
});
