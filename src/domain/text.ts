/* eslint-disable no-control-regex, no-misleading-character-class -- single characters, control and combining ones among them, are what these look for */

/** What moves a cursor, ends a line elsewhere or turns the direction of what follows; tab, line ends and colors are ours. */
export const UNSEEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?!\n)/g;
/**
 * What takes no place (Unicode: Default_Ignorable_Code_Point): a name with some of it looks like another. Joiners and variation
 * selectors are letters' and emoji's own and stay, but behind ASCII, where they change nothing that is seen.
 */
export const WIDTHLESS =
  /[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]|\ud82f[\udca0-\udca3]|\ud834[\udd73-\udd7a]|\udb40[\udc00-\udcff]|\udb40[\udd00-\uddef](?<=[ -~]..)|(?<=[ -~])[\u200c\u200d\ufe00-\ufe0f]+(?!\u20e3)/g;

/** A line of text as it may be shown where nothing looks after it any more. */
export function showable(text: string): string {
  return cleanText(text).replace(WIDTHLESS, '').replace(UNSEEN, ' ');
}

/**
 * Text of somebody else's making, safe to store and to print: control characters would move a terminal's cursor or be
 * refused by PostgreSQL (NUL), and half a surrogate pair would come back as another character than was stored.
 */
export function cleanText(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ').toWellFormed();
}

/** A name that somebody wrote: one line, with nothing around it. */
export function cleanName(text: string): string {
  return cleanText(text).trim();
}

/** What is wrong with a value, for people: `undefined`, and the class that keeps the text of a number, are words of programs. */
export function problemOf(issue: { message: string } | undefined): string {
  const problem = issue?.message.replace('LosslessNumber', 'number').replace(/^Invalid input(?:: )?/, '') ?? '';
  return problem.replace(/^expected (\w+), received undefined$/, 'missing, expected $1') || 'of no known shape';
}
