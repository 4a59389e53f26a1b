import type { AccessRows, VaultRow } from '../domain/access.js';
import type { KeyObject } from 'node:crypto';
import type { Team } from '../domain/team.js';
import { CostsError } from '../errors.js';
import type { Authentication } from './authentication.js';
import { changedMeanwhile, rotateDataKey } from './rotate.js';
import type { AccessChange } from './vault.js';

/** An admin with the data key, inside a transaction that keeps every other writer of the vault out. */
export interface AdminTransaction {
  rows: AccessRows;
  vault: VaultRow;
  dataKey: KeyObject;
  actor: { label: string };
  now: Date;
}

/** Runs work of an admin in one transaction, with the vault locked and the data key known to be the current one. */
export async function administer<T>(
  authentication: Authentication,
  team: Team,
  work: (transaction: AdminTransaction) => Promise<T>,
): Promise<T> {
  const { access, embedded } = await authentication.tools();
  if (embedded) {
    throw new CostsError(
      'conflict',
      'The embedded store has no members or tokens: everyone who can open it can use it.',
      {
        hint: 'To share figures, set DATABASE_URL to a PostgreSQL server, then: costs init',
      },
    );
  }
  const { vault, dataKey, actor } = await authentication.requireDataKey(team, 'admin');
  const now = await access.clock();
  const result = await access.transact(async (rows) => {
    const locked = await rows.lockVault(team.id);
    if (locked?.generation !== vault.generation) throw changedMeanwhile();
    return work({ rows, vault, dataKey, actor, now });
  });
  authentication.forget();
  return result;
}

/** Somebody who could read the keys no longer may: a new data key, and every key marked until it is rotated. */
export async function rotateAfterRemoval({ rows, vault, dataKey, now }: AdminTransaction): Promise<AccessChange> {
  const { exposed, dropped, altered } = await rotateDataKey(rows, { vault, dataKey }, now);
  return { rotated: true, exposed, dropped, altered };
}
