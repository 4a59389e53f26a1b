import { quote } from '../rows.js';

const TABLE_KINDS: Record<string, (name: string) => string> = {
  partitioned: (name) =>
    `partitioned, where a key without the partition columns is not kept: copy it to a plain table, of which views are then to be made anew: ${toPlain(name)}`,
  inherited: (name) =>
    `inherited by others, whose rows no key of it covers: copy all rows to a plain table, of which views are then to be made anew: ${toPlain(name)}`,
  unlogged: (name) =>
    `unlogged, so that a crash of the server empties it: make it safe (ALTER TABLE ${quote(name)} SET LOGGED)`,
};

/** The old table stays as it is in a schema of its own, which takes the names of its indexes along. */
function toPlain(name: string): string {
  const [table, plain] = [name, `${name}_plain`].map(quote);
  return `BEGIN; CREATE SCHEMA before_costs; LOCK TABLE ${table}; CREATE TABLE ${plain} (LIKE ${table} INCLUDING ALL); INSERT INTO ${plain} SELECT * FROM ${table}; ALTER TABLE ${table} SET SCHEMA before_costs; ALTER TABLE ${plain} RENAME TO ${table}; COMMIT`;
}

/** What a table of a kind is that cannot be taken over, and the statement that makes it one that can. */
export function describeTableKind(kind: string, name: string): string {
  return TABLE_KINDS[kind]?.(name) ?? kind;
}
