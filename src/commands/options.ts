import { InvalidArgumentError, Option, type Command } from 'commander';
import { PROVIDER_IDS, type ProviderId } from '../domain/provider.js';
import { parseDay, type Day } from '../domain/day.js';
import { CostsError } from '../errors.js';

/** Adds the options every command takes, after its own. */
export function addGlobalOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON document on standard output')
    .option('--team <name>', 'work for this team (default: COSTS_TEAM, or the only one)')
    .option('--quiet', 'print the result and errors only')
    .option('--verbose', 'show each request and what was decided')
    .option('--no-input', 'never ask; fail where a question would be needed')
    .option('--no-color', 'no colours (also: NO_COLOR)');
}

/** An Examples block for the end of a command's help. */
export function addExamples(command: Command, examples: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ ${example}`).join('\n')}`);
}

export function dayOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(parseWith(parseDay));
}

export function providerOption(description = 'only this provider'): Option {
  return new Option('--provider <provider>', description).choices(PROVIDER_IDS);
}

export function organizationOption(description = 'only this organization, by name or id'): Option {
  return new Option('--organization <name|id>', description);
}

/** A whole number that is not negative. */
export function countOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 0 or more.');
    return Number(text);
  });
}

function parseWith<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof CostsError) throw new InvalidArgumentError([error.message, error.hint].filter(Boolean).join(' '));
      throw error;
    }
  };
}

export interface SelectionOptions {
  provider?: ProviderId;
  organization?: string;
}

export interface SpanOptions {
  since?: Day;
  until?: Day;
}
