import type { ApiKeyListing, ApiKeyOwner, ApiKeyStore, KnownApiKey } from '../domain/api-key.js';
import type { DaySpan } from '../domain/day.js';
import { SQL, type Sql } from './sql.js';
import { arrayLiteral } from './array-literal.js';
import { keyedCostsOf } from './facts/keyed-costs.js';
import type { OrganizationKey } from '../domain/organization.js';
import { storedRows } from './facts/stored-rows.js';
import type { StatementPool } from './statements.js';
import { ofOrganization } from './organization-key.js';

/** Stands for the name of a person who asked to be forgotten. */
const FORGOTTEN = '(forgotten)';

type Row = Omit<KnownApiKey, 'owner'> & {
  ownerKind: ApiKeyOwner['kind'] | null;
  ownerId: string | null;
  ownerName: string | null;
  ownerEmail: string | null;
};

export function createApiKeyStore(sql: StatementPool): ApiKeyStore {
  return {
    async list(teamId) {
      const rows = await sql.$queryRaw<Row[]>`
        SELECT k.ai_provider AS provider, k.ai_organization_id AS "organizationId", g.name AS organization, p.name AS project,
               k.api_key_id AS id, k.name, k.hint, k.owner_kind AS "ownerKind", k.owner_id AS "ownerId", k.owner_name AS "ownerName",
               k.owner_email AS "ownerEmail", k.ai_project_id AS "projectId", k.created_at AS "createdAt",
               k.last_used_at AS "lastUsedAt", k.ended_at AS "endedAt"
        FROM api_keys k
        JOIN organizations g ON g.provider = k.ai_provider AND g.organization_id = k.ai_organization_id AND g.team_id = ${teamId}
        LEFT JOIN projects p ON p.ai_provider = k.ai_provider AND p.ai_organization_id = k.ai_organization_id
          AND p.ai_project_id = k.ai_project_id AND p.team_id = ${teamId}
        ORDER BY g.name, k.ended_at IS NOT NULL, k.name, k.api_key_id`;
      return rows.map(({ ownerKind, ownerId, ownerName, ownerEmail, ...row }) => ({
        ...row,
        owner:
          ownerKind === null || ownerId === null
            ? null
            : { kind: ownerKind, id: ownerId, name: ownerName, email: ownerEmail },
      }));
    },
    keepsPeople: (teamId) => keepsPeople(sql, teamId),
    keepPeople: (teamId, keep) =>
      sql.transaction(async (tx) => {
        await tx.$executeRaw`
          INSERT INTO team_settings (team_id, keep_people) VALUES (${teamId}, ${keep})
          ON CONFLICT (team_id) DO UPDATE SET keep_people = excluded.keep_people`;
        if (keep) return;
        await tx.$executeRaw`
          UPDATE api_keys k SET owner_name = NULL, owner_email = NULL FROM organizations g
          WHERE ${OF_TEAM} AND g.team_id = ${teamId} AND k.owner_kind = 'user' AND k.owner_name IS DISTINCT FROM ${FORGOTTEN}`;
      }),
    async countOf(teamId, email) {
      const [row] = await sql.$queryRaw<{ count: bigint }[]>`
        SELECT count(*) FROM api_keys k, organizations g WHERE ${isOf(teamId, email)}`;
      return Number(row?.count ?? 0);
    },
    forget: (teamId, email) => sql.$executeRaw`
      UPDATE api_keys k SET owner_name = ${FORGOTTEN}, owner_email = NULL FROM organizations g WHERE ${isOf(teamId, email)}`,
  };
}

const OF_TEAM = SQL`g.provider = k.ai_provider AND g.organization_id = k.ai_organization_id`;

/** Keys of a person, also those that came without the e-mail address. */
function isOf(teamId: string, email: string): Sql {
  return SQL`${OF_TEAM} AND g.team_id = ${teamId} AND k.owner_id IN (
    SELECT k.owner_id FROM api_keys k JOIN organizations g ON ${OF_TEAM} AND g.team_id = ${teamId}
    WHERE lower(k.owner_email) = lower(${email}))`;
}

/** See `ApiKeyStore.keepsPeople`. */
export async function keepsPeople(sql: StatementPool, teamId: string): Promise<boolean> {
  const [settings] = await sql.$queryRaw<{ keeps: boolean }[]>`
    SELECT keep_people AS keeps FROM team_settings WHERE team_id = ${teamId}`;
  return settings?.keeps ?? false;
}

/** The provider's projects in which a key spent something in a span, by the keys. */
export async function listSpenders(
  sql: StatementPool,
  source: OrganizationKey,
  span: DaySpan,
): Promise<{ apiKeyId: string; projectId: string }[]> {
  return sql.$queryRaw<{ apiKeyId: string; projectId: string }[]>`
    SELECT DISTINCT c.api_key_id AS "apiKeyId", p.ai_project_id AS "projectId"
    FROM ${storedRows({ ...keyedCostsOf('bill'), constants: {} }, source, span)} WHERE c.api_key_id <> ''`;
}

/**
 * Takes what a provider lists of its keys. A name once known is kept when a key ends; of people only ids, unless the team wants
 * more. A key that is new here and was forgotten elsewhere stays forgotten.
 */
export async function learnApiKeys(
  sql: StatementPool,
  teamId: string,
  { provider, organizationId, keys, projectIds }: ApiKeyListing,
): Promise<void> {
  const text = (pick: (key: ApiKeyListing['keys'][number]) => string | null | undefined) =>
    SQL`${arrayLiteral(keys.map((key) => pick(key) ?? null))}`;
  const own = ofOrganization({ provider, organizationId, teamId });
  const columns = [
    'name',
    'hint',
    'owner_kind',
    'owner_id',
    'owner_name',
    'owner_email',
    'ai_project_id',
    'created_at',
    'last_used_at',
  ];
  // Of a key that ended, the earliest that was told: it is in no list any more, and so told anew by each run.
  const taken = [
    ...columns.map((column) => [column, `coalesce(excluded.${column}, k.${column})`]),
    ['ended_at', 'CASE WHEN excluded.ended_at IS NOT NULL THEN least(k.ended_at, excluded.ended_at) END'],
  ];
  const list = (write: (column: string, value: string) => string) =>
    SQL.raw(taken.map(([column = '', value = '']) => write(column, value)).join(', '));
  await sql.transaction(async (tx) => {
    await tx.$executeRaw`
      INSERT INTO api_keys AS k (ai_provider, ai_organization_id, api_key_id, ${SQL.raw(columns.join(', '))}, ended_at)
      SELECT ${provider}, ${organizationId}, n.id, n.name, n.hint, n.owner_kind, n.owner_id,
             CASE WHEN f.owner_id IS NOT NULL THEN ${FORGOTTEN} WHEN n.owner_kind = 'user' AND t.keep_people IS NOT TRUE THEN NULL ELSE n.owner_name END,
             CASE WHEN f.owner_id IS NULL AND t.keep_people THEN n.owner_email END,
             n.project_id, n.created_at, n.last_used_at, n.ended_at
      FROM unnest(
        ${text(({ id }) => id)}::text[], ${text(({ name }) => name)}::text[], ${text(({ hint }) => hint)}::text[],
        ${text(({ owner }) => owner?.kind)}::text[], ${text(({ owner }) => owner?.id)}::text[], ${text(({ owner }) => owner?.name)}::text[],
        ${text(({ owner }) => owner?.email)}::text[], ${text(({ projectId }) => projectId)}::text[],
        ${text(({ createdAt }) => createdAt?.toISOString())}::timestamptz[], ${text(({ lastUsedAt }) => lastUsedAt?.toISOString())}::timestamptz[],
        ${text(({ endedAt }) => endedAt?.toISOString())}::timestamptz[]
      ) AS n (id, name, hint, owner_kind, owner_id, owner_name, owner_email, project_id, created_at, last_used_at, ended_at)
      LEFT JOIN team_settings t ON t.team_id = ${teamId}
      LEFT JOIN (SELECT DISTINCT owner_id FROM api_keys WHERE ${own} AND owner_name = ${FORGOTTEN}) f ON f.owner_id = n.owner_id
      ORDER BY n.id
      ON CONFLICT (ai_provider, ai_organization_id, api_key_id) DO UPDATE SET ${list((column, value) => `${column} = ${value}`)}
      WHERE (${list((column) => `k.${column}`)}) IS DISTINCT FROM (${list((_, value) => value)})`;
    await tx.$executeRaw`
      UPDATE api_keys SET ended_at = clock_timestamp()
      WHERE ${own} AND ended_at IS NULL AND ai_project_id = ANY (${[...projectIds]}::text[]) AND api_key_id <> ALL (${keys.map(({ id }) => id)}::text[])`;
  });
}
