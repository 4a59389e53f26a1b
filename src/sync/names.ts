import type { DaySpan } from '../domain/day.js';
import type { Renamed } from '../domain/project.js';
import type { ListedApiKey } from '../domain/api-key.js';
import type { ProjectKeys } from '../domain/cost-provider.js';
import type { ProviderCall } from '../domain/provider.js';
import { CostsError } from '../errors.js';
import type { WindowWork } from './work.js';

/**
 * Learns what the API keys that spent something are called and whose they are. Best effort: a key that may not list them
 * collects all the same, and keys then carry their ids.
 */
export async function learnApiKeys(work: WindowWork, windows: readonly DaySpan[]): Promise<void> {
  if (work.provider.listApiKeys === undefined) return;
  const { organization, dependencies } = work;
  const { provider: id, organizationId, teamId } = organization;
  const span = {
    since: windows.map(({ since }) => since).reduce((a, b) => (a < b ? a : b)),
    until: windows.map(({ until }) => until).reduce((a, b) => (a > b ? a : b)),
  };
  const spenders = await dependencies.store.spenders(organization, span);
  if (spenders.length === 0) return;
  const listing = await listApiKeys(work, [...new Set(spenders.map(({ projectId }) => projectId))]);
  if (listing === null) return;
  const { keys, projectIds } = listing;
  const listed = new Set(keys.map((key) => key.id));
  const isGone = ({ apiKeyId, projectId }: (typeof spenders)[number]) =>
    !listed.has(apiKeyId) && projectIds.includes(projectId);
  const nothingKnown = {
    name: null,
    hint: null,
    owner: null,
    createdAt: null,
    lastUsedAt: null,
    endedAt: await dependencies.store.clock(),
  };
  const ended = new Map(spenders.filter(isGone).map((each) => [each.apiKeyId, each]));
  const gone = [...ended.values()].map(({ apiKeyId, projectId }) => ({ id: apiKeyId, projectId, ...nothingKnown }));
  await dependencies.store.learnApiKeys(teamId, { provider: id, organizationId, keys: [...keys, ...gone], projectIds });
}

/** Null where the provider lists none, or not now. */
async function listApiKeys(work: WindowWork, projectIds: readonly string[]): Promise<ProjectKeys | null> {
  const { provider, call } = work;
  const projects = new Set([...(await work.projects()).keys(), ...projectIds]);
  const listing = await listOrNull(call, 'API keys', provider.listApiKeys?.(call, projectIds, projects));
  return listing === null ? null : { ...listing, keys: await withPeople(work, listing.keys) };
}

/** People are only asked for where they are kept. */
async function withPeople(
  { provider, call, organization, dependencies }: WindowWork,
  keys: readonly ListedApiKey[],
): Promise<readonly ListedApiKey[]> {
  if (provider.listPeople === undefined || !(await dependencies.store.keepsPeople(organization.teamId))) return keys;
  const people = new Map(
    (await listOrNull(call, 'people', provider.listPeople(call)))?.map((person) => [person.id, person]),
  );
  return keys.map((key) =>
    key.owner === null ? key : { ...key, owner: { ...key.owner, ...people.get(key.owner.id) } },
  );
}

/** A list that is given and makes no sense, as one without an end, is told. */
export async function listOrNull<List>(
  { observe }: ProviderCall,
  what: string,
  list: Promise<List> | undefined,
): Promise<List | null> {
  try {
    return (await list) ?? null;
  } catch (error) {
    if (!(error instanceof CostsError)) throw error;
    if (error.code === 'contract') observe({ type: 'missing', endpoint: `names of ${what} (${error.message})` });
    return null;
  }
}

/** Lets projects that are not linked follow the provider's names, as far as its list could be read. */
export async function followNames({ organization, projects, dependencies }: WindowWork): Promise<Renamed[]> {
  const { provider, organizationId, teamId } = organization;
  const listed = await projects();
  return listed.size === 0
    ? []
    : dependencies.store.followNames({ provider, organizationId, teamId, projects: listed });
}
