import { stripVTControlCharacters } from 'node:util';
import { toErrorDocument, type CostsError } from '../errors.js';
import type { DraftFile } from '../draft-file.js';
import { printable, toJson, withoutCommands } from './gate.js';
import type { Output } from './output.js';
import { guardPipes, untilWritable, widthOf } from './pipes.js';
import { plainProgress, silentProgress, spinningProgress } from './progress.js';
import { createPrompt } from './prompt.js';
import { Redactor } from './redact.js';
import { createStyle } from './style.js';
import { nameProgram, ofTeam, renderHint } from './hint.js';
import { fitLines } from './wrap.js';

export interface OutputOptions {
  json?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  /** False with --no-input. */
  input?: boolean;
  /** False with --no-color. */
  color?: boolean;
  noColor: boolean;
  ci: boolean;
  /** How this program was called. Only a terminal shows it: what is pasted comes from there, and a log is searched for `costs`. */
  program?: string;
  /** What --team said. */
  team?: string;
  /** Fires when the command is to end: nothing is asked any more. */
  signal?: AbortSignal;
  /** The process's own, unless said. */
  streams?: Streams;
}

/** What an output knows of where it writes. */
export interface Streams {
  stdin: { isTTY: boolean };
  stdout: Pipe;
  stderr: Pipe;
}

type Pipe = Pick<NodeJS.WriteStream, 'write' | 'once' | 'off' | 'destroyed' | 'isTTY' | 'columns'>;

/** The terminal, or what stands in its place. */
export function createOutput({
  json = false,
  quiet = false,
  verbose = false,
  input = true,
  color = true,
  noColor,
  ci,
  program = 'costs',
  team,
  signal,
  streams: { stdin, stdout, stderr } = process,
}: OutputOptions): Output {
  const redactor = new Redactor();
  const colored = color && !noColor;
  const named = (text: string, { isTTY }: Pipe) =>
    json ? text : nameProgram(text, isTTY ? program : 'costs', ofTeam(team ?? null));
  const told = (text: string) =>
    withoutCommands(redactor.mask(printable(named(text, stderr), colored && stderr.isTTY)));
  const line = (text: string) => void stderr.write(`${fitLines(told(text), widthOf(stderr))}\n`);
  const style = createStyle(colored && !json && stdout.isTTY);
  const errorStyle = createStyle(colored && stderr.isTTY);
  let file: DraftFile | undefined;
  let pending: Promise<void> = Promise.resolve();
  let progress = silentProgress();
  const shown = (text: string) => redactor.mask(printable(text, colored && stdout.isTTY));
  /** A text in a document is as it was stored, unless a secret can be read in it. */
  const safe = (text: string) => {
    const seen = printable(text, false);
    const masked = redactor.mask(seen);
    return masked === seen ? text : masked;
  };
  const put = (text: string) => {
    if (file === undefined) return void stdout.write(text);
    const target = file;
    pending = pending.then(() => target.write(stripVTControlCharacters(text)));
    // Whoever awaits the file hears of the failure; until then nobody does.
    pending.catch(() => undefined);
  };
  const interactive = input && !json && stdin.isTTY && stderr.isTTY && !ci;
  const fail = (error: CostsError) => {
    // A command that is too slow to end is still at work.
    progress.stop();
    if (json) return void stderr.write(`${told(toJson({ error: toErrorDocument(error) }, undefined, safe))}\n`);
    line(`${errorStyle.red('costs:')} ${abridged(error.message)}`);
    if (error.hint !== undefined) line(`  ${renderHint(error.hint)}`);
    if (verbose) explainCause(error, line);
  };
  guardPipes(fail);
  return {
    json,
    terminal: stdout.isTTY,
    interactive,
    get width() {
      return file === undefined ? widthOf(stdout) : Infinity;
    },
    style,
    write(value, render) {
      const text = json
        ? withoutCommands(shown(toJson(value, stdout.isTTY ? 2 : undefined, safe)))
        : this.asShown(render(value, this).replace(/\n$/, ''));
      put(`${text}\n`);
    },
    asShown(text) {
      return fitLines(withoutCommands(shown(named(text, stdout))), this.width);
    },
    print: (text) => put(shown(text)),
    reveal: (text) => put(`${text}\n`),
    async writeRaw(chunk) {
      const shownChunk = typeof chunk === 'string' ? shown(chunk) : chunk;
      if (file !== undefined) return file.write(shownChunk);
      if (stdout.write(shownChunk) || stdout.destroyed) return;
      await untilWritable(stdout);
    },
    async intoFile(path, work) {
      if (path === undefined || path === '-') return work();
      const { createFile } = await import('./file.js');
      const opened = (file = await createFile(path));
      try {
        await work();
        await pending;
        await opened.commit();
      } catch (error) {
        await opened.discard();
        throw error;
      } finally {
        file = undefined;
      }
    },
    note: (text) => (json || quiet ? undefined : line(renderHint(text))),
    trace: (text) => (verbose ? line(errorStyle.dim(text)) : undefined),
    progress(text) {
      if (json || quiet) return silentProgress();
      // A terminal that does not know its width (0 columns) makes the spinner erase lines for ever.
      return (progress =
        stderr.isTTY && stderr.columns > 0 && !ci
          ? spinningProgress(text, { line, told, colour: colored })
          : plainProgress(line));
    },
    fail,
    redact: (secret) => redactor.add(secret),
    mask: (text) => redactor.mask(text),
    prompt: createPrompt(
      interactive,
      line,
      told,
      (text) => redactor.mask(text) !== text,
      () => widthOf(stderr),
      signal,
    ),
  };
}

/** Nobody reads a word of so many letters; with --json it is whole. */
const LONGEST_WORD = 200;

function abridged(sentence: string): string {
  return sentence.replace(/\S+/g, (word) => (word.length > LONGEST_WORD ? `${word.slice(0, LONGEST_WORD)}…` : word));
}

/** With --verbose, what lies behind an error. */
function explainCause(error: CostsError, line: (text: string) => void): void {
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) line(cause.stack ?? cause.message);
}
