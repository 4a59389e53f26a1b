import type { Context, GlobalOptions } from '../context.js';
import { goesBy } from '../domain/team.js';
import { renderLogin, type LoginResult } from '../output/access.js';
import { CostsError } from '../errors.js';
import { defineCommand, option } from './define.js';
import { insecureStorageOption } from './options.js';
import { agreeToFile, readEmail, readPassword, untilRight } from './password.js';

export interface LoginOptions {
  email?: string;
  passwordStdin?: boolean;
  insecureStorage?: boolean;
}

export const command = defineCommand({
  name: 'login',
  description: 'Unlocks the vault for this machine, for twelve hours; every attempt is recorded.',
  options: [
    option('--email <email>', 'whose login'),
    option('--password-stdin', 'read the password from standard input'),
    insecureStorageOption(),
  ],
  examples: ['costs login', 'costs login --email admin@example.com --password-stdin < password.txt'],
  asksSecret: true,
  run,
  document: ({ isFirst: _isFirst, ...document }): LoginResult => document,
  render: renderLogin,
  next: ({ isFirst }) => (isFirst ? 'Next: costs keys add' : null),
});

async function run(options: LoginOptions & GlobalOptions, context: Context) {
  const { output } = context;
  if (context.config.databaseUrl === null) {
    const nobody = { email: null, role: 'admin', team: null, sessionUntil: null, mustChange: false, sessionFile: null };
    return { ...nobody, isFirst: false };
  }
  const [vault, store] = await Promise.all([context.vault(), context.store()]);
  if (options.insecureStorage === true) vault.allowInsecureStorage();
  if (output.interactive) await vault.requireKeychain(() => agreeToFile(context));
  const { email, actor, teamId, mustChange } = await untilRight(context, options.passwordStdin, async () => {
    const address = await readEmail(context, options.email);
    const password = await readPassword(context, options.passwordStdin);
    return { email: address, ...(await vault.logins.login(address, password)) };
  });
  const team = (await store.teams.list()).find(({ id }) => id === teamId) ?? null;
  const wanted = options.team ?? context.config.team;
  if (team !== null && wanted !== null && !goesBy(team, wanted)) {
    const where = options.team === undefined ? 'COSTS_TEAM' : '--team';
    throw new CostsError('conflict', `${email} is a member of ${team.name}, and ${where} says ${wanted}.`, {
      hint: `${options.team === undefined ? 'Unset COSTS_TEAM' : 'Leave it out'}, or log in as a member of that team.`,
    });
  }
  const until = await vault.logins.keepSession();
  return {
    email,
    role: actor.role,
    team: team?.name ?? null,
    sessionUntil: until?.toISOString() ?? null,
    mustChange,
    sessionFile: await vault.sessionFile(),
    // Whoever has logged in to a team without organizations is on the way to the first one.
    isFirst: !mustChange && (await store.organizations.list(teamId)).length === 0,
  };
}
