import type { Context } from '../context.js';
import type { Secret } from '../domain/secret.js';
import { CostsError } from '../errors.js';
import { WrongSecret } from '../domain/wrong-secret.js';

/**
 * A password to be set: from standard input, or asked for twice.
 * @throws CostsError `usage` when it is too short, or nobody can be asked
 */
export async function readNewPassword(
  context: Context,
  fromStdin: boolean | undefined,
  question = 'Password (12 characters or more)',
): Promise<Secret> {
  const { output } = context;
  const { logins } = await context.vault();
  if (fromStdin === true) return logins.parseNewPassword(await output.prompt.stdin());
  requirePerson(context);
  for (;;) {
    const password = await output.prompt.secret(question, (answer) => logins.parseNewPassword(answer));
    const again = await output.prompt.secret('The same again', (answer) => logins.parsePassword(answer));
    if (password.reveal() === again.reveal()) return password;
    output.prompt.say('The two passwords differ.');
  }
}

/** A password to be tried. */
export async function readPassword(
  context: Context,
  fromStdin: boolean | undefined,
  question = 'Password',
): Promise<Secret> {
  const { output } = context;
  const { logins } = await context.vault();
  if (fromStdin === true) return logins.parsePassword(await output.prompt.stdin());
  requirePerson(context);
  return output.prompt.secret(question, (answer) => logins.parsePassword(answer));
}

/** An email from its option, or asked for. */
export async function readEmail(context: Context, email: string | undefined): Promise<string> {
  const { logins } = await context.vault();
  if (email !== undefined) return logins.parseEmail(email);
  if (!context.output.interactive)
    throw new CostsError('usage', 'Whose email?', { hint: 'Add --email, such as --email admin@example.com.' });
  return context.output.prompt.text('Email', (answer) => logins.parseEmail(answer));
}

function requirePerson({ output }: Context): void {
  if (output.interactive) return;
  throw new CostsError('usage', 'A password is needed, and there is no terminal to ask for it.', {
    hint: '--password-stdin reads it from standard input.',
  });
}

/** Asks a person on a machine without a keychain for a file in its place. */
export function agreeToFile({ output }: Context): Promise<boolean> {
  return output.prompt.confirm('There is no keychain. Use a file that only you can read?', { default: false });
}

/**
 * Keeps the session of whoever was just let in; without a keychain the command has done its work all the same.
 * @returns when the session ends, or null when none was kept
 */
export async function keepSessionIfPossible(context: Context): Promise<Date | null> {
  try {
    return await (await context.vault()).logins.keepSession();
  } catch (error) {
    if (!(error instanceof CostsError) || error.code !== 'auth') throw error;
    context.output.note(`No session was kept. ${error.message}`);
    if (error.hint !== undefined) context.output.note(error.hint);
    return null;
  }
}

/** How often a wrong password is asked for again; after five failures the email would be locked. */
const TRIES = 3;

/** Tries what a person types, who is asked again where it was wrong. */
export async function untilRight<T>(
  { output }: Context,
  fromStdin: boolean | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof WrongSecret) || fromStdin === true || left === 1) throw error;
      output.prompt.say(error.message);
    }
  }
}
