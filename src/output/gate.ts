/* eslint-disable no-control-regex -- control characters are what these look for */

/** What moves a cursor, ends a line elsewhere or turns the direction of what follows; tab and line ends are ours. */
const UNSEEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?!\n)/g;
const ESCAPE = /\u001b/g;
const ESCAPE_OTHER_THAN_COLOR = /\u001b(?!\[[0-9;]*m)/g;

/**
 * The last thing a text passes on its way out: names are typed by people, chosen by other teams and by whoever fails to log
 * in, and none of them may steer the terminal, or the file, that shows it.
 * @param colored whether colors of our own may be in it
 */
export function printable(text: string, colored: boolean): string {
  return text.replace(UNSEEN, ' ').replace(colored ? ESCAPE_OTHER_THAN_COLOR : ESCAPE, ' ');
}

/** JSON in which nothing is left that `printable` would replace: a document says exactly what was stored. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    UNSEEN,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
