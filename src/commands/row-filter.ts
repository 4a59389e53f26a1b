import { Option } from 'commander';
import { dimensionOf, PATTERN_WORDS } from '../domain/dimensions.js';
import { checkTagKey, parseTag } from '../domain/tag.js';
import { patternsOf } from '../library/row-filter.js';
import { option } from './define.js';
import { organizationOption, parseWith, providerOption } from './options.js';
import type { RowSelection, TagFilter } from '../library/requests.js';

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

function tagFilterOption(): Option {
  const parse = parseWith((text: string): TagFilter =>
    text.indexOf('=') === text.length - 1 ? { key: checkTagKey(text.slice(0, -1)), value: null } : parseTag(text),
  );
  return new Option(
    '--tag <key=value>',
    'only projects with this tag that day; "key=" for those without; may be given again',
  ).argParser((text, before?: TagFilter[]) => [...(before ?? []), parse(text)]);
}

/** What was chosen, for people, an option each. */
export function describeRowFilter(options: RowSelection): string[] {
  const { provider, organization, project, tag = [] } = options;
  return [
    ...Object.entries({ provider, organization, project }).flatMap(([title, value]) =>
      value === undefined ? [] : [`${title} ${value}`],
    ),
    ...patternsOf(options).map(([word, pattern]) => `${word.replace('-', ' ')} ${pattern}`),
    ...tag.map(({ key, value }) => (value === null ? `without the tag ${key}` : `tag ${key}=${value}`)),
  ];
}
