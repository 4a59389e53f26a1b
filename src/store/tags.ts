import type { PrismaClient } from '../generated/prisma/client.js';
import { toDay } from '../domain/day.js';
import type { Tag, TagStore } from '../domain/tag.js';

export function createTagStore(prisma: PrismaClient): TagStore {
  return {
    async list(teamId) {
      const rows = await prisma.projectTag.findMany({
        where: { project: { teamId } },
        orderBy: [{ projectId: 'asc' }, { key: 'asc' }, { validFrom: 'asc' }],
      });
      return rows.map(({ projectId, key, value, validFrom }) => ({ projectId, key, value, from: toDay(validFrom) }));
    },
    async set(teamId, tags) {
      const column = <T>(pick: (tag: Tag) => T): T[] => tags.map(pick);
      await prisma.$executeRaw`
        INSERT INTO project_tags (project_id, key, value, valid_from)
        SELECT p.id, t.key, t.value, t.valid_from FROM (
          SELECT DISTINCT ON (project_id, key, valid_from) * FROM unnest(
            ${column(({ projectId }) => projectId)}::text[], ${column(({ key }) => key)}::text[],
            ${column(({ value }) => value)}::text[], ${column(({ from }) => from)}::date[]
          ) WITH ORDINALITY AS n (project_id, key, value, valid_from, number)
          ORDER BY project_id, key, valid_from, number DESC
        ) t JOIN projects p ON p.id = t.project_id AND p.team_id = ${teamId}
        ON CONFLICT (project_id, key, valid_from) DO UPDATE SET value = excluded.value`;
    },
    async remove(teamId, projectIds, key) {
      const where = { key, projectId: { in: [...projectIds] }, project: { teamId } };
      return (await prisma.projectTag.deleteMany({ where })).count;
    },
  };
}
