import type { Pool } from 'pg';
import { CostsError } from '../../errors.js';
import { columnsOf, countRows, numberedColumns, quote } from '../rows.js';
import { readBillKey } from './bill-key.js';
import { rankedSql } from './duplicates.js';
import { writeExport } from './export-file.js';
import { requireNoInterference } from './interference.js';

/** What is to become of bills that share project, bucket and line item, and the file that takes them as they were. */
export interface DuplicateChoice {
  policy: 'add' | 'keep-last' | 'stop';
  path: string;
}

/** What is added up beside the cost, where every bill of a key tells it. */
const AMOUNTS = ['quantity', 'list_cost'];

/**
 * Makes one bill of those that share a key: `add` adds up what is no exact copy, `keep-last` keeps the one written last.
 * Runs in the transaction that needs the key, after its lock and once the columns are ours, in which every sum has room; the
 * rows as they were go to the file first.
 * @param written as `readWrittenOrder` read it before anything was changed
 * @returns the statements that bring them back, and how many there were
 * @throws CostsError `conflict` where a trigger or a rule of theirs keeps a bill from being changed or removed
 */
export async function mergeDuplicates(
  pool: Pool,
  { policy, path }: DuplicateChoice,
  written: readonly string[],
): Promise<{ undo: string[]; rows: number }> {
  const key = await readBillKey(pool);
  if (policy === 'stop' || key === null) return { undo: [], rows: 0 };
  const columns = await columnsOf(pool, 'cost_data');
  const amounts = AMOUNTS.filter((name) => columns.includes(name)).map(quote);
  await pool.query(
    `CREATE TEMPORARY TABLE costs_duplicates ON COMMIT DROP AS SELECT ranked.*, to_jsonb(c) AS original
     FROM (${await rankedSql(pool, key, written)}) AS ranked JOIN cost_data c USING (id) WHERE same_key > 1`,
  );
  const rows = await countRows(pool, 'costs_duplicates');
  if (rows === 0) return { undo: [], rows };
  const where = 'id IN (SELECT id FROM costs_duplicates)';
  await writeExport(pool, path, [], [{ table: 'cost_data', where, rows, dropped: null, columns }]);
  if (policy === 'add') {
    const sums = amounts.map(
      (name) =>
        `CASE WHEN bool_and(${name} IS NOT NULL) AND count(DISTINCT quantity_unit) < 2 THEN sum(${name}) FILTER (WHERE copy = 1) END AS ${name}`,
    );
    await pool.query(
      `WITH added AS (SELECT key_number, ${['sum(cost) FILTER (WHERE copy = 1) AS cost', ...sums].join(', ')} FROM costs_duplicates GROUP BY key_number)
       UPDATE costs_duplicates d SET ${['cost', ...amounts].map((name) => `${name} = added.${name}`).join(', ')} FROM added WHERE d.newest = 1 AND d.key_number = added.key_number`,
    );
    await pool.query(
      `UPDATE cost_data c SET ${['cost', ...amounts].map((name) => `${name} = d.${name}`).join(', ')} FROM costs_duplicates d WHERE c.id = d.id AND d.newest = 1`,
    );
  }
  await pool.query('DELETE FROM cost_data WHERE id IN (SELECT id FROM costs_duplicates WHERE newest > 1)');
  await requireMerged(pool);
  const { rows: merged } = await pool.query<{ text: string }>(
    `SELECT jsonb_build_object('row', d.original, 'kept', k.id, 'cost', k.cost)::text AS text
     FROM costs_duplicates d JOIN costs_duplicates k USING (key_number) WHERE k.newest = 1`,
  );
  await pool.query('DROP TABLE costs_duplicates');
  const texts = merged.map(({ text }) => text);
  return { undo: bringBack(texts, columns, await numberedColumns(pool, 'cost_data')), rows };
}

async function requireMerged(pool: Pool): Promise<void> {
  const { rowCount } = await pool.query(
    `SELECT FROM costs_duplicates d LEFT JOIN cost_data c USING (id) WHERE (c.id IS NOT NULL) <> (newest = 1) OR c.cost <> d.cost LIMIT 1`,
  );
  if (rowCount === 0) return;
  await requireNoInterference(pool, 'cost_data');
  throw new CostsError('failed', 'Bills that share a key did not become one. Nothing was changed.', {
    hint: 'This is a fault in costs worth reporting, with what costs db adopt --dry-run prints.',
  });
}

/**
 * The bill that was kept takes its old values and its doubles are back, under the project that it has by now. One that was swept
 * since stays away with its doubles, and one that was restated stays as it is, without them.
 */
function bringBack(merged: readonly string[], columns: readonly string[], numbered: ReadonlySet<string>): string[] {
  // A row that stayed has kept its number, and PostgreSQL lets no statement set it.
  const set = columns
    .filter((name) => !['id', 'project_id'].includes(name) && !numbered.has(name))
    .map((name) => `${quote(name)} = EXCLUDED.${quote(name)}`);
  const values = columns.map((name) => `${name === 'project_id' ? 'kept' : 'r'}.${quote(name)}`).join(', ');
  return [
    `INSERT INTO cost_data (${columns.map(quote).join(', ')}) OVERRIDING SYSTEM VALUE SELECT ${values}
     FROM jsonb_array_elements('[${merged.join(',').replaceAll(`'`, `''`)}]'::jsonb) AS m CROSS JOIN LATERAL jsonb_populate_record(NULL::cost_data, m -> 'row') AS r
     JOIN cost_data AS kept ON kept.id = m ->> 'kept' AND kept.cost = (m ->> 'cost')::numeric
     ON CONFLICT (id) DO UPDATE SET ${set.join(', ')}`,
  ];
}
