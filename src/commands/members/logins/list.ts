import type { Context } from '../../../context.js';
import { pastMoment } from '../../../domain/time.js';
import { renderLogins, type LoginLine } from '../../../output/logins.js';
import { asItIs, defineCommand, option } from '../../define.js';
import { timeOption } from '../../options.js';

export interface ListLoginsOptions {
  failed?: boolean;
  since?: string;
}

export const listLogins = defineCommand({
  name: 'members logins list',
  description: 'Lists login attempts, newest first: who, when, from where, and what came of it.',
  options: [
    option('--failed', 'only those that failed'),
    timeOption('--since <time>', 'only from then on: a day, or how long ago such as 36h or 7d'),
  ],
  examples: ['costs members logins list --failed', 'costs members logins list --since 7d --json'],
  async run({ failed, since }: ListLoginsOptions, context: Context) {
    const [vault, team] = await Promise.all([context.vault(), context.team()]);
    const attempts = await vault.logins.list(team, {
      failedOnly: failed === true,
      since: since === undefined ? null : pastMoment(since, await context.clock()),
    });
    const logins = attempts.map(({ email, attemptedAt, host, osUser, dbUser, dbAddress, success, reason }) => {
      return {
        email,
        team: team.name,
        at: attemptedAt.toISOString(),
        host,
        osUser,
        dbUser,
        dbAddress,
        success,
        reason,
      };
    });
    return { logins };
  },
  document: asItIs<{ logins: LoginLine[] }>,
  render: renderLogins,
});
