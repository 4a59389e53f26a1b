import type { Prisma } from '../generated/prisma/client.js';
import type { Database } from './database.js';
import type { StatementPool } from './statements.js';
import type {
  PausedOrganization,
  ProviderNews,
  RunKind,
  RunStart,
  RunStatus,
  UnfinishedSync,
} from '../domain/collection.js';
import { toDay } from '../domain/day.js';
import type { Basis } from '../domain/results.js';
import type { RunRecord, RunStore } from '../domain/run.js';

export function createRunStore(database: Pick<Database, 'entities' | 'sql'>): RunStore {
  const { sql } = database;
  return {
    async list(teamId, count) {
      const runs = await (
        await database.entities()
      ).run.findMany({
        where: { teamId },
        orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
        take: count,
      });
      return toRecords(sql, runs);
    },
    async find(teamId, prefix) {
      const runs = await (
        await database.entities()
      ).run.findMany({ where: { teamId, id: { startsWith: prefix } }, take: 2 });
      return toRecords(sql, runs);
    },
  };
}

export async function startRun(
  sql: StatementPool,
  { id, teamId, command, span, version, plan }: RunStart,
): Promise<void> {
  // Not as Prisma does it, whose default is this machine's clock: what is left of a run is judged by the database's.
  await sql.$executeRaw`
    INSERT INTO runs (id, team_id, command, since, until, status, version, plan, started_at)
    VALUES (${id}, ${teamId}, ${command}, ${span.since}::date, ${span.until}::date, 'running', ${version}, ${JSON.stringify(plan)}::jsonb, clock_timestamp())`;
}

export async function finishRun(
  sql: StatementPool,
  { id, teamId }: Pick<RunStart, 'id' | 'teamId'>,
  status: RunStatus,
  result: unknown,
): Promise<void> {
  await sql.$executeRaw`
    UPDATE runs SET status = ${status}, result = ${JSON.stringify(result)}::jsonb, finished_at = clock_timestamp()
    WHERE id = ${id} AND team_id = ${teamId}`;
}

/** See `CollectionStore.news`. A result of another version may lack any of it. */
export async function listNews(sql: StatementPool, teamId: string): Promise<ProviderNews[]> {
  return sql.$queryRaw<ProviderNews[]>`
    SELECT o.item ->> 'provider' AS provider, d.item ->> 'path' AS path, min(r.started_at) AS "firstSeenAt"
    FROM runs r,
         jsonb_array_elements(CASE jsonb_typeof(r.result) WHEN 'array' THEN r.result ELSE '[]' END) AS o (item),
         jsonb_array_elements(CASE jsonb_typeof(o.item -> 'drift') WHEN 'array' THEN o.item -> 'drift' ELSE '[]' END) AS d (item)
    WHERE r.team_id = ${teamId} AND o.item ->> 'provider' IS NOT NULL AND d.item ->> 'path' IS NOT NULL
    GROUP BY 1, 2
    ORDER BY 3, 1, 2`;
}

/** See `CollectionStore.pausedByQuota`. A run that skipped an organization says nothing of it. */
export async function listPaused(
  sql: StatementPool,
  teamId: string,
  { command, basis, forced }: RunKind,
): Promise<PausedOrganization[]> {
  return sql.$queryRaw<PausedOrganization[]>`
    SELECT provider, organization_id AS "organizationId", min(started_at) AS since
    FROM (
      SELECT o.item ->> 'provider' AS provider, o.item ->> 'organizationId' AS organization_id, r.started_at,
             bool_and(o.item #>> '{error,retryAt}' IS NOT NULL) OVER (
               PARTITION BY o.item ->> 'provider', o.item ->> 'organizationId' ORDER BY r.started_at DESC) AS paused
      FROM runs r,
           jsonb_array_elements(CASE jsonb_typeof(r.result) WHEN 'array' THEN r.result ELSE '[]' END) AS o (item)
      WHERE r.team_id = ${teamId} AND r.command = ${command} AND r.started_at > now() - interval '1 day'
        AND r.plan #>> '{0,basis}' = ${basis} AND coalesce(r.plan #>> '{0,forced}', 'false') = ${String(forced)}
        AND o.item ->> 'status' <> 'skipped'
    ) runs
    WHERE paused AND provider IS NOT NULL AND organization_id IS NOT NULL
    GROUP BY 1, 2`;
}

/** See `CollectionStore.unfinishedSyncs`. A run that was killed never said how it ended. */
export async function listUnfinished(sql: StatementPool, teamId: string, basis: Basis): Promise<UnfinishedSync[]> {
  return sql.$queryRaw<UnfinishedSync[]>`
    SELECT o.item ->> 'provider' AS provider, o.item ->> 'organizationId' AS "organizationId", min(w.item ->> 'since') AS since
    FROM runs r,
         jsonb_array_elements(CASE jsonb_typeof(r.plan) WHEN 'array' THEN r.plan ELSE '[]' END) AS o (item),
         jsonb_array_elements(CASE jsonb_typeof(o.item -> 'windows') WHEN 'array' THEN o.item -> 'windows' ELSE '[]' END) AS w (item)
    WHERE r.team_id = ${teamId} AND r.command = 'sync' AND r.status <> 'ok' AND o.item ->> 'basis' = ${basis}
    GROUP BY 1, 2`;
}

type Row = Prisma.RunGetPayload<object>;

/** A run that waits for another, or is between two organizations, has no lease for a while. */
const GRACE = '10 minutes';

/** A killed process cannot say that its run is over; that it holds no lease any more does. */
async function toRecords(sql: StatementPool, runs: readonly Row[]): Promise<RunRecord[]> {
  const died = await deadRuns(sql, runs);
  // Most commands read no run: they need not load the parser of their documents.
  const { parseRunResult } = await import('./run-documents.js');
  return runs.map(({ id, command, since, until, status, version, startedAt, finishedAt, plan, result }) => ({
    id,
    command,
    since: toDay(since),
    until: toDay(until),
    status: died.has(id) ? 'died' : (status as RunStatus),
    version,
    startedAt,
    finishedAt,
    plan,
    result: parseRunResult(result),
  }));
}

async function deadRuns(sql: StatementPool, runs: readonly Row[]): Promise<Set<string>> {
  const running = runs.filter(({ status }) => status === 'running').map(({ id }) => id);
  if (running.length === 0) return new Set();
  const dead = await sql.$queryRaw<{ id: string }[]>`
    SELECT r.id FROM runs r
    WHERE r.id = ANY (${running}::text[]) AND r.started_at < now() - ${GRACE}::interval
      AND NOT EXISTS (SELECT FROM organization_leases l WHERE l.holder = r.id AND l.expires_at > now())`;
  return new Set(dead.map(({ id }) => id));
}
