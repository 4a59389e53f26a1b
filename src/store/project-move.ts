import { SQL, type Sql } from './sql.js';
import type { GaveWay, ProjectMove } from '../domain/project-move.js';
import { dropCutsOfSharedDays } from './facts/shared-days.js';
import type { LockedProject } from './project-locks.js';
import { isNeededByOthers } from './needed-projects.js';
import { hasLegacyRows } from './spend/relation.js';
import type { Statements } from './statements.js';

interface Belonging {
  table: string;
  /** Null for what is a part of something that is counted. */
  counted: keyof ProjectMove['moved'] | null;
  /** Came with the bills and usage of the organization, and goes with it. */
  collected?: boolean;
  /** Which of its rows go along; the row is `s`. */
  only?: string;
  /** Where the receiving project has a value for all that `s` is for: `s` gives way to the row `r`, one at most. Without it rows never meet. */
  conflict?: { kind: GaveWay['kind']; same: string; name: string; at: string; value: string };
}

/** Everything that hangs on a project. A test holds this to the foreign keys of the catalog. */
export const BELONGINGS: readonly Belonging[] = [
  {
    table: 'cost_data',
    counted: 'costs',
    collected: true,
    // Legacy rows never move: they say what the old system knew of its own project.
    only: 's.bucket_start_time IS NOT NULL',
    conflict: {
      kind: 'cost',
      same: 'r.bucket_start_time = s.bucket_start_time AND r.bucket_end_time = s.bucket_end_time AND r.line_item = s.line_item AND r.api_version = s.api_version',
      name: 's.line_item',
      at: `to_char(s.bucket_start_time, 'YYYY-MM-DD')`,
      value: `trim_scale(_.cost)::text || ' ' || coalesce(_.currency, '')`,
    },
  },
  { table: 'cost_by_api_key', counted: null, collected: true },
  { table: 'restatements', counted: 'changes', collected: true },
  {
    table: 'usage_data',
    counted: 'usage',
    collected: true,
    conflict: {
      kind: 'usage',
      same: [
        'bucket_start_time',
        'bucket_end_time',
        'endpoint',
        'token_type',
        'unit',
        'model',
        'service_tier',
        'batch',
        'api_key_id',
        'context_window',
        'inference_geo',
        'detail',
      ]
        .map((column) => `r.${column} = s.${column}`)
        .join(' AND '),
      name: `concat_ws(' ', s.endpoint, nullif(s.model, ''), s.token_type)`,
      at: `to_char(s.bucket_start_time, 'YYYY-MM-DD')`,
      value: `trim_scale(_.quantity)::text || ' ' || _.unit`,
    },
  },
  {
    table: 'project_tags',
    counted: 'tags',
    conflict: {
      kind: 'tag',
      same: `r.key = s.key AND r.valid_from = (
        SELECT max(t.valid_from) FROM project_tags t WHERE t.project_id = r.project_id AND t.key = s.key AND t.valid_from <= s.valid_from)
        AND (r.value IS NOT NULL OR r.valid_from = s.valid_from)`,
      name: 's.key',
      at: `to_char(s.valid_from, 'YYYY-MM-DD')`,
      value: '_.value',
    },
  },
  {
    table: 'budgets',
    counted: 'budgets',
    conflict: {
      kind: 'budget',
      same: `r.id = (
        SELECT b.id FROM budgets b
        WHERE b.project_id = r.project_id AND b.currency = s.currency AND b.provider IS NOT DISTINCT FROM s.provider
          AND (b.month = s.month OR b.month IS NULL AND coalesce(b.from_month, '') <= coalesce(s.month, s.from_month, ''))
        ORDER BY b.month NULLS LAST, b.from_month DESC NULLS LAST LIMIT 1)`,
      name: 's.currency',
      at: 'coalesce(s.month, s.from_month)',
      value: 'trim_scale(_.amount)::text',
    },
  },
];

/** Takes from projects what they have of a provider project. */
export async function release(client: Statements, which: Sql): Promise<void> {
  await client.$executeRaw`
    UPDATE projects SET ai_provider = NULL, ai_organization_id = NULL, ai_project_id = NULL,
                        provider_name = NULL, archived_at = NULL, linked_at = NULL
    WHERE ${which}`;
}

/**
 * Moves all that hangs on one project to another, apart from legacy rows, which go on being reported under the tags they had;
 * to a project of another team only what was collected: tags and budgets are what a team made for itself, and stay. Both must
 * be locked.
 */
export async function moveBelongings(tx: Statements, from: string, to: string): Promise<ProjectMove> {
  const moved = { costs: 0, usage: 0, changes: 0, tags: 0, budgets: 0 };
  const gaveWay: GaveWay[] = [];
  await dropCutsOfSharedDays(tx, from, to);
  const [{ tags, isOneTeam }] = await tx.$queryRaw<[{ tags: string; isOneTeam: boolean }]>`
    SELECT (SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]')::text FROM project_tags t WHERE t.project_id = ${from}) AS tags,
           (SELECT count(DISTINCT team_id) = 1 FROM projects WHERE id IN (${from}, ${to})) AS "isOneTeam"`;
  for (const belonging of BELONGINGS.filter(({ collected = false }) => collected || isOneTeam)) {
    gaveWay.push(...(await dropWhatMeets(tx, belonging, from, to)));
    const { table, counted, only = 'true' } = belonging;
    const rows = await tx.$executeRaw`
      UPDATE ${SQL.raw(table)} s SET project_id = ${to} WHERE s.project_id = ${from} AND ${SQL.raw(only)}`;
    if (counted !== null) moved[counted] += rows;
  }
  if (await hasLegacyRows(tx, from))
    await tx.$executeRaw`
      INSERT INTO project_tags (project_id, key, valid_from, value)
      SELECT project_id, key, valid_from, value FROM jsonb_populate_recordset(NULL::project_tags, ${tags}::jsonb)
      ON CONFLICT DO NOTHING`;
  return { moved, gaveWay };
}

/**
 * Ends an automatic project whose provider project is another's now. What the old system knows of it stays, and what another team
 * made or another program; so does one with a name of its own, which a person or another program gave it.
 */
export async function endEmptied(
  tx: Statements,
  { id, teamId, name, providerName, openaiProjectId }: LockedProject,
  ofTeam: string,
): Promise<void> {
  const isAutomatic = teamId === ofTeam && name === providerName && openaiProjectId === null;
  const stays = !isAutomatic || (await isNeededByOthers(tx, id));
  if (stays) await release(tx, SQL`id = ${id}`);
  else await tx.$executeRaw`DELETE FROM projects WHERE id = ${id}`;
}

async function dropWhatMeets(
  tx: Statements,
  { table, only = 'true', conflict }: Belonging,
  from: string,
  to: string,
): Promise<GaveWay[]> {
  if (conflict === undefined) return [];
  const { kind, same, name, at, value } = conflict;
  const of = (row: string) => SQL.raw(value.replaceAll('_.', `${row}.`));
  return tx.$queryRaw<GaveWay[]>`
    DELETE FROM ${SQL.raw(table)} s USING ${SQL.raw(table)} r
    WHERE s.project_id = ${from} AND r.project_id = ${to} AND ${SQL.raw(only)} AND ${SQL.raw(same)}
    RETURNING ${kind} AS kind, ${SQL.raw(name)} AS name, ${SQL.raw(at)} AS at, ${of('r')} AS kept, ${of('s')} AS dropped`;
}
