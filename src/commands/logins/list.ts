import type { Context } from '../../context.js';
import { startOfDay, type Day } from '../../domain/day.js';
import { renderLogins, type LoginLine } from '../../output/logins.js';
import { defineCommand, option, asItIs } from '../define.js';
import { dayOption } from '../options.js';

export interface ListLoginsOptions {
  failed?: boolean;
  since?: Day;
}

export const listLogins = defineCommand({
  name: 'logins list',
  description: 'Lists login attempts, newest first: who, when, from where, and what came of it.',
  options: [option('--failed', 'only those that failed'), dayOption('--since <day>', 'only from this day on (UTC)')],
  examples: ['costs logins list --failed', 'costs logins list --since 2026-11-01 --json'],
  run,
  document: asItIs<{ logins: LoginLine[] }>,
  render: renderLogins,
});

async function run({ failed, since }: ListLoginsOptions, context: Context) {
  const [vault, team] = await Promise.all([context.vault(), context.team()]);
  const attempts = await vault.logins.list(team, {
    failedOnly: failed === true,
    since: since === undefined ? null : startOfDay(since),
  });
  const logins = attempts.map(({ email, attemptedAt, host, osUser, dbUser, dbAddress, success, reason }) => {
    return { email, team: team.name, at: attemptedAt.toISOString(), host, osUser, dbUser, dbAddress, success, reason };
  });
  return { logins };
}
