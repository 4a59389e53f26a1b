import type { Context } from '../../context.js';
import type { Secret } from '../../domain/secret.js';
import { CostsError, orElse } from '../../errors.js';
import { renderPasswd, type PasswdResult } from '../../output/access.js';
import { defineCommand, option, asItIs } from '../define.js';
import { insecureStorageOption } from '../options.js';
import { keepSessionIfPossible, readEmail, readNewPassword, readPassword, untilRight } from '../password.js';

export interface PasswdOptions {
  email?: string;
  code?: boolean;
  passwordStdin?: boolean;
  insecureStorage?: boolean;
}

export const passwd = defineCommand({
  name: 'members passwd',
  description: 'Changes your password, with the old one, a one-time code or the recovery code.',
  options: [
    option('--email <email>', 'whose password (default: who is logged in)'),
    option('--code', "prove who you are by a one-time code (costs members reset) or the team's recovery code"),
    option(
      '--password-stdin',
      'read the old password or the code, and the new password, a line each, from standard input',
    ),
    insecureStorageOption(),
  ],
  examples: ['costs members passwd', 'costs members passwd --email b@example.com --code'],
  asksSecret: true,
  async run(options: PasswdOptions, context: Context) {
    if (context.config.databaseUrl === null)
      throw new CostsError('usage', 'The embedded store has no logins, and so no passwords.');
    const vault = await context.vault();
    if (options.insecureStorage === true) vault.allowInsecureStorage();
    const email = await findEmail(options, context);
    return untilRight(context, options.passwordStdin, async () => {
      const { proof, wanted } = await readBoth(options, context);
      if (options.code === true) {
        const { recoveryCode } = await vault.logins.redeemCode(email, proof, wanted);
        return finish(context, email, recoveryCode);
      }
      await vault.logins.changePassword(email, proof, wanted);
      return finish(context, email, null);
    });
  },
  document: asItIs<PasswdResult>,
  render: renderPasswd,
});

async function finish(context: Context, email: string, recoveryCode: Secret | null) {
  const until = await keepSessionIfPossible(context);
  return { email, recoveryCode: recoveryCode?.reveal() ?? null, sessionUntil: until?.toISOString() ?? null };
}

async function findEmail({ email, code }: PasswdOptions, context: Context): Promise<string> {
  if (email !== undefined || code === true) return readEmail(context, email);
  const vault = await context.vault();
  const actor = await orElse(vault.whoIs(await context.team()), 'auth', null);
  return actor?.kind === 'member' ? actor.label : readEmail(context, undefined);
}

async function readBoth(
  { code, passwordStdin }: PasswdOptions,
  context: Context,
): Promise<{ proof: Secret; wanted: Secret }> {
  const question = code === true ? 'Code' : 'Old password';
  if (passwordStdin !== true) {
    return {
      proof: await readPassword(context, false, question),
      wanted: await readNewPassword(context, false, 'New password (12 characters or more)'),
    };
  }
  const { logins } = await context.vault();
  const [first = '', second, ...more] = (await context.output.prompt.stdin()).replace(/\r?\n$/, '').split(/\r?\n/);
  if (second === undefined || more.length > 0) {
    throw new CostsError(
      'usage',
      `Standard input must hold two lines: the ${question.toLowerCase()}, and the new password.`,
    );
  }
  return { proof: logins.parsePassword(first), wanted: logins.parseNewPassword(second) };
}
