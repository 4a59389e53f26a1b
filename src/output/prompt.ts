import { debuglog } from 'node:util';
import { CostsError } from '../errors.js';
import { createKeyboard } from './keyboard.js';
import type { Prompt } from './output.js';
import { wrap } from './wrap.js';

/** What stands before a question and a choice takes so many columns. */
const MARKS = 2;
/** Columns for what stands behind a question, and the cursor: `(y/N) yes`, `[input is masked]`, `12 chosen`. */
const ROOM: Partial<Record<string, number>> = { confirm: 10, password: 18, checklist: 10 };

/**
 * Questions on standard error, so that standard output stays the document's.
 * @param line prints a line to the person who is asked
 * @param told a text as it may be shown: names are in questions and choices, too
 * @param holdsKey whether a key is in a text
 * @param width columns of the terminal
 * @param signal fires when the command is to end
 */
export function createPrompt(
  interactive: boolean,
  line: (text: string) => void,
  told: (text: string) => string,
  holdsKey: (text: string) => boolean,
  width: () => number,
  signal: AbortSignal | undefined,
): Prompt {
  const say = (text: string) => line(`  ${text}`);
  // What is wider than the terminal, the library would break within words.
  const fit = (text: string, room = 1) => {
    const behind = '_'.repeat(room);
    const lines = wrap(`${text} ${behind}`, width() - MARKS, (word) => word === behind);
    return lines.join(`\n${' '.repeat(MARKS)}`).slice(0, -room - 1);
  };
  const keyboard = createKeyboard(process.stdin);
  const ask = async <T>(question: { type: string; message: string } & Record<string, unknown>): Promise<T> => {
    if (!interactive) {
      throw new CostsError(
        'usage',
        `"${question.message.replace(/[:?]\s*$/, '')}" needs an answer, and there is no terminal to ask on.`,
        { hint: 'Give it as an option; --help names it.' },
      );
    }
    refuseToBeTraced();
    // A key that is pasted into another question than its own would show.
    const takes = (text: string) => question.type === 'password' || !holdsKey(text);
    const { createPromptModule } = await import('inquirer');
    // Last: Ctrl-C may come while that is loaded, and no question stood that it could have ended.
    if (signal?.aborted === true) throw interrupted();
    try {
      return await keyboard.during(async (input) => {
        const prompt = createPromptModule({ input, output: process.stderr });
        prompt.registerPrompt('checklist', (await import('./checklist.js')).checklist);
        const { answer } = (await prompt([
          { ...question, message: fit(told(question.message), ROOM[question.type]), name: 'answer' },
        ] as never)) as { answer: T };
        return answer;
      }, takes);
    } catch (error) {
      if (error instanceof Error && error.name === 'ExitPromptError') throw interrupted();
      throw error;
    }
  };
  return {
    hold: () => (interactive ? keyboard.hold() : undefined),
    release: () => keyboard.release(),
    async text(message, parse) {
      const validate = (answer: string) => {
        const problem = problemOf(() => parse(answer));
        return problem === null ? true : fit(problem);
      };
      return parse(await ask<string>({ type: 'input', message, validate }));
    },
    async secret(message, parse) {
      // A hidden answer cannot be mended, only given again.
      for (;;) {
        const answer = await ask<string>({ type: 'password', message, toggleMask: false });
        const problem = problemOf(() => parse(answer));
        if (problem === null) return parse(answer);
        say(problem);
      }
    },
    say,
    confirm: (message, options = {}) => ask({ type: 'confirm', message, ...options }),
    choose: (message, choices) =>
      ask({
        type: 'select',
        message,
        choices: choices.map((each) => {
          const name = told(each.name);
          // What was chosen goes on behind the question.
          const short = fit(`${message} ${name}`).slice(fit(message).length).replace(/^ /, '');
          return { ...each, name: fit(name), short };
        }),
      }),
    checklist: (message, rows) =>
      ask({ type: 'checklist', message, rows: rows.map((row) => row.map(told)), width: width() }),
    stdin: readStandardInput,
  };
}

function interrupted(): CostsError {
  return new CostsError('interrupted', 'Interrupted; nothing was changed.');
}

/** Node.js takes `NODE_DEBUG` before any code of ours runs, and then prints what is read, byte by byte. */
function refuseToBeTraced(): void {
  if (!debuglog('stream').enabled) return;
  throw new CostsError(
    'usage',
    'NODE_DEBUG makes Node.js print whatever is typed or piped in, passwords and keys too.',
    {
      hint: 'Unset it: unset NODE_DEBUG',
    },
  );
}

/** What is wrong with an answer, in words, or null. */
function problemOf(parse: () => unknown): string | null {
  try {
    parse();
    return null;
  } catch (error) {
    if (error instanceof CostsError) return error.message;
    throw error;
  }
}

/** More than any secret has; a file piped in by mistake must not fill the memory. */
const MOST_BYTES = 1024 * 1024;

async function readStandardInput(): Promise<string> {
  refuseToBeTraced();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES)
      throw new CostsError('usage', 'Standard input is longer than a megabyte.', {
        hint: 'Pipe in a secret alone; name a larger file of prices instead.',
      });
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    const hint = 'Convert it first: iconv -f WINDOWS-1252 -t UTF-8';
    throw new CostsError('usage', 'Standard input is not a text in UTF-8.', { hint, cause });
  }
}
