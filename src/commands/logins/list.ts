import type { Command } from 'commander';
import type { Context, OpenContext } from '../../context.js';
import type { Documents } from '../../documents.js';
import { startOfDay, type Day } from '../../domain/day.js';
import { renderLogins } from '../../output/logins.js';
import { addExamples, addGlobalOptions, dayOption } from '../options.js';

export interface ListLoginsOptions {
  failed?: boolean;
  since?: Day;
}

/** `costs logins list` */
export function addListLoginsCommand(parent: Command, open: OpenContext, run = listLoginsCommand): Command {
  const command = parent
    .command('list')
    .description('Lists login attempts, newest first: who, when, from where, and what came of it.')
    .option('--failed', 'only those that failed')
    .addOption(dayOption('--since <day>', 'only from this day on (UTC)'))
    .action((options: ListLoginsOptions) => run(options, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs logins list --failed', 'costs logins list --since 2026-11-01 --json']);
}

export async function listLoginsCommand({ failed, since }: ListLoginsOptions, context: Context): Promise<void> {
  const [vault, team] = await Promise.all([context.vault(), context.team()]);
  const attempts = await vault.logins.list(team, {
    failedOnly: failed === true,
    since: since === undefined ? null : startOfDay(since),
  });
  const logins = attempts.map(({ email, attemptedAt, host, osUser, dbUser, dbAddress, success, reason }) => {
    return { email, team: team.name, at: attemptedAt.toISOString(), host, osUser, dbUser, dbAddress, success, reason };
  });
  context.output.write<Documents['logins list']>({ logins }, renderLogins);
}
