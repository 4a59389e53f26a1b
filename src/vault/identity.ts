import { Secret } from '../domain/secret.js';
import { CostsError } from '../errors.js';

const MIN_PASSWORD = 12;
const MAX_PASSWORD = 1024;

/**
 * An email in the one form under which it is stored, counted and locked.
 * @throws CostsError `usage` for text that is no email; nothing is recorded of it.
 */
export function parseEmail(text: string): string {
  const email = text.trim().normalize('NFKC').toLowerCase();
  // eslint-disable-next-line no-control-regex -- control characters are what this refuses
  if (email.length <= 254 && /^[^\s@\u0000-\u001f\u007f]+@[^\s@\u0000-\u001f\u007f]+$/.test(email)) return email;
  throw new CostsError('usage', 'That is not a valid email address.', { hint: 'One such as admin@example.com.' });
}

/** A member by email or, where somebody edited rows so that two have one, by id. @throws CostsError `usage` */
export function parseMember(text: string): string {
  return text.includes('@') ? parseEmail(text) : text.trim();
}

/**
 * A new password, as standard input or a prompt gave it; one line break at its end belongs to the pipe.
 * @throws CostsError `usage` unless it has 12 to 1024 characters on one line.
 */
export function parseNewPassword(text: string): Secret {
  const password = parsePassword(text);
  const { length } = Array.from(password.reveal());
  if (length >= MIN_PASSWORD && length <= MAX_PASSWORD) return password;
  throw new CostsError('usage', `The password has ${length} characters; it needs ${MIN_PASSWORD} to ${MAX_PASSWORD}.`, {
    hint: 'Four or five random words make a good one.',
  });
}

/** A password to try. @throws CostsError `usage` when it is empty, endless or more than one line. */
export function parsePassword(text: string): Secret {
  const password = oneLine(text, 'The password').normalize('NFKC');
  if (password.length <= MAX_PASSWORD * 4) return new Secret(password);
  throw new CostsError('usage', `The password is longer than ${MAX_PASSWORD} characters.`);
}

/** The one line of a text. @throws CostsError `usage` that names it but shows nothing of it. */
export function oneLine(text: string, what: string): string {
  const line = text.replace(/\r?\n$/, '');
  if (line.trim() === '') throw new CostsError('usage', `${what} is empty.`);
  // eslint-disable-next-line no-control-regex -- control characters are what this refuses
  if (/[\u0000-\u001f\u007f]/.test(line))
    throw new CostsError('usage', `${what} is more than one line, or has control characters.`);
  return line;
}
