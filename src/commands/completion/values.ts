import { DIMENSION_WORDS } from '../../domain/dimensions.js';
import { EXPORT_FIELDS } from '../../domain/export.js';
import { TIME_WORDS } from '../../domain/time.js';
import { ALL_PROVIDER_IDS } from '../../providers/registry.js';

/** What is called something in a store, and is asked for there by `costs completion names`. */
export const NAME_KINDS = ['organizations', 'projects', 'members', 'tokens', 'budgets'] as const;
export type NameKind = (typeof NAME_KINDS)[number];

/** What may stand for an argument or behind an option. */
export type Values =
  /** One of these, or with `isList` several of them with commas between. */
  | { words: readonly string[]; isList?: boolean }
  | { names: NameKind }
  /** The name of an environment variable, which the shell knows. */
  | { variables: true }
  | { files: true };

const TIMES: Values = { words: [...TIME_WORDS, 'last-7d', 'last-30d'] };
const PROJECTS: Values = { names: 'projects' };
const MEMBERS: Values = { names: 'members' };
const VARIABLES: Values = { variables: true };
const FILES: Values = { files: true };

/** By the name of the option or the argument, which says the same wherever it stands. */
const BY_NAME: Readonly<Record<string, Values>> = {
  organization: { names: 'organizations' },
  project: PROJECTS,
  'name-and-tag': PROJECTS,
  'name-and-key': PROJECTS,
  email: MEMBERS,
  token: { names: 'tokens' },
  budget: { names: 'budgets' },
  period: TIMES,
  since: TIMES,
  until: TIMES,
  'as-of': TIMES,
  lookback: TIMES,
  against: { words: ['usual', ...TIME_WORDS] },
  'group-by': { words: DIMENSION_WORDS },
  columns: { words: EXPORT_FIELDS },
  'project-by': { words: ['sub-account', 'resource'] },
  provider: { words: ALL_PROVIDER_IDS },
  variable: VARIABLES,
  notify: VARIABLES,
  'from-env': VARIABLES,
  output: FILES,
  export: FILES,
  'from-path': FILES,
  file: FILES,
  path: FILES,
};

/** Options that take several words with commas between. */
const LISTS = ['group-by', 'columns'];

/** What can be offered; null where nobody knows what will stand there. */
export function valuesOf(name: string, choices: readonly string[] | undefined): Values | null {
  const values = choices === undefined ? (BY_NAME[name] ?? null) : { words: choices };
  return values !== null && 'words' in values && LISTS.includes(name) ? { ...values, isList: true } : values;
}
