import type { WindowWrite } from '../../domain/collection.js';
import type { Day } from '../../domain/day.js';
import { Prisma } from '../../generated/prisma/client.js';

/**
 * The bills `c` of an organization's projects from a day through another, as a FROM clause. OFFSET 0 makes PostgreSQL go
 * project by project through the bucket key. Left to itself it reads the days of all organizations once there are many
 * rows, and each organization's sync grows with the others.
 */
export function storedRows(
  { provider, organizationId }: Pick<WindowWrite, 'provider' | 'organizationId'>,
  first: Day,
  last: Day,
): Prisma.Sql {
  return Prisma.sql`
    (SELECT id FROM projects WHERE ai_provider = ${provider} AND ai_organization_id = ${organizationId}) p
    CROSS JOIN LATERAL (
      SELECT * FROM cost_data b
      WHERE b.project_id = p.id AND b.api_version = 'costs_v1'
        AND b.bucket_start_time >= ${first}::timestamp AND b.bucket_start_time < ${last}::timestamp + interval '1 day'
      OFFSET 0
    ) c`;
}
