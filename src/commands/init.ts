import type { Context } from '../context.js';
import type { Secret } from '../domain/secret.js';
import { goesBy, type Team } from '../domain/team.js';
import { cleanName } from '../domain/text.js';
import { CostsError, orElse } from '../errors.js';
import { renderInit, type InitResult } from '../output/access.js';
import type { Database } from '../store/database.js';
import { defineCommand, option, asItIs } from './define.js';
import { insecureStorageOption } from './options.js';
import { agreeToFile, keepSessionIfPossible, readEmail, readNewPassword } from './password.js';
import { during } from '../output/during.js';

export interface InitOptions {
  email?: string;
  passwordStdin?: boolean;
  insecureStorage?: boolean;
}

export const command = defineCommand({
  name: 'init',
  description: 'Creates or opens the store, the team and its first admin, and logs in.',
  options: [
    option('--email <email>', 'of the first admin (PostgreSQL only: the embedded store has no logins)'),
    option('--password-stdin', "read the admin's password from standard input"),
    insecureStorageOption(),
  ],
  examples: ['costs init --team acme', 'costs init --team acme --email admin@example.com --password-stdin < pw.txt'],
  asksSecret: true,
  makesStore: true,
  run,
  document: asItIs<InitResult>,
  render: renderInit,
});

async function run(options: InitOptions & { team?: string }, context: Context) {
  const embedded = context.config.databaseUrl === null;
  const given = givenTeamName(options.team, context);
  // Bad input is refused before anything is opened; a person is asked only once it is clear that there is need to.
  const early = embedded || context.output.interactive ? null : await readAdmin(options, context);
  const database = await context.database();
  const isEmpty = await database.migrations.isEmpty();
  const name = given ?? (await context.output.prompt.text('Name of the team', parseTeamName));
  // Whoever ends a question has changed nothing: the tables of an empty database are made behind the last one.
  const admin = embedded || !isEmpty ? early : (early ?? (await readAdmin(options, context)));
  if (isEmpty) await makeTables(database, context);
  const store = await context.store();
  const vault = await context.vault();
  if (options.insecureStorage === true) vault.allowInsecureStorage();
  if (embedded) {
    const { created, ...team } = await store.teams.open(name);
    if (options.email !== undefined)
      context.output.note('The embedded store has no logins: email and password are not used.');
    return {
      ...common(context, team, created, store.database.label),
      email: null,
      recoveryCode: null,
      sessionUntil: null,
      sessionFile: null,
    };
  }
  const known = (await store.teams.list()).find((team) => goesBy(team, name));
  if (known !== undefined) await vault.logins.requireNoVault(known);
  const { email, password } = admin ?? (await readAdmin(options, context));
  const { created, ...team } = await store.teams.open(name);
  const { recoveryCode } = await vault.logins.createVault(team, email, password);
  const until = await keepSessionIfPossible(context);
  return {
    ...common(context, team, created, store.database.label),
    email,
    recoveryCode: recoveryCode.reveal(),
    sessionUntil: until?.toISOString() ?? null,
    sessionFile: until === null ? null : await vault.sessionFile(),
  };
}

function common(
  { config }: Context,
  team: Team,
  created: boolean,
  store: string,
): Pick<InitResult, 'team' | 'created' | 'store' | 'embedded'> {
  return { team, created, store, embedded: config.databaseUrl === null };
}

/** Null where a person is to be asked. @throws CostsError `usage` where nobody can be */
function givenTeamName(team: string | undefined, { config, output }: Context): string | null {
  const given = cleanName(team ?? config.team ?? '');
  if (given !== '') return given;
  if (output.interactive) return null;
  throw new CostsError('usage', 'What is the team called?', { hint: 'Name it with --team.' });
}

function parseTeamName(answer: string): string {
  const name = cleanName(answer);
  if (name === '') throw new CostsError('usage', 'A team needs a name.');
  return name;
}

async function readAdmin(
  { email, passwordStdin }: InitOptions,
  context: Context,
): Promise<{ email: string; password: Secret }> {
  if (!context.output.interactive && (email === undefined || passwordStdin !== true)) {
    throw new CostsError('usage', 'A team on a server needs its first admin: an email and a password.', {
      hint: 'Give --email and --password-stdin: costs init --help',
    });
  }
  const vault = await context.vault();
  // Without a keychain and such a file the team is made all the same; only its admin is not logged in.
  if (context.output.interactive)
    await orElse(
      vault.requireKeychain(() => agreeToFile(context)),
      'auth',
      undefined,
    );
  return { email: await readEmail(context, email), password: await readNewPassword(context, passwordStdin) };
}

/** An empty database is migrated; one that is only behind is left to `costs db migrate`. */
async function makeTables(database: Database, { output }: Context): Promise<void> {
  await during(output, `Making the tables of ${database.label}`, () => database.migrations.apply());
}
