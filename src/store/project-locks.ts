import { SQL, type Sql } from './sql.js';
import { CostsError } from '../errors.js';
import type { Statements } from './statements.js';

/** Looks again as long as others change what is looked for; more often than this nobody does within one wait. */
const LOOKS = 10;

export interface LockedProject {
  id: string;
  teamId: string;
  name: string;
  aiProvider: string | null;
  aiOrganizationId: string | null;
  aiProjectId: string | null;
  openaiProjectId: string | null;
  providerName: string | null;
  linkedAt: Date | null;
  archivedAt: Date | null;
}

/**
 * Locks projects against every window and every other link until the transaction ends, in order of id, and returns them as
 * they are then. Somebody waited for may have moved a triple to a row that was not there before: so it looks until nothing
 * new turns up.
 * @param strength `KEY SHARE` for what is as good beside windows as they are beside each other
 */
export async function lockProjects(
  tx: Statements,
  where: Sql,
  strength: 'UPDATE' | 'KEY SHARE' = 'UPDATE',
): Promise<LockedProject[]> {
  let before: string | null = null;
  for (let look = 0; look < LOOKS; look += 1) {
    const rows = await tx.$queryRaw<LockedProject[]>`
      SELECT id, team_id AS "teamId", name, ai_provider AS "aiProvider", ai_organization_id AS "aiOrganizationId",
             ai_project_id AS "aiProjectId", openai_project_id AS "openaiProjectId", provider_name AS "providerName",
             linked_at AS "linkedAt", archived_at AS "archivedAt"
      FROM projects WHERE ${where} ORDER BY id FOR ${SQL.raw(strength)}`;
    const ids = rows.map(({ id }) => id).join(' ');
    if (ids === before) return rows;
    before = ids;
  }
  throw changing();
}

/** @param look what is looked for, under a lock of its own; null until it is complete */
export async function lookUntilComplete<T>(look: () => Promise<T | null>): Promise<T> {
  for (let count = 0; count < LOOKS; count += 1) {
    const found = await look();
    if (found !== null) return found;
  }
  throw changing();
}

function changing(): CostsError {
  return new CostsError('conflict', 'Projects are being linked and unlinked at this moment; nothing was written.', {
    hint: 'Run the same command again.',
  });
}
