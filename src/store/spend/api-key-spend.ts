import { SQL } from '../sql.js';
import type { ApiKeySpend } from '../../domain/api-key-spend.js';
import { addDays, type Day, type DaySpan } from '../../domain/day.js';
import type { Statements } from '../statements.js';
import { groupSpend } from './query.js';
import { spendRows } from './relation.js';

/** What "the month" is, and how far back first days are looked for key by key. */
const [MONTH_DAYS, HISTORY_DAYS] = [30, 90];

type Row = Omit<ApiKeySpend, 'afterEnd'> & { costAfterEnd: string | null; lastDay: Day };

/** See `SpendReader.apiKeys`. */
export async function readApiKeySpend(
  tx: Statements,
  teamId: string,
  { since, until }: DaySpan,
): Promise<ApiKeySpend[]> {
  const history = { since: addDays(until, 1 - HISTORY_DAYS), until };
  const monthStart = addDays(until, 1 - MONTH_DAYS);
  const groupBy = ['provider', 'organization', 'api-key'] as const;
  const inMonth = SQL`sum(c.cost) FILTER (WHERE c.day >= ${monthStart}::timestamp)`;
  const isAfterEnd = SQL`c.day >= ${since}::timestamp AND k.name IS NOT NULL AND c.day > k.ended_at AT TIME ZONE 'UTC'`;
  const grouped = groupSpend(
    {
      rows: spendRows({ ...history, basis: 'billed' }, { kinds: ['billed'], columns: ['api_key_id'] }),
      filter: { ...history, teamId },
      groupBy,
    },
    {
      by: [SQL`p.ai_provider`, SQL`k.ended_at`, SQL`c.currency`],
      select: [
        SQL`c.currency, min(c.day) AS first_day, coalesce(${inMonth}, 0) AS cost`,
        SQL`sum(c.cost) FILTER (WHERE ${isAfterEnd}) AS after_end, max(c.day) AS last_day`,
        SQL`sum(${inMonth}) OVER (PARTITION BY c.currency) AS of_all`,
        SQL`min(min(c.day) FILTER (WHERE c.api_key_id <> '')) OVER (PARTITION BY p.ai_provider, p.ai_organization_id) AS organization_since`,
      ],
    },
  );
  const text = (column: string) => SQL.raw(`to_char(${column}, 'YYYY-MM-DD')`);
  const rows = await tx.$queryRaw<Row[]>`
    SELECT provider, "organizationId", organization, "apiKeyId", "apiKey", currency, trim_scale(cost)::text AS cost,
           trim_scale(coalesce(of_all, 0))::text AS "ofAll", ${text('first_day')} AS "firstDay", ${text('organization_since')} AS "organizationSince",
           trim_scale(after_end)::text AS "costAfterEnd", ${text('last_day')} AS "lastDay",
           CASE WHEN first_day >= ${since}::timestamp THEN EXISTS (
             SELECT FROM cost_by_api_key e JOIN projects o ON o.id = e.project_id
             WHERE o.ai_provider = provider AND o.ai_organization_id = "organizationId" AND o.team_id = ${teamId}
               AND e.api_key_id = "apiKeyId" AND e.bucket_start_time < ${history.since}::timestamp
           ) ELSE true END AS "seenBefore"
    FROM (${grouped}) g WHERE "apiKeyId" IS NOT NULL
    ORDER BY provider, "organizationId", "apiKeyId", currency`;
  return rows.map(({ costAfterEnd, lastDay, ...key }) => ({
    ...key,
    afterEnd: costAfterEnd === null ? null : { cost: costAfterEnd, lastDay },
  }));
}
