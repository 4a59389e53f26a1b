import { CostsError } from '../../errors.js';
import { appliedNames, failedRows, type History } from './history.js';

/**
 * Null when every migration of this version, and no other, is applied.
 * @param schema in which they were looked for; null where there is none
 */
export function schemaProblem(
  names: readonly string[],
  history: History,
  label: string,
  schema: string | null,
): CostsError | null {
  if (!history.exists) return missingHistory(history.otherTables, withSchema(label, schema));
  const failed = failedRows(history)[0];
  if (failed !== undefined) {
    return new CostsError('schema', `The migration ${failed.name} of ${label} began and did not end.`, {
      hint: 'To recover and go on: costs db migrate',
    });
  }
  const unknown = unknownNames(names, history);
  if (unknown.length > 0) {
    return new CostsError(
      'schema',
      `${label} has migrations that this version of costs does not know: ${unknown.join(', ')}.`,
      {
        hint: 'It was migrated by a newer version: upgrade costs.',
      },
    );
  }
  const pending = names.filter((name) => !appliedNames(history).includes(name));
  if (pending.length === 0) return null;
  const count = pending.length === 1 ? '1 migration is' : `${pending.length} migrations are`;
  return new CostsError('schema', `The schema of ${label} is older than this version of costs: ${count} pending.`, {
    hint: 'costs db migrate',
  });
}

/** With its schema, where that is not the usual one: a mistyped one would be made. */
function withSchema(label: string, schema: string | null): string {
  return schema === null || schema === 'public' ? label : `The schema ${schema} of ${label}`;
}

/** What to say of a database without a history, by the tables in it. */
export function missingHistory(tables: readonly string[], label: string): CostsError {
  if (tables.length === 0) {
    return new CostsError('schema', `${label} is empty.`, {
      hint: 'To begin: costs init',
    });
  }
  if (tables.includes('cost_data')) {
    return new CostsError('schema', `${label} has tables of ours but no migration history.`, {
      hint: 'Adopt it, then migrate: costs db adopt',
    });
  }
  return new CostsError(
    'schema',
    `${label} holds other tables (${tables.slice(0, 3).join(', ')}${tables.length > 3 ? ', …' : ''}) and no history of costs.`,
    {
      hint: 'Point COSTS_DATABASE_URL at a database of its own, or unset it to use the embedded store. Or add ?schema=costs to it, then: costs db migrate',
    },
  );
}

/** Migrations in the history that this version has no file of. */
export function unknownNames(names: readonly string[], history: History): string[] {
  return history.rows.map(({ name }) => name).filter((name) => !names.includes(name));
}
