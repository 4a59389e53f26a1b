import type { Pool } from 'pg';
import { columnsOf, numberedColumns, quote, upsertRows, type Written } from '../rows.js';

/** Adopted bills of which the provider's answer was accepted instead, as the ledger keeps them. */
const KEPT = 'FROM restatements l WHERE l.adopted IS NOT NULL';
const KEY = 'project_id, bucket_start_time, bucket_end_time, line_item, api_version';

/** How the bills that `costs db adopt` found come to say again what they said then. */
interface AcceptedBills {
  /** SQL that is true of a bill that is replaced or gives way. */
  where: string;
  undo: string[];
}

/**
 * What leads back to adopted bills that were accepted otherwise, under the project that each has by now. Rows stay where they
 * are still there: what is not ours may hang on them. Null where the ledger cannot keep any.
 */
export async function bringBackAccepted(pool: Pool): Promise<AcceptedBills | null> {
  if (!(await canKeep(pool))) return null;
  const columns = await columnsOf(pool, 'cost_data');
  const set = (await changeable(pool, columns)).map((name) => `${quote(name)} = EXCLUDED.${quote(name)}`);
  const values = columns.map((name) => `${name === 'project_id' ? 'l' : 'r'}.${quote(name)}`);
  const isKept = `id IN (SELECT l.adopted ->> 'id' ${KEPT})`;
  const hasKey = `(${KEY}) IN (SELECT ${KEY} ${KEPT})`;
  return {
    where: `${isKept} OR ${hasKey}`,
    undo: [
      `DELETE FROM cost_data WHERE ${hasKey} AND NOT ${isKept}`,
      `INSERT INTO cost_data (${columns.map(quote).join(', ')}) OVERRIDING SYSTEM VALUE
       SELECT ${values.join(', ')} FROM (SELECT DISTINCT ON (adopted ->> 'id') * ${KEPT} ORDER BY adopted ->> 'id', id) AS l
       CROSS JOIN LATERAL jsonb_populate_record(NULL::cost_data, l.adopted) AS r
       ON CONFLICT (id) DO UPDATE SET ${set.join(', ')}`,
    ],
  };
}

/** SQL that is true of a bill `t` which says what it said before the answer was accepted. */
const SAYS_THE_OLD = `EXISTS (SELECT ${KEPT} AND l.adopted ->> 'id' = t.id
  AND (t.cost, t.currency) IS NOT DISTINCT FROM ((l.adopted ->> 'cost')::numeric, l.adopted ->> 'currency'))`;

/** Once the ledger is there again: bills that were swept as the answer was accepted go again. @returns whether it keeps any */
export async function sweepAccepted(pool: Pool): Promise<boolean> {
  if (!(await canKeep(pool)) || (await pool.query(`SELECT ${KEPT} LIMIT 1`)).rowCount === 0) return false;
  await pool.query(`DELETE FROM cost_data t WHERE ${SAYS_THE_OLD.replace(KEPT, `${KEPT} AND l.new_cost IS NULL`)}`);
  return true;
}

/** Writes bills, also over those that say what they said before the answer was accepted. */
export async function writeOverAccepted(
  pool: Pool,
  columns: readonly string[],
  rows: readonly string[],
): Promise<Written> {
  const changed = await changeable(pool, columns);
  return upsertRows(pool, { table: 'cost_data', columns, changed, where: SAYS_THE_OLD }, rows);
}

/** A row that stays keeps its number, which PostgreSQL lets no statement set. */
async function changeable(pool: Pool, columns: readonly string[]): Promise<string[]> {
  const numbered = await numberedColumns(pool, 'cost_data');
  return columns.filter((name) => name !== 'id' && !numbered.has(name));
}

async function canKeep(pool: Pool): Promise<boolean> {
  return (await columnsOf(pool, 'restatements')).includes('adopted');
}
