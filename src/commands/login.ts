import type { Command } from 'commander';
import type { Context, OpenContext } from '../context.js';
import type { Documents } from '../documents.js';
import { renderLogin } from '../output/access.js';
import { CostsError } from '../errors.js';
import { addExamples, addGlobalOptions } from './options.js';
import { readEmail, readPassword } from './password.js';

export interface LoginOptions {
  email?: string;
  passwordStdin?: boolean;
  insecureStorage?: boolean;
}

/** `costs login` */
export function addLoginCommand(parent: Command, open: OpenContext, run = loginCommand): Command {
  const command = parent
    .command('login')
    .description('Unlocks the vault for this machine, for twelve hours; every attempt is recorded.')
    .option('--email <email>', 'whose login')
    .option('--password-stdin', 'read the password from standard input')
    .option('--insecure-storage', 'without a keychain, keep the session in a file that only you can read')
    .action((options: LoginOptions) => run(options, open(command.optsWithGlobals())));
  addGlobalOptions(command);
  return addExamples(command, ['costs login', 'costs login --email admin@example.com --password-stdin < password.txt']);
}

export async function loginCommand(options: LoginOptions, context: Context): Promise<void> {
  const { output } = context;
  if (context.config.databaseUrl === null) {
    return output.write<Documents['login']>(
      { email: null, role: 'admin', team: null, sessionUntil: null, mustChange: false },
      renderLogin,
    );
  }
  const vault = await context.vault();
  if (options.insecureStorage === true) vault.allowInsecureStorage();
  const email = await readEmail(context, options.email);
  const password = await readPassword(context, options.passwordStdin);
  const { actor, teamId, mustChange } = await vault.logins.login(email, password);
  const team = (await (await context.store()).teams.list()).find(({ id }) => id === teamId) ?? null;
  const wanted = context.config.team;
  if (team !== null && wanted !== null && wanted !== team.name && wanted !== team.id) {
    throw new CostsError('conflict', `${email} is a member of ${team.name}, and COSTS_TEAM says ${wanted}.`, {
      hint: 'Unset COSTS_TEAM, or log in as a member of that team.',
    });
  }
  const until = await vault.logins.keepSession();
  if (mustChange) output.warn('Somebody else knows this password. Set your own: costs passwd');
  output.write<Documents['login']>(
    { email, role: actor.role, team: team?.name ?? null, sessionUntil: until?.toISOString() ?? null, mustChange },
    renderLogin,
  );
}
