import type { DiscoveredFrom, DiscoveryOutcome } from '../domain/project.js';
import { ensureProjects } from './collection/resolve-projects.js';
import type { Transaction } from './transaction.js';

/** See `ProjectStore.discovered`. Only a project nobody linked takes the provider's new name; archiving never loses history. */
export async function keepDiscovered(tx: Transaction, origin: DiscoveredFrom): Promise<DiscoveryOutcome> {
  const { provider, organizationId, projects } = origin;
  const { created } = await ensureProjects(tx, origin, new Map([...projects].map(([id, { name }]) => [id, name])));
  const list = [...projects.values()];
  const updated = await tx.$executeRaw`
    UPDATE projects p
    SET provider_name = n.name, archived_at = n.archived_at, name = CASE WHEN p.linked_at IS NULL THEN n.name ELSE p.name END
    FROM unnest(
      ${list.map(({ id }) => id)}::text[],
      ${list.map(({ id, name }) => name ?? id)}::text[],
      ${list.map(({ archivedAt }) => archivedAt?.toISOString() ?? null)}::timestamptz[]
    ) AS n (ai_project_id, name, archived_at)
    WHERE p.ai_provider = ${provider} AND p.ai_organization_id = ${organizationId} AND p.ai_project_id = n.ai_project_id
      AND (p.provider_name, p.archived_at) IS DISTINCT FROM (n.name, n.archived_at)`;
  return { created, updated, total: list.length };
}
