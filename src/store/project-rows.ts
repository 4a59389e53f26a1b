import type { Prisma } from '../generated/prisma/client.js';
import type { Project } from '../domain/project.js';
import { legacyProvider } from '../providers/registry.js';

export type ProjectRow = Prisma.ProjectGetPayload<object>;

export function toProject(row: ProjectRow): Project {
  const legacy = row.aiProjectId === null && row.openaiProjectId !== null;
  return {
    id: row.id,
    name: row.name,
    provider: legacy ? legacyProvider().id : row.aiProvider,
    organizationId: row.aiOrganizationId,
    providerProjectId: row.aiProjectId ?? row.openaiProjectId,
    providerName: row.providerName,
    linked: legacy || row.linkedAt !== null,
    archived: row.archivedAt !== null,
  };
}
