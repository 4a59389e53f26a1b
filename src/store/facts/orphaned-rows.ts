import type { StatementPool } from '../statements.js';
import type { OrphanedRows } from '../../domain/orphans.js';
import { WAS_ADOPTED } from './adopted-days.js';

/**
 * See `CollectionStore.orphanedRows`. Usage counts as rows, and only bills as money. It reads the rows of projects without a
 * registered source alone, each through the index of its table.
 */
export function listOrphanedRows(sql: StatementPool, teamId: string): Promise<OrphanedRows[]> {
  return sql.$queryRaw<OrphanedRows[]>`
    SELECT p.id AS "projectId", p.name AS project, p.openai_project_id IS NOT NULL AS "isLegacy",
           ${WAS_ADOPTED} AND NOT EXISTS (
             SELECT FROM collected_days d WHERE d.ai_provider = p.ai_provider AND d.ai_organization_id = p.ai_organization_id) AS "isAdopted",
           CASE WHEN p.is_sourced THEN jsonb_build_object('provider', p.ai_provider, 'organizationId', p.ai_organization_id) END AS source,
           to_char(min(c.since), 'YYYY-MM-DD') AS since, to_char(max(c.until), 'YYYY-MM-DD') AS until, sum(c.rows)::int AS rows,
           coalesce(jsonb_agg(jsonb_build_object('currency', c.currency, 'cost', trim_scale(c.cost)::text)) FILTER (WHERE c.cost IS NOT NULL), '[]') AS totals
    FROM (
      SELECT *, ai_provider IS NOT NULL AND ai_organization_id IS NOT NULL AND ai_project_id IS NOT NULL AS is_sourced FROM projects
    ) p
    CROSS JOIN LATERAL (
      SELECT min(bucket_start_time) AS since, max(bucket_start_time) AS until, count(*) AS rows, currency, sum(cost) FILTER (WHERE api_version = 'costs_v1') AS cost
      FROM cost_data WHERE project_id = p.id AND bucket_start_time IS NOT NULL GROUP BY currency
      UNION ALL
      SELECT min(bucket_start_time), max(bucket_start_time), count(*), NULL, NULL FROM usage_data WHERE project_id = p.id HAVING count(*) > 0
    ) c
    WHERE p.team_id = ${teamId} AND NOT (p.is_sourced AND EXISTS (
      SELECT FROM organizations o WHERE o.provider = p.ai_provider AND o.organization_id = p.ai_organization_id))
    GROUP BY p.id, p.name, p.openai_project_id, p.is_sourced, p.ai_provider, p.ai_organization_id
    ORDER BY p.name, p.id`;
}
