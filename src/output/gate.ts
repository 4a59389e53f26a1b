/* eslint-disable no-control-regex -- control characters are what these look for */

/** What moves a cursor, ends a line elsewhere or turns the direction of what follows; tab and line ends are ours. */
const UNSEEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?!\n)/g;
/** What takes no place: a name with some of it looks like another. Joiners are letters' and emoji's own, and stay. */
const WIDTHLESS = /[\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;
const ESCAPE = /\u001b/g;
const ESCAPE_OTHER_THAN_COLOR = /\u001b(?!\[[0-9;]*m)/g;

/**
 * The last thing a text passes on its way out: names are typed by people, chosen by other teams and by whoever fails to log
 * in, and none of them may steer the terminal, or the file, that shows it.
 * @param colored whether colors of our own may be in it
 */
export function printable(text: string, colored: boolean): string {
  return text
    .replace(WIDTHLESS, '')
    .replace(UNSEEN, ' ')
    .replace(colored ? ESCAPE_OTHER_THAN_COLOR : ESCAPE, ' ');
}

/** JSON in which nothing is left that `printable` would replace: a document says exactly what was stored. */
export function toJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent);
  return [UNSEEN, WIDTHLESS].reduce((text, unseen) => text.replace(unseen, escapeUnits), json);
}

function escapeUnits(characters: string): string {
  return [...Array(characters.length).keys()]
    .map((at) => `\\u${characters.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');
}
