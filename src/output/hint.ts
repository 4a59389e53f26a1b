import { shell } from '../domain/shell.js';

/**
 * What to do about something, as people see it: an arrow stands only before a command, which works when it is pasted.
 * A hint is a sentence, a command, or a sentence that ends in one: `To swap its key: costs keys rotate org-1`.
 */
export function renderHint(hint: string): string {
  // A name in front of the command may look like one; a name within it is quoted, and what is cut out of quotes does not close them.
  const at = [...hint.matchAll(COMMANDS_OF_HINT)].findLast(({ index, 0: { length } }) =>
    CLOSED.test(hint.slice(index + length)),
  );
  if (at === undefined) return hint;
  const command = `→ ${hint.slice(at.index + at[0].length)}`;
  return at.index === 0 ? command : `${hint.slice(0, at.index)} ${command}`;
}

/**
 * A hint that is read elsewhere, as in a chat or beside a pull request.
 * @param team which --team or COSTS_TEAM named: nobody there has the variable, and a database of several teams asks for it
 */
export function hintElsewhere(hint: string, team: string | null): string {
  return nameProgram(renderHint(hint), 'costs', ofTeam(team));
}

/** What a command says of its team. */
export function ofTeam(team: string | null): string {
  return team === null || team === '' ? '' : shell` --team ${team}`;
}

/** Whether a hint names a command to run. */
export function hasCommand(hint: string): boolean {
  return hint.search(COMMANDS_OF_HINT) !== -1;
}

const COMMANDS_OF_HINT = /(?:^|: )(?=(?:(?:unset|chmod) .+ && )?costs(?: [a-z-]|$))/g;
const CLOSED = /^(?:[^"']|"[^"]*"|'[^']*')*$/;

/** Where a command for people begins; looked at from behind its name, or every run of spaces would be gone through from each. */
const COMMAND = /costs(?<=(?:→|&&|;|commands:|Start here:|or:) +costs)(?= [a-z-]|$)/gm;

/** How far the name of a team may stand from the name of its program. */
const COMMAND_LENGTH = 200;

/**
 * Commands as this program was called: in a clone, where nothing is installed, `costs` alone is not found.
 * @param team ` --team NAME` where it was called with it: a database of several teams refuses a command without
 */
export function nameProgram(text: string, program: string, team = ''): string {
  return text.replace(COMMAND, (_, at: number) => {
    const [line = ''] = text.slice(at, at + COMMAND_LENGTH).split('\n');
    return line.includes(' --team') ? program : `${program}${team}`;
  });
}
