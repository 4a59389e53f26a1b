import type { CostsError } from '../errors.js';

/** How a command talks: one document on standard output, everything else on standard error. */
export interface Output {
  readonly json: boolean;
  /** Standard output is a terminal. */
  readonly terminal: boolean;
  /** A person can be asked: standard input and error are terminals, and neither --no-input nor --json was given. */
  readonly interactive: boolean;
  /** Columns of the terminal; without end for a file or a pipe, of which nothing is ever left out. */
  readonly width: number;
  /** Colours for standard output; the identity when it has none. */
  readonly style: Style;
  /** The command's result: its JSON with --json, else the text for people that `render` makes of it, no wider than the terminal. Called once a command. */
  write<T>(value: T, render: (value: T, output: Output) => string): void;
  /** A text for people as this output shows it: commands as this program was called, and no line wider than the terminal. */
  asShown(text: string): string;
  /** A text as it is, such as help. */
  print(text: string): void;
  /** A document with a secret that is shown once: the only text that is not masked. */
  reveal(text: string): void;
  /** A piece of a document as it is, for exports; awaits a slow reader. */
  writeRaw(chunk: string | Uint8Array): Promise<void>;
  /** Sends what `write`, `print` and `writeRaw` are given to a file that appears, whole, when the work is done; "-" is standard output. */
  intoFile(path: string | undefined, work: () => Promise<void>): Promise<void>;
  /** One line for a person, on standard error, which may end in a command as a hint does; silent with --quiet and --json. */
  note(line: string): void;
  /** A line of `--verbose`; silent otherwise. */
  trace(line: string): void;
  /** Starts a progress display: a spinner on a terminal, one plain line per finished step otherwise, nothing with --json or --quiet. */
  progress(text: string): Progress;
  /** The failure that ends the command: a sentence and a next step, or the error document with --json. */
  fail(error: CostsError): void;
  /** Masks a secret in everything written from now on. */
  redact(secret: string): void;
  /** A text that leaves the process by another way, without secrets. */
  mask: (text: string) => string;
  prompt: Prompt;
}

export interface Progress {
  /** Replaces the moving text. Only a terminal shows it. */
  update(text: string): void;
  /** A small finished step: a line of its own only where nothing moves. */
  step(line: string): void;
  /** A finished step: a line that stays. */
  done(line: string): void;
  /** Ends the display and removes the moving text. */
  stop(): void;
}

/** Questions to the person at the terminal. Each throws CostsError `usage` when `interactive` is false. */
export interface Prompt {
  /** From now until `release` the terminal echoes nothing, with or without a question on it; the first question does so, too. */
  hold(): void;
  /** Gives the terminal back at the end of a command. */
  release(): void;
  /** Asks again, with what `parse` says, for as long as it throws a CostsError. */
  text<T>(question: string, parse: (answer: string) => T): Promise<T>;
  /** As `text`, without echo. */
  secret<T>(question: string, parse: (answer: string) => T): Promise<T>;
  /** A line of the dialogue, such as what is wrong with an answer. */
  say(line: string): void;
  confirm(question: string, options?: { default?: boolean }): Promise<boolean>;
  choose<T>(question: string, choices: { name: string; value: T }[]): Promise<T>;
  /** One list to choose several of, by their places in it. */
  checklist(question: string, rows: readonly (readonly string[])[]): Promise<number[]>;
  /** All of standard input, for `--key-stdin` and `--password-stdin`; works without a terminal. */
  stdin(): Promise<string>;
}

export type StyleName = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
export type Style = Record<StyleName, (text: string) => string>;
