import type { Statements } from './statements.js';
import type { DiscoveryOutcome, ProjectNames, Renamed } from '../domain/project.js';

/**
 * Takes the provider's names and archivings, apart from everything else: no window waits for it. Only a project that nobody
 * linked, and that is still called what the provider called it, takes the new name; archiving never loses history. A project
 * that the list gives no name keeps its last one.
 */
export async function keepNames(
  sql: Statements,
  { provider, organizationId, teamId, projects }: ProjectNames,
): Promise<Pick<DiscoveryOutcome, 'updated' | 'renamed'>> {
  const list = [...projects.values()];
  const changed = await sql.$queryRaw<Renamed[]>`
    WITH changed AS (
      SELECT p.id, p.name, n.name AS provider_name, l.archived_at, p.linked_at IS NULL AND p.name = p.provider_name AS follows
      FROM projects p
      JOIN unnest(
        ${list.map(({ id }) => id)}::text[],
        ${list.map(({ name }) => (name?.trim() === '' ? null : name))}::text[],
        ${list.map(({ archivedAt }) => archivedAt?.toISOString() ?? null)}::timestamptz[]
      ) AS l (ai_project_id, name, archived_at) ON l.ai_project_id = p.ai_project_id
      CROSS JOIN LATERAL (SELECT coalesce(l.name, p.provider_name, l.ai_project_id) AS name) n
      WHERE p.ai_provider = ${provider} AND p.ai_organization_id = ${organizationId} AND p.team_id = ${teamId}
        AND (p.provider_name, p.archived_at) IS DISTINCT FROM (n.name, l.archived_at)
      ORDER BY p.id FOR NO KEY UPDATE OF p
    )
    UPDATE projects p
    SET provider_name = c.provider_name, archived_at = c.archived_at, name = CASE WHEN c.follows THEN c.provider_name ELSE p.name END
    FROM changed c WHERE p.id = c.id
    RETURNING c.name AS "from", p.name AS "to"`;
  return { updated: changed.length, renamed: changed.filter(({ from, to }) => from !== to) };
}
