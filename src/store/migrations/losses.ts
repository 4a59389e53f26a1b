import type { Pool } from 'pg';
import { columnsOf, countRows, tablesInOrder, untouchedCondition } from '../rows.js';
import type { Fact } from './catalog.js';

/** Rows that the earlier schema cannot express. */
export interface Loss {
  table: string;
  rows: number;
  /** SQL that selects them. */
  where: string;
  /** The columns that go; null when the whole rows go. */
  dropped: string[] | null;
  columns: string[];
}

/**
 * What going back from one state to an earlier one takes away: rows of tables that go, rows that a down.sql deletes, and
 * rows with anything in a column that goes. In the order in which they can be inserted again.
 * @param replaced SQL that is true of bills which come to say something else
 */
export async function findLosses(
  pool: Pool,
  {
    from,
    to,
    downs,
    replaced,
  }: { from: readonly Fact[]; to: readonly Fact[]; downs: readonly string[]; replaced?: string | undefined },
): Promise<Loss[]> {
  const kept = new Set(to.map(({ object }) => object));
  const gone = from.filter(({ object }) => !kept.has(object));
  const deletions = downs.flatMap(findDeletions);
  if (replaced !== undefined) deletions.push({ table: 'cost_data', where: replaced });
  const losses: Loss[] = [];
  for (const table of await tablesInOrder(pool)) {
    const add = async (where: string, dropped: Fact[] | null) => {
      const rows = await countRows(pool, table, where);
      const columns = await columnsOf(pool, table);
      if (rows > 0) losses.push({ table, rows, where, columns, dropped: dropped?.map(columnName) ?? null });
    };
    if (gone.some(({ object }) => object === `table ${table}`)) {
      await add('true', null);
      continue;
    }
    const deleted = deletions
      .filter((deletion) => deletion.table === table)
      .map(({ where }) => `(${where})`)
      .join(' OR ');
    if (deleted !== '') await add(deleted, null);
    const dropped = gone.filter(({ object }) => object.startsWith(`column ${table}.`));
    if (dropped.length > 0)
      await add(
        `NOT (${untouchedByDefinition(dropped)})${deleted === '' ? '' : ` AND (${deleted}) IS NOT TRUE`}`,
        dropped,
      );
  }
  return losses;
}

/** The `DELETE FROM` statements of a down.sql; a test holds the files to a form that this understands. */
export function findDeletions(sql: string): { table: string; where: string }[] {
  // What a function does once it is called is no deletion of a rollback.
  const plain = sql.replace(/--[^\n]*/g, '').replace(/\$\$[^]*?\$\$/g, '');
  const statements = plain.matchAll(/DELETE\s+FROM\s+"([^"]+)"(?:\s+WHERE\s+([^;]+))?\s*;/gi);
  return [...statements].map(([, table = '', where = 'true']) => ({ table, where: where.trim() }));
}

function untouchedByDefinition(columns: readonly Fact[]): string {
  return untouchedCondition(
    columns.map((column) => ({
      name: columnName(column),
      standard: / default (.+)$/s.exec(column.definition)?.[1] ?? null,
    })),
  );
}

function columnName({ object }: Fact): string {
  return object.slice(object.indexOf('.') + 1);
}
