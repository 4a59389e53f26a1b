import { quoteForShell } from './domain/shell.js';
import { withPlainSigns } from './domain/typographic.js';
import { CostsError, type ErrorCode, type ErrorDocument } from './errors.js';
import { hasCommand } from './output/hint.js';

/** What goes on from an error: other words, the same ones, or a look at what is wrong here. */
type Way = 'how it is used' | 'again' | 'doctor';

/** Of every code, so that no error is without a command, whoever made it. */
const WAYS: Record<ErrorCode, Way> = {
  usage: 'how it is used',
  conflict: 'how it is used',
  auth: 'how it is used',
  failed: 'doctor',
  schema: 'doctor',
  'no-space': 'again',
  finding: 'again',
  partial: 'again',
  contract: 'again',
  'too-large': 'again',
  shrink: 'again',
  forbidden: 'again',
  unreachable: 'again',
  interrupted: 'again',
  declined: 'again',
};

/**
 * Each error for people ends with a command that works when pasted: that of its hint, where it has one.
 * @param argv what was typed
 * @param command its words that lead to a command: `costs keys add`
 */
export function withNextStep(error: CostsError, argv: readonly string[], command: string): CostsError {
  const { code, message, hint, cause, keyProblem, retryAt } = error;
  const next = (text: string) => {
    const told = new CostsError(code, message, { hint: text, cause, keyProblem, retryAt });
    return Object.assign(told, { exitCode: error.exitCode });
  };
  const plain = code === 'usage' ? withPlainSigns(argv) : null;
  if (plain !== null) return next(`Type plain quotes and hyphens: ${['costs', plain].join(' ')}`);
  if (hint !== undefined && hasCommand(hint)) return error;
  const option = optionAsked(hint);
  if (option !== null) return next((hint ?? '').replace(SAME_COMMAND, () => `: ${withOption(argv, option)}`));
  switch (WAYS[code]) {
    case 'how it is used':
      return next(hint === undefined ? `${command} --help` : behind(hint, `See its help: ${command} --help`));
    case 'doctor':
      return next(behind(hint, LOOK));
    case 'again':
      return next(behind(hint, again(argv)));
  }
}

/**
 * How to go on from what failed of several, each way once; nothing where every hint has a command of its own. The command itself
 * was understood, so that how it is used is no way on.
 */
export function waysOn(failures: readonly { error?: ErrorDocument }[], argv: readonly string[]): string[] {
  const errors = failures.flatMap(({ error }) => error ?? []).filter(({ hint }) => !hasCommand(hint ?? ''));
  return [...new Set(errors.map((error) => wayOn(error, argv)))];
}

function wayOn({ code, hint }: ErrorDocument, argv: readonly string[]): string {
  const option = optionAsked(hint);
  if (option !== null) return `With ${option}: ${withOption(argv, option)}`;
  return WAYS[code] === 'doctor' ? LOOK : again(argv);
}

/** Where a hint ends so, the command alone would fail as it did. */
const SAME_COMMAND = /, run the same command (?:again )?with (--[a-z-]+)\.$/;

function optionAsked(hint: string | undefined): string | null {
  return SAME_COMMAND.exec(hint ?? '')?.[1] ?? null;
}

function withOption(argv: readonly string[], option: string): string {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  return typed(argv.toSpliced(end, 0, option));
}

const LOOK = 'Check the setup: costs doctor';

function again(argv: readonly string[]): string {
  return `To go on: ${typed(argv)}`;
}

function typed(argv: readonly string[]): string {
  return ['costs', ...argv.map(quoteForShell)].join(' ');
}

function behind(hint: string | undefined, step: string): string {
  return hint === undefined ? step : `${asSentence(hint)} ${step}`;
}

function asSentence(hint: string): string {
  return /[.?!]$/.test(hint) ? hint : `${hint}.`;
}
