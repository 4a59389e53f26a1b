import { randomUUID } from 'node:crypto';
import { SQL } from '../sql.js';
import { UNASSIGNED, unassignedName, type ProviderId, type ProviderProject } from '../../domain/provider.js';
import { providerOf } from '../../providers/registry.js';
import type { OrganizationKey } from '../../domain/organization.js';
import { ofOrganization } from '../organization-key.js';
import type { Adoption } from '../../domain/project-move.js';
import { lockProjects, lookUntilComplete } from '../project-locks.js';
import { endEmptied, moveBelongings } from '../project-move.js';
import type { StatementPool, Statements } from '../statements.js';

/** Where each provider project's rows go. */
export interface ResolvedProjects {
  /** Our project id by the provider's. */
  projectIds: ReadonlyMap<string, string>;
  created: CreatedProject[];
  /** Projects of the old system that took over what was collected under another one. */
  adopted: Adoption[];
}

/** A project first seen, which the organization's policy may have linked. */
interface CreatedProject {
  name: string;
  linked: boolean;
}

interface Source {
  provider: ProviderId;
  organizationId: string;
}

/** What a project first seen is made of. */
export interface ProjectOrigin extends Source {
  organizationName: string;
  teamId: string;
  projects: ReadonlyMap<string, ProviderProject>;
}

/** See `CollectionStore.projectIds`. */
export async function listProjectIds(sql: StatementPool, organization: OrganizationKey): Promise<string[]> {
  const rows = await sql.$queryRaw<{ id: string }[]>`
    SELECT ai_project_id AS id FROM projects WHERE ${ofOrganization(organization)} AND ai_project_id IS NOT NULL`;
  return rows.map(({ id }) => id);
}

/** Those of the provider's ids that no project of ours carries in its triple. */
export async function findUnknownProjects(
  sql: StatementPool,
  source: Source,
  ids: readonly string[],
): Promise<string[]> {
  const rows = await sql.$queryRaw<{ id: string }[]>`
    SELECT id FROM unnest(${ids}::text[]) AS id
    WHERE NOT EXISTS (
      SELECT FROM projects p
      WHERE p.ai_provider = ${source.provider} AND p.ai_organization_id = ${source.organizationId} AND p.ai_project_id = id
    )`;
  return rows.map(({ id }) => id);
}

/** The project of each line; see `ensureProjects`. */
export function resolveProjects(
  tx: Statements,
  origin: ProjectOrigin,
  lines: readonly { providerProjectId: string; providerProjectName?: string | null }[],
): Promise<ResolvedProjects> {
  const wireNames = new Map<string, string | null>();
  for (const { providerProjectId, providerProjectName } of lines) {
    wireNames.set(providerProjectId, wireNames.get(providerProjectId) ?? providerProjectName ?? null);
  }
  return ensureProjects(tx, origin, wireNames);
}

/**
 * Finds or makes the project of each provider project: by the triple, then by the legacy `openai_project_id`, else a new
 * one, which is linked only where the organization's policy says so. Where both exist on different rows, they become one: the legacy one, which old readers know.
 * @param wireNames the names that came with the spend, by the provider's id.
 */
export async function ensureProjects(
  tx: Statements,
  origin: ProjectOrigin,
  wireNames: ReadonlyMap<string, string | null>,
): Promise<ResolvedProjects> {
  const ids = [...wireNames.keys()].sort();
  const outcome = { created: [] as CreatedProject[], adopted: [] as Adoption[] };
  if (ids.length === 0) return { projectIds: new Map(), ...outcome };
  if (providerOf(origin.provider).ownsLegacyProjects)
    outcome.adopted.push(...(await adoptLegacyProjects(tx, origin, ids)));
  const projectIds = await lookUntilComplete(async () => {
    const known = await lockByProviderProject(tx, origin, ids);
    const missing = ids.filter((id) => !known.has(id));
    if (missing.length === 0) return known;
    // In one order everywhere, so that two windows that create the same projects wait for one another and never lock up.
    outcome.created = outcome.created.concat(await createProjects(tx, origin, missing, wireNames));
    return null;
  });
  return { projectIds, ...outcome };
}

/**
 * The projects that carry these triples, kept as they are until the transaction ends: nobody links, unlinks or merges them
 * before their rows are written. One that was waited for and lost its triple is not among them.
 */
async function lockByProviderProject(
  tx: Statements,
  source: Source,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx.$queryRaw<{ id: string; aiProjectId: string }[]>`
    SELECT id, ai_project_id AS "aiProjectId" FROM projects
    WHERE ai_provider = ${source.provider} AND ai_organization_id = ${source.organizationId} AND ai_project_id = ANY(${ids}::text[])
    ORDER BY id FOR KEY SHARE`;
  return new Map(rows.map(({ id, aiProjectId }) => [aiProjectId, id]));
}

async function createProjects(
  tx: Statements,
  origin: ProjectOrigin,
  ids: readonly string[],
  wireNames: ReadonlyMap<string, string | null>,
): Promise<CreatedProject[]> {
  const names = ids.map((id) => nameOf(id, origin, wireNames));
  const archived = ids.map((id) => origin.projects.get(id)?.archivedAt?.toISOString() ?? null);
  return tx.$queryRaw<CreatedProject[]>`
    INSERT INTO projects (id, team_id, name, provider_name, ai_provider, ai_organization_id, ai_project_id, archived_at, linked_at)
    SELECT n.id, ${origin.teamId}, n.name, n.name, ${origin.provider}, ${origin.organizationId}, n.ai_project_id, n.archived_at,
           (SELECT now() FROM organizations o WHERE o.provider = ${origin.provider} AND o.organization_id = ${origin.organizationId}
              AND o.team_id = ${origin.teamId} AND o.link_policy = 'all')
    FROM unnest(${ids.map(() => randomUUID())}::text[], ${names}::text[], ${ids}::text[], ${archived}::timestamptz[])
      AS n (id, name, ai_project_id, archived_at)
    ORDER BY n.ai_project_id
    ON CONFLICT (ai_provider, ai_organization_id, ai_project_id) DO NOTHING
    RETURNING name, linked_at IS NOT NULL AS linked`;
}

function nameOf(id: string, origin: ProjectOrigin, wireNames: ReadonlyMap<string, string | null>): string {
  const name = origin.projects.get(id)?.name ?? wireNames.get(id) ?? '';
  if (name.trim() !== '') return name;
  return id === UNASSIGNED ? unassignedName(origin.organizationName) : id;
}

/** Gives a project that only has `openai_project_id` its triple, taking over what was collected before it was known. */
async function adoptLegacyProjects(tx: Statements, source: Source, ids: readonly string[]): Promise<Adoption[]> {
  const waiting = await tx.$queryRaw<{ openaiProjectId: string }[]>`
    SELECT openai_project_id AS "openaiProjectId" FROM projects WHERE openai_project_id = ANY(${ids}::text[]) AND ai_project_id IS NULL`;
  if (waiting.length === 0) return [];
  const chosen = waiting.map(({ openaiProjectId }) => openaiProjectId);
  const locked = await lockProjects(
    tx,
    SQL`(openai_project_id = ANY(${chosen}::text[]) AND ai_project_id IS NULL)
      OR (ai_provider = ${source.provider} AND ai_organization_id = ${source.organizationId} AND ai_project_id = ANY(${chosen}::text[]))`,
  );
  const automatic = new Map(locked.map((row) => [row.aiProjectId, row]));
  const adopted: Adoption[] = [];
  for (const { id, teamId, name, openaiProjectId } of locked.filter(({ aiProjectId }) => aiProjectId === null)) {
    const double = automatic.get(openaiProjectId);
    const move = double === undefined ? null : await moveBelongings(tx, double.id, id);
    if (double !== undefined) await endEmptied(tx, double, teamId);
    // Somebody tied the two together before there were links.
    await tx.$executeRaw`
      UPDATE projects SET ai_provider = ${source.provider}, ai_organization_id = ${source.organizationId},
                          ai_project_id = ${openaiProjectId}, linked_at = now()
      WHERE id = ${id}`;
    if (move !== null) adopted.push({ project: name, projectId: id, ...move });
  }
  return adopted;
}
