import type { PrismaClient } from '../generated/prisma/client.js';
import type { DiscoveredFrom } from '../domain/project.js';

/**
 * Takes the provider's names and archivings, apart from everything else: no window waits for it. Only a project nobody
 * linked takes the provider's new name; archiving never loses history. Returns how many changed.
 */
export function keepNames(
  prisma: PrismaClient,
  { provider, organizationId, projects }: DiscoveredFrom,
): Promise<number> {
  const list = [...projects.values()];
  return prisma.$executeRaw`
    UPDATE projects p
    SET provider_name = n.name, archived_at = n.archived_at, name = CASE WHEN p.linked_at IS NULL THEN n.name ELSE p.name END
    FROM unnest(
      ${list.map(({ id }) => id)}::text[],
      ${list.map(({ id, name }) => name ?? id)}::text[],
      ${list.map(({ archivedAt }) => archivedAt?.toISOString() ?? null)}::timestamptz[]
    ) AS n (ai_project_id, name, archived_at)
    WHERE p.ai_provider = ${provider} AND p.ai_organization_id = ${organizationId} AND p.ai_project_id = n.ai_project_id
      AND (p.provider_name, p.archived_at) IS DISTINCT FROM (n.name, n.archived_at)`;
}
