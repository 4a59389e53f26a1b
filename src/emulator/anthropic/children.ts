import { listOf } from '../query.js';
import type { World, WorldOrganization } from '../world.js';
import { badRequest } from './errors.js';

export function childrenOf({ id, provider }: WorldOrganization, { organizations }: World): WorldOrganization[] {
  return organizations.filter((each) => each.provider === provider && each.parentId === id);
}

/**
 * The organizations that a report is of: a parent's is of its children, those with HIPAA readiness left out.
 * @throws ApiFailure 400 for such an organization's own report, where one is named, and where all children are such
 */
export function reportedOn(organization: WorldOrganization, world: World, query: URLSearchParams): WorldOrganization[] {
  const named = listOf(query, 'organization_ids');
  const children = childrenOf(organization, world);
  if (organization.isHipaa === true) throw badRequest('Analytics are not available with HIPAA readiness enabled.');
  if (children.length === 0) {
    if (named.length > 0) throw badRequest('organization_ids: requires an API key of a parent organization');
    return [organization];
  }
  const open = children.filter(({ isHipaa }) => isHipaa !== true);
  const wanted = (id: string) => named.some((each) => each === id || each === `org_${id}`);
  if (open.length === 0) throw badRequest('All child organizations have HIPAA readiness enabled.');
  const closed = children.find(({ id, isHipaa }) => isHipaa === true && wanted(id));
  if (closed !== undefined) throw badRequest(`organization_ids: ${closed.id} has HIPAA readiness enabled`);
  return named.length === 0 ? open : open.filter(({ id }) => wanted(id));
}
