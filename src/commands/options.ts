import { Argument, InvalidArgumentError, Option } from 'commander';
import { RUN_RETRY_SECONDS } from '../context.js';
import { ALL_PROVIDER_IDS } from '../providers/registry.js';
import { ROLES, type Role } from '../domain/access.js';
import { parseDay } from '../domain/day.js';
import { checkGroupBy, GROUP_CHOICES } from '../domain/dimensions.js';
import { checkColumns, REPORT_COLUMNS } from '../domain/report-columns.js';
import { BASES } from '../domain/results.js';
import { similarTo } from '../domain/similar.js';
import { parseDuration, parseTime, PERIOD_EXAMPLES } from '../domain/time.js';
import { USAGE_WIDTHS } from '../domain/usage.js';
import { CostsError } from '../errors.js';

export function dayOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(parseWith(parseDay));
}

/** A time in the one grammar: a mistake is told here, what it means follows when the store has told what day it is. */
export function timeOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(checkTime);
}

const checkTime = parseWith((text: string) => parseTime(text).text);

/** The days a command is about, without an option before them. */
export function periodArgument(): Argument {
  return new Argument('[period]', `such as ${PERIOD_EXAMPLES}`).argParser(checkTime);
}

/** … and with one. @param usual what is meant where nothing is said */
export function periodOptions(usual: string): Option[] {
  return [
    timeOption('--period <period>', `the same (default: ${usual})`),
    timeOption('--since <day>', 'first day: 2026-10-31, or a period, whose first day it is'),
    timeOption('--until <day>', 'last day, included'),
  ];
}

/** A length of time, in seconds where no unit is said. */
export function durationOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(parseWith(parseDuration));
}

/** @param ids default: of all providers, those whose files are imported too, under whatever name */
export function providerOption(description = 'only this provider', ids?: readonly string[]): Option {
  const option = new Option('--provider <provider>', description).choices(ids ?? ALL_PROVIDER_IDS);
  return ids === undefined ? option.argParser(parseProvider) : option;
}

/** A name that is almost that of a provider is a slip of the hand, and no company of its own. */
function parseProvider(text: string): string {
  const isKnown = ALL_PROVIDER_IDS.includes(text);
  if (isKnown || (/^[a-z][a-z0-9-]{0,39}$/.test(text) && similarTo(text, ALL_PROVIDER_IDS).length === 0)) return text;
  throw new InvalidArgumentError(`Allowed choices are ${ALL_PROVIDER_IDS.join(', ')}.`);
}

export function organizationOption(description = 'only this organization, by name or id'): Option {
  return new Option('--organization <name|id>', description);
}

/** What every command takes that keeps a session. */
export function insecureStorageOption(): Option {
  return new Option('--insecure-storage', 'without a keychain, keep the session in a file that only you can read');
}

export function roleOption(description: string, roles: readonly Role[] = ROLES): Option {
  return new Option('--role <role>', description).choices(roles);
}

/** Of whom a run reads what. */
export function subjectOptions(): Option[] {
  return [
    providerOption(),
    organizationOption(),
    new Option('--basis <basis>', 'read the bills, or the usage beside them').choices(BASES).default('billed'),
    new Option('--bucket <width>', 'how fine usage is read (default: 1d)').choices(USAGE_WIDTHS),
  ];
}

/** A whole number that is not negative. */
export function countOption(flags: string, description: string, least: 0 | 1 = 0): Option {
  return new Option(flags, description).argParser((text) => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
    throw new InvalidArgumentError(`It must be a whole number, ${least} or more.`);
  });
}

/** How many rows of a currency are shown. */
export function topOption(): Option {
  return countOption('--top <count>', 'only so many rows; the others are added up', 1);
}

export function parseWith<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof CostsError)
        throw new InvalidArgumentError([error.message, error.hint].filter(Boolean).join(' '));
      throw error;
    }
  };
}

/** How a run goes, and how long it, a request and a provider that is down may take. */
export function runOptions(): Option[] {
  return [
    new Option('--accept-restatement', 'write even when most of what is stored of a window would be lost'),
    new Option('--verify', "then compare what was read with the provider's own totals; exits 1 on a difference"),
    new Option('--dry-run', 'print what would be read, and stop'),
    durationOption(
      '--wait <time>',
      'wait so long for an organization that another process collects (default: skip it)',
    ),
    durationOption(
      '--timeout <time>',
      'end the run after so long, such as 600 (seconds) or 10m; finished windows are kept',
    ),
    durationOption('--request-timeout <time>', 'wait so long for one answer (default: 60)'),
    durationOption('--retry-for <time>', 'ask a provider that stays down again for so long').default(RUN_RETRY_SECONDS),
  ];
}

/** What stands beside the costs of a report. */
export function columnsOption(): Option {
  return new Option('--columns <names>', 'beside costs, with commas between')
    .choices(REPORT_COLUMNS)
    .argParser(parseWith((text) => checkColumns(wordsOf(text))));
}

/** What totals are grouped by. */
export function groupByOption(): Option {
  const choices = GROUP_CHOICES.join(', ');
  return new Option('--group-by <words>', `one to three of ${choices}`)
    .default(['project'], 'project')
    .argParser(parseWith((text) => checkGroupBy(wordsOf(text))));
}

function wordsOf(text: string): string[] {
  return text.split(',').map((word) => word.trim());
}
