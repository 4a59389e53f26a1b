import { randomUUID } from 'node:crypto';
import type { PrismaClient } from '../../generated/prisma/client.js';
import { UNASSIGNED, type ProviderId, type ProviderProject } from '../../domain/provider.js';
import { providerOf } from '../../providers/registry.js';
import type { Transaction } from '../transaction.js';

/** Where each provider project's rows go. */
export interface ResolvedProjects {
  /** Our project id by the provider's. */
  projectIds: ReadonlyMap<string, string>;
  /** Names of those created. */
  created: string[];
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

/** Those of the provider's ids that no project of ours carries in its triple. */
export async function findUnknownProjects(
  prisma: PrismaClient,
  source: Source,
  ids: readonly string[],
): Promise<string[]> {
  const rows = await prisma.$queryRaw<{ id: string }[]>`
    SELECT id FROM unnest(${ids}::text[]) AS id
    WHERE NOT EXISTS (
      SELECT FROM projects p
      WHERE p.ai_provider = ${source.provider} AND p.ai_organization_id = ${source.organizationId} AND p.ai_project_id = id
    )`;
  return rows.map(({ id }) => id);
}

/** The project of each line; see `ensureProjects`. */
export function resolveProjects(
  tx: Transaction,
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
 * one that is not linked. Where both exist on different rows, they become one: the legacy one, which old readers know.
 * @param wireNames the names that came with the spend, by the provider's id.
 */
export async function ensureProjects(
  tx: Transaction,
  origin: ProjectOrigin,
  wireNames: ReadonlyMap<string, string | null>,
): Promise<ResolvedProjects> {
  // In one order everywhere, so that two windows that create the same projects wait for one another and never lock up.
  const ids = [...wireNames.keys()].sort();
  if (ids.length === 0) return { projectIds: new Map(), created: [] };
  if (providerOf(origin.provider).ownsLegacyProjects) await adoptLegacyProjects(tx, origin, ids);

  const known = await findByTriple(tx, origin, ids);
  const missing = ids.filter((id) => !known.has(id));
  if (missing.length === 0) return { projectIds: known, created: [] };
  const created = await createProjects(tx, origin, missing, wireNames);
  return { projectIds: await findByTriple(tx, origin, ids), created };
}

async function findByTriple(tx: Transaction, source: Source, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.$queryRaw<{ id: string; aiProjectId: string }[]>`
    SELECT id, ai_project_id AS "aiProjectId" FROM projects
    WHERE ai_provider = ${source.provider} AND ai_organization_id = ${source.organizationId} AND ai_project_id = ANY(${ids}::text[])`;
  return new Map(rows.map(({ id, aiProjectId }) => [aiProjectId, id]));
}

async function createProjects(
  tx: Transaction,
  origin: ProjectOrigin,
  ids: readonly string[],
  wireNames: ReadonlyMap<string, string | null>,
): Promise<string[]> {
  const names = ids.map((id) => nameOf(id, origin, wireNames));
  const archived = ids.map((id) => origin.projects.get(id)?.archivedAt?.toISOString() ?? null);
  const rows = await tx.$queryRaw<{ name: string }[]>`
    INSERT INTO projects (id, team_id, name, provider_name, ai_provider, ai_organization_id, ai_project_id, archived_at)
    SELECT n.id, ${origin.teamId}, n.name, n.name, ${origin.provider}, ${origin.organizationId}, n.ai_project_id, n.archived_at
    FROM unnest(${ids.map(() => randomUUID())}::text[], ${names}::text[], ${ids}::text[], ${archived}::timestamptz[])
      AS n (id, name, ai_project_id, archived_at)
    ORDER BY n.ai_project_id
    ON CONFLICT (ai_provider, ai_organization_id, ai_project_id) DO NOTHING
    RETURNING name`;
  return rows.map(({ name }) => name);
}

function nameOf(id: string, origin: ProjectOrigin, wireNames: ReadonlyMap<string, string | null>): string {
  const name = origin.projects.get(id)?.name ?? wireNames.get(id);
  if (name !== null && name !== undefined && name.trim() !== '') return name;
  return id === UNASSIGNED ? `${origin.organizationName} (${UNASSIGNED})` : id;
}

/** Gives a project that only has `openai_project_id` its triple, taking over rows collected before it was known. */
async function adoptLegacyProjects(tx: Transaction, source: Source, ids: readonly string[]): Promise<void> {
  const legacy = await tx.$queryRaw<{ id: string; openaiProjectId: string }[]>`
    SELECT id, openai_project_id AS "openaiProjectId" FROM projects
    WHERE openai_project_id = ANY(${ids}::text[]) AND ai_project_id IS NULL
    ORDER BY openai_project_id FOR UPDATE`;
  if (legacy.length === 0) return;
  const automatic = await findByTriple(tx, source, ids);
  for (const { id, openaiProjectId } of legacy) {
    const double = automatic.get(openaiProjectId);
    if (double !== undefined) await absorbProject(tx, double, id);
    // Somebody tied the two together before there were links.
    await tx.$executeRaw`
      UPDATE projects SET ai_provider = ${source.provider}, ai_organization_id = ${source.organizationId},
                          ai_project_id = ${openaiProjectId}, linked_at = now()
      WHERE id = ${id}`;
  }
}

/** Moves collected rows and their history from one project to another and deletes the emptied one. Legacy rows never move. */
export async function absorbProject(tx: Transaction, from: string, to: string): Promise<void> {
  await moveCollectedRows(tx, from, to);
  await tx.project.delete({ where: { id: from } });
}

export async function moveCollectedRows(tx: Transaction, from: string, to: string): Promise<void> {
  await tx.$executeRaw`UPDATE cost_data SET project_id = ${to} WHERE project_id = ${from} AND bucket_start_time IS NOT NULL`;
  await tx.$executeRaw`UPDATE restatements SET project_id = ${to} WHERE project_id = ${from}`;
  await tx.$executeRaw`UPDATE usage_data SET project_id = ${to} WHERE project_id = ${from}`;
}
