import { Option } from 'commander';
import type { Context } from '../context.js';
import type { DaySpan } from '../domain/day.js';
import { dimensionOf, PATTERN_WORDS, type PatternWord } from '../domain/dimensions.js';
import { matchesPattern } from '../domain/pattern.js';
import type { RowFilter } from '../domain/report.js';
import { checkTagKey, parseTag } from '../domain/tag.js';
import { option } from './define.js';
import { knownOrganizations, requireOrganization, requireProject } from './find.js';
import { organizationOption, parseWith, providerOption, type SelectionOptions } from './options.js';

type TagFilter = NonNullable<RowFilter['tags']>[number];

export interface RowFilterOptions extends SelectionOptions, Partial<Record<PatternOption, string>> {
  project?: string;
  tag?: TagFilter[];
}

type CamelCase<Word> = Word extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Tail>}` : Word;
type PatternOption = CamelCase<PatternWord>;

/** The options that choose rows, the same for reports and exports. */
export function rowFilterOptions(): Option[] {
  return [
    providerOption(),
    organizationOption(),
    option('--project <name|id>', 'only this project; * and ? stand for anything in names'),
    ...PATTERN_WORDS.map((word) => option(`--${word} <pattern>`, dimensionOf(word).pattern ?? '')),
    tagFilterOption(),
  ];
}

/** The patterns that were given, by the word of what they choose. */
function patternsOf(options: RowFilterOptions): [word: PatternWord, pattern: string][] {
  return PATTERN_WORDS.flatMap((word) => {
    const pattern = options[camelcase(word)];
    return pattern === undefined ? [] : [[word, pattern]];
  });
}

/** As Commander names the value of an option. */
function camelcase(word: PatternWord): PatternOption {
  return word.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) as PatternOption;
}

function tagFilterOption(): Option {
  const parse = parseWith((text: string): TagFilter =>
    text.endsWith('=') ? { key: checkTagKey(text.slice(0, -1)), value: null } : parseTag(text),
  );
  return new Option(
    '--tag <key=value>',
    'only projects with this tag that day; "key=" for those without; may be given again',
  ).argParser((text, before?: TagFilter[]) => [...(before ?? []), parse(text)]);
}

/** What the options leave of a team's rows. @throws CostsError `usage` when nothing goes by a name */
export async function resolveRowFilter(options: RowFilterOptions, span: DaySpan, context: Context): Promise<RowFilter> {
  const { provider, organization, project, tag } = options;
  const patterns = patternsOf(options);
  const team = await context.team();
  return {
    since: span.since,
    until: span.until,
    teamId: team.id,
    ...(provider === undefined ? {} : { provider }),
    ...(organization === undefined ? {} : await findOrganization(organization, options, context)),
    ...(project === undefined ? {} : { projectIds: await findProjects(project, context) }),
    ...(patterns.length === 0 ? {} : { patterns: Object.fromEntries(patterns) }),
    ...(tag === undefined ? {} : { tags: tag }),
  };
}

/** The same for people, an option each. */
export function describeRowFilter(options: RowFilterOptions): string[] {
  const { provider, organization, project, tag = [] } = options;
  return [
    ...Object.entries({ provider, organization, project }).flatMap(([title, value]) =>
      value === undefined ? [] : [`${title} ${value}`],
    ),
    ...patternsOf(options).map(([word, pattern]) => `${word.replace('-', ' ')} ${pattern}`),
    ...tag.map(({ key, value }) => (value === null ? `without the tag ${key}` : `tag ${key}=${value}`)),
  ];
}

/** Also one whose key is disabled or removed: its rows are there. */
async function findOrganization(
  nameOrId: string,
  { provider }: RowFilterOptions,
  context: Context,
): Promise<Pick<RowFilter, 'provider' | 'organizationId'>> {
  const found = requireOrganization(nameOrId, await knownOrganizations(context, provider));
  return { provider: found.provider, organizationId: found.organizationId };
}

async function findProjects(nameOrId: string, context: Context): Promise<string[]> {
  if (!/[*?]/.test(nameOrId)) return [(await requireProject(context, nameOrId)).id];
  const [store, team] = await Promise.all([context.store(), context.team()]);
  return (await store.projects.list(team.id)).filter(({ name }) => matchesPattern(nameOrId, name)).map(({ id }) => id);
}
