import pg from 'pg';
import { CostsError } from '../errors.js';
import type { Database } from './database.js';
import type { Pool } from 'pg';
import { columnsOf, insertRows, moveSequences, readRows, tablesInOrder } from './rows.js';
import { formatMonth, plural } from '../domain/words.js';

export interface CopyResult {
  tables: { table: string; rows: number; inserted: number }[];
  /** Rows that are there with other values, which stay. */
  different: { table: string; rows: number }[];
  /** What was copied per organization, month, version and currency. */
  sums: MonthlySum[];
  /** Whether both stores were found to have the same sums; false once the other one has gone on by itself. */
  equal: boolean;
  /** Keys that were sealed for this store alone and must be added to the other one again. */
  keysLeft: { provider: string; organizationId: string; name: string }[];
}

export interface MonthlySum {
  provider: string | null;
  organizationId: string | null;
  month: string;
  apiVersion: string;
  currency: string | null;
  cost: string;
  rows: number;
}

/** What opens the keys of one store opens nothing in another, so it stays behind. */
const VAULT_TABLES = ['vaults', 'vault_tokens', 'vault_slots', 'vault_viewer_slots', 'vault_sessions', 'vault_audit'];

/**
 * Copies every row of one database to another one of the same schema, with the ids they have, in one transaction. A team
 * that has the same name there takes the place of ours. Rows that are there already stay as they are, and so do days which
 * the other database has read itself: with all their rows, or it would have some of each.
 * @throws CostsError `conflict` when something there is in the way; nothing was changed then
 */
export async function copyRows(source: Database, target: Database): Promise<CopyResult> {
  const from = await source.openSession();
  const to = await target.openSession();
  try {
    return await from.pool.transaction(() => to.pool.transaction(() => copyAll(from.pool, to.pool, target.label)), {
      isolation: 'REPEATABLE READ',
      readOnly: true,
    });
  } catch (error) {
    throw target.explain(error);
  } finally {
    await from.close();
    await to.close();
  }
}

async function copyAll(from: Pool, to: Pool, label: string): Promise<CopyResult> {
  // Every write of days begins here: one that came in between would have rows brought back that it had swept.
  await to.query('LOCK TABLE collected_days IN SHARE ROW EXCLUSIVE MODE');
  const teams = await mapTeams(from, to);
  const { rows: users } = await to.query<{ email: string }>('SELECT email FROM users');
  const emails = users.map(({ email }) => email);
  const tables: CopyResult['tables'] = [];
  const different: CopyResult['different'] = [];
  const kept = await daysOfItsOwn(from, to);
  for (const table of await tablesInOrder(from)) {
    if (VAULT_TABLES.includes(table)) continue;
    const counts = { table, rows: 0, inserted: 0 };
    let equals = 0;
    const columns = (await columnsOf(from, table)).filter((column) => column !== 'mac');
    for await (const rows of readRows(from, table, selection(table, columns, { teams, emails, kept }))) {
      const { inserted, present, equal } = await insertRows(to, table, columns, rows);
      if (present < rows.length) throw inTheWay(table, rows.length - present, label);
      equals += equal;
      counts.rows += rows.length;
      counts.inserted += inserted;
    }
    await moveSequences(to, table);
    tables.push(counts);
    if (equals < counts.rows) different.push({ table, rows: counts.rows - equals });
  }
  const sums = await monthlySums(from);
  const untouched = kept.length + different.length === 0;
  // Once the other store has gone on, its sums are newer than ours and rightly differ.
  if (untouched) await requireEqualSums(from, to, sums, label);
  return { tables, different, sums, equal: untouched, keysLeft: await sealedKeys(from) };
}

interface ReadDay {
  provider: string;
  organization: string;
  version: string;
  day: string;
  /** Of its last read. */
  write: string;
}

/** Days of our organizations that the other store has, and not from here: read there since, or read again here. */
async function daysOfItsOwn(from: Pool, to: Pool): Promise<ReadDay[]> {
  const read = async (pool: Pool) =>
    (
      await pool.query<ReadDay>(
        `SELECT ai_provider AS provider, ai_organization_id AS organization, api_version::text AS version, to_char(day, 'YYYY-MM-DD') AS day,
                concat_ws(' ', run_id, write_id) AS write FROM collected_days`,
      )
    ).rows;
  const [ours, theirs] = [await read(from), await read(to)];
  const known = new Set(ours.map((day) => JSON.stringify(day)));
  const organizations = new Set(ours.map(organizationOf));
  return theirs.filter((day) => organizations.has(organizationOf(day)) && !known.has(JSON.stringify(day)));
}

const organizationOf = ({ provider, organization }: ReadDay) => JSON.stringify([provider, organization]);

/** What leaves out every row of some days, by table. */
function notAmong(days: readonly ReadDay[]): Record<string, string> {
  if (days.length === 0) return {};
  const those = `jsonb_to_recordset(${pg.escapeLiteral(JSON.stringify(days))}::jsonb) AS k (provider text, organization text, version text, day date)`;
  const ofProject = (version: string) => `NOT EXISTS (
    SELECT FROM projects p JOIN ${those} ON k.provider = p.ai_provider AND k.organization = p.ai_organization_id
    WHERE p.id = t.project_id AND k.day = t.bucket_start_time::date AND k.version = ${version})`;
  const ofOrganization = (version: string) => `NOT EXISTS (
    SELECT FROM ${those} WHERE k.provider = t.ai_provider AND k.organization = t.ai_organization_id AND k.day = t.day AND k.version = ${version})`;
  return {
    cost_data: ofProject('t.api_version::text'),
    restatements: ofProject('t.api_version::text'),
    cost_by_api_key: ofProject(`CASE WHEN t.source LIKE 'usage%' THEN 'usage_v1' ELSE 'costs_v1' END`),
    usage_data: ofProject(`'usage_v1'`),
    collected_days: ofOrganization('t.api_version::text'),
    collected_usage: ofOrganization(`'usage_v1'`),
  };
}

/** Teams of one name are one team: `init` there may have made it already. */
async function mapTeams(from: Pool, to: Pool): Promise<Record<string, string>> {
  const read = async (pool: Pool) =>
    (await pool.query<{ id: string; name: string }>('SELECT id, name FROM teams')).rows;
  const [ours, theirs] = [await read(from), await read(to)];
  const pairs = ours.flatMap(({ id, name }) => {
    const same = theirs.filter((team) => team.name === name && team.id !== id);
    return same.length === 1 && !theirs.some((team) => team.id === id) ? [[id, same[0]?.id ?? id] as const] : [];
  });
  return Object.fromEntries(pairs);
}

function selection(
  table: string,
  columns: readonly string[],
  there: { teams: Record<string, string>; emails: string[]; kept: readonly ReadDay[] },
): { where: string; row: string } {
  const map = `${pg.escapeLiteral(JSON.stringify(there.teams))}::jsonb`;
  const conditions: Record<string, string> = {
    teams: `NOT ${map} ? t.id`,
    users: `NOT ${pg.escapeLiteral(JSON.stringify(there.emails))}::jsonb ? t.email`,
    organization_api_keys: `t.source <> 'vault'`,
    ...notAmong(there.kept),
  };
  const where = conditions[table] ?? 'true';
  const row = columns.includes('team_id')
    ? `to_jsonb(t) - 'mac' || CASE WHEN ${map} ? t.team_id THEN jsonb_build_object('team_id', ${map} -> t.team_id) ELSE '{}' END`
    : `to_jsonb(t) - 'mac'`;
  return { where, row };
}

const SUMS = `
  SELECT p.ai_provider AS provider, p.ai_organization_id AS "organizationId", to_char(coalesce(c.bucket_start_time, c.date), 'YYYY-MM') AS month,
         c.api_version::text AS "apiVersion", c.currency, trim_scale(sum(c.cost))::text AS cost, count(*)::int AS rows
  FROM cost_data c JOIN projects p ON p.id = c.project_id`;

async function monthlySums(pool: Pool, projects?: readonly string[]): Promise<MonthlySum[]> {
  const where = projects === undefined ? '' : 'WHERE c.project_id = ANY ($1)';
  const { rows } = await pool.query<MonthlySum>(
    `${SUMS} ${where} GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`,
    projects === undefined ? [] : [projects],
  );
  return rows;
}

async function requireEqualSums(from: Pool, to: Pool, sums: readonly MonthlySum[], label: string): Promise<void> {
  const { rows } = await from.query<{ id: string }>('SELECT id FROM projects');
  const theirs = await monthlySums(
    to,
    rows.map(({ id }) => id),
  );
  const key = ({ cost: _, rows: __, ...rest }: MonthlySum) => JSON.stringify(rest);
  const found = new Map(theirs.map((sum) => [key(sum), sum]));
  for (const sum of sums) {
    const other = found.get(key(sum));
    if (other?.cost === sum.cost && other.rows === sum.rows) continue;
    throw new CostsError(
      'conflict',
      `The sums of ${sum.provider ?? 'legacy rows'} ${sum.organizationId ?? ''} in ${formatMonth(sum.month)} differ: ${sum.cost} here, ${other?.cost ?? 'nothing'} in ${label}. Nothing was changed.`,
      {
        hint: 'That store has rows of its own for these projects.',
      },
    );
  }
}

async function sealedKeys(from: Pool): Promise<CopyResult['keysLeft']> {
  const { rows } = await from.query<CopyResult['keysLeft'][number]>(
    `SELECT provider, organization_id AS "organizationId", name FROM organization_api_keys WHERE source = 'vault' ORDER BY 1, 2`,
  );
  return rows;
}

function inTheWay(table: string, rows: number, label: string): CostsError {
  const what =
    table === 'organization_api_keys' || table === 'organizations'
      ? 'an organization is registered there already'
      : `other rows of ${table} have their place`;
  return new CostsError(
    'conflict',
    `${plural(rows, 'row')} of ${table} cannot go to ${label}: ${what}. Nothing was changed.`,
    {
      hint: 'Copy to an empty database, or one that collects none of the same organizations.',
    },
  );
}
