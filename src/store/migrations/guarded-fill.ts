import { quote } from '../rows.js';
import { digestQuery } from './fingerprint.js';
import { interferes, switchOffSql } from './interference.js';
import { NOTHING_WAITS } from './session.js';
import { literal } from './step.js';

/**
 * A statement that fills columns, as psql takes it: it fails, and changes nothing, where a trigger or a rule of theirs lets
 * the rows of the table say anything else in another column, or takes or adds rows.
 */
export function guardedFill(sql: string, table: string, columns: readonly string[]): string {
  // What is computed from a column that is filled may change with it.
  const beside = `ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = ${literal(quote(table))}::regclass AND (attgenerated <> '' OR attname IN (${columns.map(literal).join(', ')})))`;
  return guarded(sql, table, digestQuery(quote(table), `(to_jsonb(${quote(table)}.*) - ${beside})::text`));
}

/** @param digest a query for one text, which is to be the same before and after the statement */
function guarded(sql: string, table: string, digest: string): string {
  const told = (what: string) =>
    `RAISE EXCEPTION '%', ${literal(interferes(table))} USING ${what}HINT = 'Switch it off meanwhile: ' || coalesce((${switchOffSql(table)}), '');`;
  return `DO $fill$ DECLARE costs_before text; BEGIN
LOCK TABLE ${quote(table)} IN SHARE ROW EXCLUSIVE MODE;
costs_before := (${digest});
BEGIN
${sql};
EXCEPTION WHEN feature_not_supported THEN
${told('DETAIL = SQLERRM, ')}
END;
${NOTHING_WAITS};
IF costs_before <> (${digest}) THEN
${told('')}
END IF; END $fill$`;
}

/**
 * A migration of ours likewise, where it fills columns of bills.
 * @param digest what must stay as it is; every other column where nothing is said
 */
export function guardedMigration(sql: string, digest?: string): string {
  const columns = filledColumns(sql);
  if (columns.length === 0) return sql;
  const statement = sql.replace(/;\s*$/, '');
  const table = 'cost_data';
  return `${digest === undefined ? guardedFill(statement, table, columns) : guarded(statement, table, digest)};`;
}

/** The columns of bills that a migration fills. */
export function filledColumns(sql: string): string[] {
  const [, set = ''] = /\bUPDATE "?cost_data"?\s[^;]*?\bSET\s([^;]*?)\sFROM\s/.exec(sql) ?? [];
  return [...set.matchAll(/"?(\w+)"? = /g)].map(([, name = '']) => name);
}
