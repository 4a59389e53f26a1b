import type { MigrationTarget } from './target.js';
import { CostsError, codeOf } from '../../errors.js';
import pg, { type Pool } from 'pg';
import {
  columnsOf,
  fillRows,
  insertRows,
  moveSequences,
  quote,
  tablesInOrder,
  upsertRows,
  type Written,
} from '../rows.js';
import { sweepAccepted, writeOverAccepted } from './accepted-bills.js';
import { bringUpToDate, pricesOfTeams } from './earlier-export.js';
import { readExport, type ExportHeader } from './export-file.js';
import { readMigrations } from './folder.js';
import { filledColumns } from './guarded-fill.js';
import { appliedNames, readHistory } from './history.js';
import { requireRights } from './preflight.js';
import { FILLERS } from './schema-steps.js';
import { asOnlyMigrator } from './session.js';
import type { MigratorOptions } from './waits.js';

export interface ImportResult {
  tables: {
    table: string;
    /** Rows in the file. */
    rows: number;
    /** Rows written now, or whose dropped columns were filled again. */
    written: number;
    /** Rows that were there already and are not as the file has them: they were written since, and stay. */
    different: number;
  }[];
}

/**
 * Brings the rows of a rollback's export back after migrating again, with the ids they had. All in one transaction; what
 * was written since stays as it is, so doing it twice adds nothing.
 * @throws CostsError `usage` on a file that is not whole, `schema` before the migrations are applied again, `conflict`
 */
export async function importRows(
  target: MigrationTarget,
  { path, ...options }: MigratorOptions & { path: string },
): Promise<ImportResult> {
  // Read to its end first: a cut file must change nothing, not even for a moment.
  const header = await checkFile(path);
  return asOnlyMigrator(target, options, async (pool) => {
    await requireRights(pool, target.label);
    await requireMigrations(pool, header, target.label);
    return pool.transaction(async () => {
      const counts = header.parts.map(({ table, rows }) => ({ table, rows, written: 0, different: 0 }));
      const conditions = await unlessReadSince(pool, header);
      const readAgain = (await readMigrations()).flatMap(({ sql }) => filledColumns(sql));
      let isOver = false;
      const write = async (tables: (table: string) => boolean) => {
        for await (const item of readExport(path)) {
          if ('format' in item) continue;
          const part = header.parts[item.part];
          const count = counts[item.part];
          if (part === undefined || count === undefined || !tables(part.table)) continue;
          const how = { isOver, readAgain, where: conditions.get(part.table) };
          const { inserted, equal } = await writePart(pool, part, item.rows, how).catch((error: unknown) => {
            throw importError(error, part.table, path);
          });
          count.written += inserted;
          count.different += item.rows.length - equal;
        }
      };
      // An export of a time before organizations had rows of their own, and prices a team, has those first, and nothing they could hang on.
      const isLater = (table: string) =>
        table === 'cost_data' || table === 'prices' || HANG_ON_ORGANIZATIONS.includes(table);
      await write((table) => !isLater(table));
      isOver = await sweepAccepted(pool);
      await write(isLater);
      await bringUpToDate(pool, header);
      for (const { table } of header.parts) await moveSequences(pool, table);
      return { tables: counts };
    });
  });
}

const HANG_ON_ORGANIZATIONS = ['collected_days', 'collected_usage', 'organization_leases'];

async function checkFile(path: string): Promise<ExportHeader> {
  let header: ExportHeader | undefined;
  const rows = new Map<number, number>();
  for await (const item of readExport(path)) {
    if ('format' in item) header = item;
    else rows.set(item.part, (rows.get(item.part) ?? 0) + item.rows.length);
  }
  if (header?.parts.every((part, index) => (rows.get(index) ?? 0) === part.rows) === true) return header;
  throw new CostsError('usage', `${path} does not hold as many rows as were written to it.`, {
    hint: 'Use the file as it was written; nothing was changed.',
  });
}

async function requireMigrations(pool: Pool, header: ExportHeader, label: string): Promise<void> {
  const tables = await tablesInOrder(pool);
  const foreign = header.parts.find(({ table }) => !tables.includes(table));
  const applied = appliedNames(await readHistory(pool));
  const missing = header.migrations.filter((name) => !applied.includes(name));
  if (missing.length === 0 && foreign === undefined) return;
  if (missing.length === 0)
    throw new CostsError(
      'usage',
      `The file has rows of a table that ${label} does not have: ${foreign?.table ?? ''}.`,
      { hint: 'Use the version of costs that wrote the file.' },
    );
  throw new CostsError(
    'schema',
    `${label} has not the schema these rows are of: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not applied. Nothing was changed.`,
    {
      hint: 'Migrate, then import again: costs db migrate',
    },
  );
}

async function writePart(
  pool: Pool,
  { table, columns, dropped }: ExportHeader['parts'][number],
  rows: readonly string[],
  { isOver, readAgain, where }: { isOver: boolean; readAgain: readonly string[]; where: string | undefined },
): Promise<Written> {
  const present = new Set(await columnsOf(pool, table));
  const writable = columns.filter((column) => present.has(column));
  if (HANG_ON_ORGANIZATIONS.includes(table)) await registerOrganizationsOf(pool, rows);
  // Those that the migration made anew know less than the export does.
  if (table === 'organizations') {
    return upsertRows(pool, { table, columns: writable, changed: writable, where: 't.registered_at IS NULL' }, rows);
  }
  if (table === 'cost_data' && dropped === null && isOver) return writeOverAccepted(pool, writable, rows);
  if (table === 'prices' && !columns.includes('team_id')) {
    const written = await insertRows(pool, table, [...writable, 'team_id'], await pricesOfTeams(pool, rows));
    return { ...written, equal: Math.min(written.equal, rows.length) };
  }
  if (dropped === null) return insertRows(pool, table, writable, rows, where);
  const empty = dropped.filter((column) => present.has(column));
  // With our columns of a key went what had been entered here in place of what another program encrypted.
  const filled = table === 'organization_api_keys' && empty.includes('source') ? writable : empty;
  const standardOf = (column: string) => FILLERS[`${table}.${column}`];
  // What migrating again has read from line items says nothing about whether a bill was written since.
  const others = table === 'cost_data' ? empty.filter((column) => !readAgain.includes(column)) : empty;
  const told = others.length === 0 ? empty : others;
  return fillRows(pool, { table, columns: writable, filled, empty: told, standardOf }, rows);
}

/** Those whose rows of a day say something only together. */
const WHOLE_DAYS = ['cost_by_api_key', 'usage_data'];

/** By such a table, SQL that is true of a row `r` of a day of which nothing was written since the rollback that took the table. */
async function unlessReadSince(pool: Pool, { parts }: ExportHeader): Promise<Map<string, string>> {
  const conditions = new Map<string, string>();
  for (const { table } of parts.filter(({ table, dropped }) => dropped === null && WHOLE_DAYS.includes(table))) {
    const { rows } = await pool.query<{ days: string }>(
      `SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_object('provider', p.ai_provider, 'organization', p.ai_organization_id, 'day', c.bucket_start_time::date)), '[]')::text AS days
       FROM ${quote(table)} c JOIN projects p ON p.id = c.project_id`,
    );
    conditions.set(
      table,
      `NOT EXISTS (
        SELECT FROM projects p JOIN jsonb_to_recordset(${pg.escapeLiteral(rows[0]?.days ?? '[]')}::jsonb) AS d (provider text, organization text, day date)
          ON d.provider = p.ai_provider AND d.organization = p.ai_organization_id
        WHERE p.id = r.project_id AND d.day = r.bucket_start_time::date)`,
    );
  }
  return conditions;
}

/** Whose an organization is that the export does not say and that has no key: as the migration decides it. */
async function registerOrganizationsOf(pool: Pool, rows: readonly string[]): Promise<void> {
  await pool.query(
    `INSERT INTO organizations (provider, organization_id, team_id, name, registered_at)
     SELECT DISTINCT ON (1, 2) d.provider, d.organization_id, t.id, d.organization_id, NULL::timestamptz
     FROM (
       SELECT row ->> 'ai_provider' AS provider, row ->> 'ai_organization_id' AS organization_id, row ->> 'run_id' AS run_id, row ->> 'read_at' AS read_at
       FROM (SELECT text::jsonb AS row FROM unnest($1::text[]) AS line(text)) AS lines
     ) d CROSS JOIN teams t
     ORDER BY 1, 2, EXISTS (SELECT FROM runs r WHERE r.id = d.run_id AND r.team_id = t.id) DESC, d.read_at::timestamptz DESC NULLS LAST,
       (SELECT count(*) FROM projects p WHERE p.ai_provider = d.provider AND p.ai_organization_id = d.organization_id AND p.team_id = t.id) DESC, t.id
     ON CONFLICT DO NOTHING`,
    [rows],
  );
}

/** Another row took the place meanwhile, under another id; or a row holds what is none of its values. */
function importError(error: unknown, table: string, path: string): unknown {
  const code = codeOf(error);
  if (/^(?:22|54)[0-9A-Z]{3}$/.test(code))
    return new CostsError(
      'usage',
      `A row of ${table} in ${path} is not as it was written: ${(error as Error).message.split('\n')[0] ?? ''}. Nothing was changed.`,
      { hint: 'Use the file that costs db rollback wrote, without changes.', cause: error },
    );
  if (code !== '23505' && code !== '23503') return error;
  const reason = code === '23505' ? 'another row has taken its place' : 'the row it belongs to is gone';
  return new CostsError('conflict', `A row of ${table} cannot come back: ${reason}. Nothing was changed.`, {
    hint: 'Import right after migrating, before the next sync.',
    cause: error,
  });
}
