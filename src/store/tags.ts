import type { PrismaClient } from '../generated/prisma/client.js';
import { startOfDay, toDay } from '../domain/day.js';
import type { TagStore } from '../domain/tag.js';
import { transaction } from './transaction.js';

export function createTagStore(prisma: PrismaClient): TagStore {
  return {
    async list(teamId) {
      const rows = await prisma.projectTag.findMany({
        where: { project: { teamId } },
        orderBy: [{ projectId: 'asc' }, { key: 'asc' }, { validFrom: 'asc' }],
      });
      return rows.map(({ projectId, key, value, validFrom }) => ({ projectId, key, value, from: toDay(validFrom) }));
    },
    set: (tags) =>
      transaction(prisma, async (tx) => {
        for (const { projectId, key, value, from } of tags) {
          const id = { projectId, key, validFrom: startOfDay(from) };
          await tx.projectTag.upsert({
            where: { projectId_key_validFrom: id },
            create: { ...id, value },
            update: { value },
          });
        }
      }),
    async remove(projectIds, key) {
      const { count } = await prisma.projectTag.deleteMany({ where: { key, projectId: { in: [...projectIds] } } });
      return count;
    },
  };
}
