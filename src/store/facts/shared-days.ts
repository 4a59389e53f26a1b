import type { Statements } from '../statements.js';

/**
 * Before all that hangs on one project moves to another: of days on which both have bills, what API keys spent adds up to
 * neither's once they are one. It goes, and those days stand under no key until they are read again.
 */
export async function dropCutsOfSharedDays(tx: Statements, from: string, to: string): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM cost_by_api_key k USING (
      SELECT bucket_start_time FROM cost_data WHERE project_id IN (${from}, ${to}) AND bucket_start_time IS NOT NULL
      GROUP BY 1 HAVING count(DISTINCT project_id) = 2
    ) b
    WHERE k.project_id IN (${from}, ${to}) AND k.bucket_start_time = b.bucket_start_time`;
}
