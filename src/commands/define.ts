import { Argument, Option } from 'commander';
import type { Context, GlobalOptions } from '../context.js';
import type { ErrorDocument } from '../errors.js';
import type { Output } from '../output/output.js';

/**
 * One command. Its help, its line in the README and in the completions, the options every command takes, `--json` and its schema,
 * errors and the exit code follow from this; nothing of them is written a second time.
 */
export interface CommandDefinition<Options, Value, Document> {
  /** The command's words, such as `keys list`. */
  readonly name: string;
  /** One or two sentences, which the help and the README show. */
  readonly description: string;
  /** Reach `run` among the options, under their names in camel case. */
  readonly arguments?: readonly Argument[];
  readonly options?: readonly Option[];
  /** Commands below this one, which itself runs where none of them is named. */
  readonly commands?: readonly AnyCommand[];
  /** Whole command lines. */
  readonly examples: readonly string[];
  /** Runs when its group is named alone. */
  readonly isDefault?: boolean;
  /** Takes `--output FILE`, where its document goes. */
  readonly toFile?: boolean;
  /** Asks for a secret: from its start on the terminal echoes nothing, whenever the secret is pasted. */
  readonly asksSecret?: boolean;
  /** Changes nothing and heeds no signal by itself: one ends it wherever it is. */
  readonly readsOnly?: boolean;
  /** Somebody waits with a key pressed: a store that another process uses is an error, and not waited for. */
  readonly neverWaits?: boolean;
  /** Makes the embedded store where there is none, which others say. */
  readonly makesStore?: boolean;
  /** Its text is a script or data, in which no line is broken for a narrow terminal. */
  readonly verbatim?: boolean;
  /** Its `--format json` writes rows; that of others is the long form of `--json`. */
  readonly writesRows?: boolean;
  /** Shows a secret that is told only once, and so is not masked as everything else is. */
  readonly showsSecret?: boolean;
  /** Does the work and prints nothing. @throws CostsError */
  run(options: Options & GlobalOptions, context: Context): Promise<Value>;
  /**
   * What `--json` prints: `asItIs<Type>`, or a function whose result is annotated. The build makes a JSON Schema of that type,
   * comments and all, which `costs help json COMMAND` prints.
   */
  document(value: NoInfer<Value>): Document;
  /** The text for people; null when `run` has written all there is, or there is nothing to say. Not asked for with `--json`. */
  render(
    value: NoInfer<Value>,
    output: Output,
    options: NoInfer<Options> & GlobalOptions,
  ): string | null | Promise<string | null>;
  /** A line below the result that says how to go on; null where there is nothing to say. */
  next?(value: NoInfer<Value>): string | null;
  /** What the command worked for, where some of it may have failed: below the result stands how to go on. */
  failures?(value: NoInfer<Value>): readonly { error?: ErrorDocument }[];
  /** Default: 0. */
  exitCode?(value: NoInfer<Value>, options: NoInfer<Options>): number;
  /** Whether 1 means a finding and nothing else: work that could not be done is 3 then. */
  isCheck?(options: NoInfer<Options>): boolean;
}

/** A command whose options and value do not matter to who holds it. */
export type AnyCommand = CommandDefinition<object, unknown, unknown>;

/** Commands that share their first words. */
export interface CommandGroup {
  readonly name: string;
  readonly description: string;
  readonly commands: readonly (AnyCommand | CommandGroup)[];
}

/** The definition as it is, its types inferred. */
export function defineCommand<Options extends object, Value, Document>(
  definition: CommandDefinition<Options, Value, Document>,
): CommandDefinition<Options, Value, Document> {
  return definition;
}

/** The `document` of a command whose value is what it prints. */
export function asItIs<Document>(value: Document): Document {
  return value;
}

export function argument(name: string, description: string): Argument {
  return new Argument(name, description);
}

export function option(flags: string, description: string): Option {
  return new Option(flags, description);
}

/** Where a document goes. */
export function outputOption(): Option {
  return option('-o, --output <file>', 'write to this file, which appears when it is whole; "-" is standard output');
}

/** What every command takes, after its own options. */
export function globalOptions(): Option[] {
  return [
    option('--json', 'print one JSON document on standard output'),
    option('--team <name>', 'work for this team (default: COSTS_TEAM, or the only one)'),
    option('--quiet', 'print the result and errors only'),
    option('--verbose', 'show each request and what was decided'),
    option('--no-input', 'never ask; fail where a question would be needed'),
    option('--no-color', 'no colours (also: NO_COLOR)'),
  ];
}
