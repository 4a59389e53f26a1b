import { quote } from '../rows.js';
import type { Fact } from './catalog.js';
import { partsOf } from './column-types.js';
import { lastName } from './step.js';

const TABLE_KINDS: Record<string, string> = {
  partitioned: 'partitioned, where a key without the partition columns is not kept',
  inherited: 'inherited by others, whose rows no key of it covers',
};

/** What a table of a kind is that cannot be taken over, and the statement that makes it one that can. */
export function describeTableKind({ object, definition }: Fact, live: readonly Fact[]): string {
  const name = lastName(object);
  if (definition === 'unlogged')
    return `unlogged, so that a crash of the server empties it: make it safe (ALTER TABLE ${quote(name)} SET LOGGED)`;
  const [kind = '', bound] = definition.split(' and ');
  const told = TABLE_KINDS[kind] ?? kind;
  return bound === undefined
    ? `${told}: copy all rows to a plain table, of which views must then be created again: ${toPlain(name, live)}`
    : `${told}: copy all rows to a plain table, and create again what a copy does not have: row security, policies, rights, triggers, rules, columns that number themselves, views, and keys of others that refer to it`;
}

/** The old table stays as it is in a schema of its own, which takes the names of its indexes along. */
function toPlain(name: string, live: readonly Fact[]): string {
  const [table, plain] = [name, `${name}_plain`].map(quote);
  const ofTable = (kind: string) => live.filter((fact) => fact.table === name && fact.object.startsWith(`${kind} `));
  const columns = ofTable('column')
    .filter(({ definition }) => partsOf(definition).computed === null)
    .map(({ object }) => quote(lastName(object)))
    .join(', ');
  const keys = ofTable('constraint')
    .filter(({ definition }) => definition.startsWith('FOREIGN KEY'))
    .map(({ object, definition }) => `ALTER TABLE ${plain} ADD CONSTRAINT ${quote(lastName(object))} ${definition}; `);
  return `BEGIN; CREATE SCHEMA IF NOT EXISTS before_costs; LOCK TABLE ${table}; CREATE TABLE ${plain} (LIKE ${table} INCLUDING ALL); INSERT INTO ${plain} (${columns}) SELECT ${columns} FROM ${table}; ${keys.join('')}ALTER TABLE ${table} SET SCHEMA before_costs; ALTER TABLE ${plain} RENAME TO ${table}; COMMIT`;
}
