/* eslint-disable no-control-regex -- control characters are what these look for */
import { UNSEEN, WIDTHLESS } from '../domain/text.js';

/** Where servers that run jobs see a command of theirs anywhere in a line: GitHub (`##[add-mask]`), Azure (`##vso[`), TeamCity. */
const JOB_COMMAND = /#(?=#\w*\[)/g;
/** GitHub sees one also at the start of a line. */
const LINE_COMMAND = /^([^\S\n]*):(?=:)/gm;
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
    .replace(JOB_COMMAND, '# ')
    .replace(colored ? ESCAPE_OTHER_THAN_COLOR : ESCAPE, ' ');
}

/** Lines for people, of which none is a command to the server whose log they may stand in. */
export function withoutCommands(lines: string): string {
  return lines.replace(LINE_COMMAND, '$1: ');
}

/**
 * JSON in which nothing is left that `printable` would replace: a document says exactly what was stored.
 * @param mask what stands there in place of a text
 */
export function toJson(value: unknown, indent?: number, mask?: (text: string) => string): string {
  const masked = (_: string, each: unknown) => (typeof each === 'string' ? mask?.(each) : each);
  const json = JSON.stringify(value, mask && masked, indent);
  return [UNSEEN, WIDTHLESS, JOB_COMMAND].reduce((text, unseen) => text.replace(unseen, escapeUnits), json);
}

function escapeUnits(characters: string): string {
  return [...Array(characters.length).keys()]
    .map((at) => `\\u${characters.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');
}
