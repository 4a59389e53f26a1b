import { findNamed, requireNamed, type Kind } from '../domain/find.js';
import type { Project } from '../domain/project.js';
import type { ProviderId } from '../domain/provider.js';
import { CostsError } from '../errors.js';
import type { Workplace } from './workplace.js';
import { organizationRef } from '../domain/organization.js';

export const ORGANIZATION: Kind = { what: 'organization', list: 'costs keys list' };
const PROJECT: Kind = { what: 'project', list: 'costs projects list' };

/** Of organizations, or of keys, the one a person names. @throws CostsError `usage` when none or several go by it */
export function requireOrganization<
  T extends { provider: ProviderId; organizationId: string; name: string; keyId?: string },
>(word: string, organizations: readonly T[]): T {
  return requireNamed(
    word,
    organizations,
    // Two providers may have one id.
    ({ provider, organizationId, name, keyId }) => ({
      ids: [...(keyId === undefined ? [] : [keyId]), organizationId, `${provider}/${organizationId}`],
      name,
    }),
    ORGANIZATION,
  );
}

export interface KnownOrganization {
  provider: ProviderId;
  organizationId: string;
  name: string;
}

/** Every organization of the team: registered, or known from the rows of its projects alone. */
export async function knownOrganizations(work: Workplace, provider?: ProviderId): Promise<KnownOrganization[]> {
  const [store, team] = await Promise.all([work.store(), work.team()]);
  const found = new Map<string, KnownOrganization>();
  for (const { provider: id, organizationId } of await store.projects.list(team.id)) {
    if (id === null || organizationId === null) continue;
    const organization = { provider: id, organizationId, name: organizationId };
    found.set(organizationRef(organization), organization);
  }
  for (const each of await store.organizations.list(team.id)) found.set(organizationRef(each), each);
  return [...found.values()].filter((each) => provider === undefined || each.provider === provider);
}

/** So that a slip of the hand is not told as nothing spent. @throws CostsError `usage` when the team knows none of that provider */
export async function requireProvider(work: Workplace, provider: ProviderId): Promise<void> {
  if ((await knownOrganizations(work, provider)).length === 0) throw noOrganizationOf(provider);
}

export function noOrganizationOf(provider: ProviderId): CostsError {
  return new CostsError('usage', `There is no organization of "${provider}".`, { hint: ORGANIZATION.list });
}

/**
 * Our project that a person names.
 * @param missing what to do where there is none, if anything else than to look at the list
 * @throws CostsError `usage` when none or several go by it
 */
export async function requireProject(work: Workplace, word: string, missing = PROJECT.list): Promise<Project> {
  const [projects, nameOf] = await namedProjects(work);
  return requireNamed(word, projects, nameOf, { ...PROJECT, missing });
}

/** As `requireProject`, and null when there is none. */
export async function findProject(work: Workplace, word: string): Promise<Project | null> {
  const [projects, nameOf] = await namedProjects(work);
  return findNamed(word, projects, nameOf, PROJECT);
}

async function namedProjects(work: Workplace) {
  const [store, team] = await Promise.all([work.store(), work.team()]);
  const organizations = await store.organizations.list(team.id);
  const names = new Map(organizations.map((each) => [organizationRef(each), each.name]));
  const nameOf = (project: Project) => ({
    ids: [project.id],
    name: project.name,
    organization: names.get(organizationRef(project)) ?? project.organizationId,
  });
  return [await store.projects.list(team.id), nameOf] as const;
}
