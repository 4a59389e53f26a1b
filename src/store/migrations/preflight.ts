import { CostsError } from '../../errors.js';
import type { Pool } from 'pg';
import { quote } from '../rows.js';
import type { Difference } from './drift.js';
import { ourTables } from './folder.js';
import { missingHistory } from './schema-problem.js';
import type { MigrationStatus } from './status.js';
import type { History } from './history.js';

/**
 * Whether the role behind `pool` can change this schema at all.
 * @throws CostsError `failed` that names what is missing; nothing was changed
 */
export async function requireRights(pool: Pool, label: string): Promise<void> {
  const { rows } = await pool.query<Rights>(
    `SELECT current_user AS role, current_schema() AS schema, pg_is_in_recovery() AS replica,
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS "mayCreate",
       c.relname AS "foreignTable", pg_get_userbyid(c.relowner) AS owner
     FROM (VALUES (1)) AS one LEFT JOIN pg_class c ON c.relnamespace = quote_ident(current_schema())::regnamespace
       AND c.relkind IN ('r', 'p') AND c.relname = ANY ($1) AND NOT pg_has_role(c.relowner, 'USAGE')
     ORDER BY c.relname LIMIT 1`,
    [[...(await ourTables()), '_prisma_migrations']],
  );
  const rights = rows[0];
  if (rights === undefined) return;
  const { role, schema, replica, mayCreate, foreignTable, owner } = rights;
  const refuse = (message: string, hint: string) =>
    new CostsError('failed', `${message} Nothing was changed.`, { hint });
  if (replica) throw refuse(`${label} is a replica and can only be read.`, 'Point DATABASE_URL at the primary server.');
  if (schema === null)
    throw refuse(
      `The role "${role}" has no schema to create tables in.`,
      'Check its search_path, or add ?schema=NAME to DATABASE_URL.',
    );
  if (!mayCreate)
    throw refuse(
      `The role "${role}" may not create tables in the schema "${schema}" of ${label}.`,
      `Use the role that owns the database, or: GRANT CREATE ON SCHEMA "${schema}" TO "${role}";`,
    );
  if (foreignTable !== null)
    throw refuse(
      `The role "${role}" does not own the table "${foreignTable}" and may not change it.`,
      `Use the role that owns it, or: GRANT ${quote(owner)} TO ${quote(role)};`,
    );
  await requireNoPolicy(pool);
}

/** PostgreSQL refuses to plan what a policy would hide rows from; better now than half-way, as foreign keys are checked. */
async function requireNoPolicy(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind IN ('r', 'p') AND relname = ANY ($1)`,
    [await ourTables()],
  );
  if (rows.length > 0)
    await pool.query(rows.map(({ name }) => `SELECT FROM ${quote(name)} WHERE false`).join(' UNION ALL '));
}

interface Rights {
  role: string;
  schema: string | null;
  replica: boolean;
  mayCreate: boolean;
  /** One under a name of ours: other tables of the schema, such as what an extension brings, may be anybody's. */
  foreignTable: string | null;
  owner: string;
}

/**
 * Whether the history can be built upon.
 * @throws CostsError `conflict` that names what is wrong and the way out; nothing was changed
 */
export function requireSoundHistory(status: MigrationStatus, history: History, label: string): void {
  if (!history.exists && history.otherTables.length > 0) throw missingHistory(history.otherTables, label);
  const { unknown, pending, edited, drift } = status;
  if (unknown.length > 0) {
    const diverged =
      pending.length > 0
        ? `; ${pending.length} of this version ${pending.length === 1 ? 'is' : 'are'} not applied: the histories diverge`
        : '';
    throw new CostsError(
      'conflict',
      `${label} has migrations that this version of costs does not know (${unknown.join(', ')})${diverged}. Nothing was changed.`,
      {
        hint: 'It was migrated by another version: use that one or a newer one. If they are your own, keep them in a database or ?schema= of their own.',
      },
    );
  }
  if (edited.length > 0) {
    throw new CostsError('conflict', `Edited after being applied: ${edited.join(', ')}. Nothing was changed.`, {
      hint: 'Bring back the file as it was applied (git checkout, or install the package again); a change belongs into a new migration.',
    });
  }
  if (drift.length > 0) throw driftError(drift, label);
}

/** @returns the refusal of a database that somebody changed by hand */
export function driftError(drift: readonly Difference[], label: string): CostsError {
  const named = drift
    .slice(0, 5)
    .map(({ text }) => text)
    .join('; ');
  const rest = drift.length > 5 ? `; and ${drift.length - 5} more` : '';
  return new CostsError(
    'conflict',
    `The schema of ${label} is not what its history says: ${named}${rest}. Nothing was changed.`,
    {
      hint: 'Undo the change by hand, then migrate. The SQL of it: costs db diff',
    },
  );
}
