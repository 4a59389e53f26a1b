import type { Context } from '../context.js';
import { renderWhoami, type WhoamiResult } from '../output/access.js';
import { EXIT_CODES } from '../errors.js';
import { defineCommand, asItIs } from './define.js';

export const command = defineCommand({
  name: 'whoami',
  description: 'Says who is logged in on this machine, or whose token is set; exits 4 when no one is.',
  examples: ['costs whoami', 'costs whoami --json'],
  async run(_options: object, context: Context) {
    const [team, vault] = await Promise.all([context.team(), context.vault()]);
    const actor = await vault.whoIs(team);
    const until = actor?.until?.toISOString() ?? null;
    return {
      team: team.name,
      kind: actor?.kind ?? null,
      name: actor?.label ?? null,
      role: actor?.role ?? null,
      until,
      sessionFile: await vault.sessionFile(),
    };
  },
  document: asItIs<WhoamiResult>,
  render: renderWhoami,
  exitCode: ({ kind }) => (kind === null ? EXIT_CODES.auth : 0),
});
