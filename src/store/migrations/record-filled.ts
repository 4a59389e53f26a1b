import type { Connection } from '../pool.js';
import { quote } from '../rows.js';
import { addUndo, readAdoption } from './adoption-record.js';
import { isOneOf, literal } from './step.js';

/**
 * Runs what fills bills of an adopted database. A column that was there before is another program's: the way back to what
 * was found empties it again of what was filled, and of nothing else.
 */
export async function recordFilled(
  connection: Connection,
  columns: readonly string[],
  fill: () => Promise<unknown>,
): Promise<void> {
  const adoption = await readAdoption(connection);
  const theirs = columns.filter((name) => adoption?.found.some(({ object }) => object === `column cost_data.${name}`));
  if (adoption === null || theirs.length === 0) {
    await fill();
    return;
  }
  await connection.transaction(async () => {
    const empty = new Map<string, string[]>();
    // Locked, so that what is there afterwards is what was filled.
    for (const name of theirs) {
      const { rows } = await connection.query<{ id: string }>(
        `SELECT id::text FROM cost_data WHERE api_version = 'costs_v1' AND ${quote(name)} IS NULL FOR NO KEY UPDATE`,
      );
      empty.set(
        name,
        rows.map(({ id }) => id),
      );
    }
    await fill();
    const undo: string[] = [];
    for (const [name, ids] of empty) {
      const column = quote(name);
      const { rows } = await connection.query<{ value: string; ids: string[] }>(
        `SELECT ${column}::text AS value, array_agg(id::text) AS ids FROM cost_data
         WHERE id::text IN (SELECT unnest($1::text[])) AND ${column} IS NOT NULL GROUP BY 1`,
        [ids],
      );
      for (const filled of rows)
        undo.push(
          `UPDATE cost_data SET ${column} = NULL WHERE ${column}::text = ${literal(filled.value)} AND ${isOneOf(filled.ids)}`,
        );
    }
    if (undo.length > 0) await addUndo(connection, adoption, undo);
  });
}
