import type { DaySpan } from '../domain/day.js';
import { PATTERN_WORDS, type PatternWord } from '../domain/dimensions.js';
import { requireNamed } from '../domain/find.js';
import { matchesPattern } from '../domain/pattern.js';
import type { RowFilter } from '../domain/report.js';
import { CostsError } from '../errors.js';
import { knownOrganizations, requireOrganization, requireProject, requireProvider } from './find.js';
import { organizationsOfTeam } from './organizations.js';
import type { Workplace } from './workplace.js';
import type { PatternName, RowSelection, TagFilter } from './requests.js';

/** The patterns that were given, by the word of what they choose. */
export function patternsOf(selection: RowSelection): [word: PatternWord, pattern: string][] {
  return PATTERN_WORDS.flatMap((word) => {
    const pattern = selection[camelcase(word)];
    return pattern === undefined ? [] : [[word, pattern]];
  });
}

function camelcase(word: PatternWord): PatternName {
  return word.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()) as PatternName;
}

/** As `resolveRowFilter`, for figures. @throws CostsError `usage` also where nothing is registered and nothing was ever collected */
export async function filterFigures(selection: RowSelection, span: DaySpan, work: Workplace): Promise<RowFilter> {
  await organizationsOfTeam(work);
  return resolveRowFilter(selection, span, work);
}

/** What a selection leaves of a team's rows. @throws CostsError `usage` when nothing goes by a name */
export async function resolveRowFilter(selection: RowSelection, span: DaySpan, work: Workplace): Promise<RowFilter> {
  const { provider, organization, project, tag } = selection;
  const patterns = patternsOf(selection);
  const team = await work.team();
  if (provider !== undefined) await requireProvider(work, provider);
  return {
    since: span.since,
    until: span.until,
    teamId: team.id,
    ...(provider === undefined ? {} : { provider }),
    ...(organization === undefined ? {} : await findOrganization(organization, selection, work)),
    ...(project === undefined ? {} : { projectIds: await findProjects(project, work) }),
    ...(patterns.length === 0 ? {} : { patterns: Object.fromEntries(patterns) }),
    ...(tag === undefined ? {} : { tags: await Promise.all(tag.map((each) => findTag(each, work))) }),
  };
}

/** Also one whose key is disabled or removed: its rows are there. */
async function findOrganization(
  nameOrId: string,
  { provider }: RowSelection,
  work: Workplace,
): Promise<Pick<RowFilter, 'provider' | 'organizationId'>> {
  const found = requireOrganization(nameOrId, await knownOrganizations(work, provider));
  return { provider: found.provider, organizationId: found.organizationId };
}

async function findProjects(nameOrId: string, work: Workplace): Promise<string[]> {
  if (!/[*?]/.test(nameOrId)) return [(await requireProject(work, nameOrId)).id];
  const [store, team] = await Promise.all([work.store(), work.team()]);
  const found = (await store.projects.list(team.id)).filter(({ name }) => matchesPattern(nameOrId, name));
  if (found.length === 0)
    throw new CostsError('usage', `No project is called like "${nameOrId}".`, { hint: 'costs projects list' });
  return found.map(({ id }) => id);
}

/** A tag that some project has or had; every project may be without one. */
async function findTag(tag: TagFilter, work: Workplace): Promise<TagFilter> {
  if (tag.value === null) return tag;
  const [store, team] = await Promise.all([work.store(), work.team()]);
  const known = new Map((await store.tags.list(team.id)).map(({ key, value }) => [`${key}=${value}`, { key, value }]));
  return requireNamed(
    `${tag.key}=${tag.value}`,
    [...known.values()],
    ({ key, value }) => ({ ids: [], name: `${key}=${value}` }),
    {
      what: 'tag',
      list: 'costs projects export',
    },
  );
}
