import { quote } from '../rows.js';
import { digestQuery } from './fingerprint.js';
import { literal } from './step.js';

/**
 * A statement that fills columns, as psql takes it: it fails, and changes nothing, where a trigger or a rule of theirs lets
 * the rows of the table say anything else in another column, or takes or adds rows.
 */
export function guardedFill(sql: string, table: string, columns: readonly string[]): string {
  // What is computed from a column that is filled may change with it.
  const beside = `ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = ${literal(quote(table))}::regclass AND (attgenerated <> '' OR attname IN (${columns.map(literal).join(', ')})))`;
  const digest = digestQuery(quote(table), `(to_jsonb(${quote(table)}.*) - ${beside})::text`);
  return `DO $fill$ DECLARE costs_before text; BEGIN
LOCK TABLE ${quote(table)} IN SHARE ROW EXCLUSIVE MODE;
costs_before := (${digest});
${sql};
SET CONSTRAINTS ALL IMMEDIATE;
IF costs_before <> (${digest}) THEN
RAISE EXCEPTION 'A trigger or a rule of ${table} changes what is written to it. Nothing was changed.'
USING HINT = ${literal(`Switch it off meanwhile, as in: ALTER TABLE ${quote(table)} DISABLE TRIGGER USER`)};
END IF; END $fill$`;
}

/** A migration of ours likewise, where it fills columns of bills. */
export function guardedMigration(sql: string): string {
  const [, set] = /\bUPDATE "?cost_data"?\s[^;]*?\bSET\s([^;]*?)\sFROM\s/.exec(sql) ?? [];
  if (set === undefined) return sql;
  const columns = [...set.matchAll(/"?(\w+)"? = /g)].map(([, name = '']) => name);
  return `${guardedFill(sql.replace(/;\s*$/, ''), 'cost_data', columns)};`;
}
