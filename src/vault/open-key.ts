import type { KeyObject } from 'node:crypto';
import type { KeyRow } from '../domain/access.js';
import type { Organization } from '../domain/collection.js';
import { Secret } from '../domain/secret.js';
import { shell } from '../domain/shell.js';
import { CostsError } from '../errors.js';
import type { Authentication } from './authentication.js';
import { checkHost, destinationOf } from './hosts.js';
import { checkKey } from './mac.js';
import { NoSession } from './no-session.js';
import { plaintextOf } from './rotate.js';
import { unlessForbidden } from './unlock.js';
import { readVariable } from './variables.js';

/** How often a key is tried whose data key other processes keep changing. */
const ATTEMPTS = 3;

/**
 * The admin key of an organization, and every check on its way. A change of data key between two reads looks like a row
 * that was changed outside costs: a refusal is believed once everything was read again, and unlocked again where it must be.
 */
export function openKey(authentication: Authentication, organization: Organization): Promise<Secret> {
  return believedTwice(authentication, organization, () => openCurrentKey(authentication, organization));
}

/** A refusal counts once it was given twice, of everything read again. */
async function believedTwice<T>(
  authentication: Authentication,
  organization: Organization,
  open: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1, rotated = false; ; attempt += 1) {
    try {
      return await open();
    } catch (error) {
      if (rotated && error instanceof NoSession) throw sessionEnded(error);
      if (!(error instanceof CostsError) || error.code !== 'auth' || attempt === ATTEMPTS) throw error;
      const isNews = await authentication.forgetIfRotated(organization.teamId);
      if (attempt > 1 && !isNews) throw error;
      rotated ||= isNews;
    }
  }
}

/** Nothing is read or decrypted before the host is right. */
async function openCurrentKey(authentication: Authentication, organization: Organization): Promise<Secret> {
  const { access, config, output } = await authentication.tools();
  const { row, dataKey } = await checkedRow(authentication, organization, (found) => {
    checkHost(destinationOf(config, found.provider), found);
  });
  const key =
    row.source === 'env'
      ? readVariable(config, row.provider, row.variable ?? '')
      : decryptKey(row, dataKey, `The key of ${row.name}`);
  output.redact(key.reveal());
  await unlessForbidden(() => access.keys.touch([row.keyId]));
  return key;
}

/** The row as it is now: what the caller listed may have been changed since. @param check before anything is unlocked */
async function checkedRow(
  authentication: Authentication,
  organization: Organization,
  check: (row: KeyRow) => void,
): Promise<{ row: KeyRow; dataKey: KeyObject | null }> {
  const { access } = await authentication.tools();
  const row = await access.keys.get(organization.keyId);
  if (row === null) throw new CostsError('conflict', `The key of ${organization.name} was removed meanwhile.`);
  check(row);
  const dataKey =
    row.source === 'vault'
      ? (await authentication.requireDataKey({ id: row.teamId, name: '' }, 'member')).dataKey
      : ((await authentication.currentIfReachable(row.teamId))?.dataKey ?? null);
  if (dataKey !== null && row.mac === null) throw unsealed(row, `The key of ${row.name}`);
  if (dataKey !== null) checkKey(dataKey, row);
  return { row, dataKey };
}

/** See `Vault.folder`. */
export function openFolder(authentication: Authentication, organization: Organization): Promise<string> {
  return believedTwice(authentication, organization, async () => {
    const { row } = await checkedRow(authentication, organization, () => undefined);
    return row.variable ?? '';
  });
}

function sessionEnded(cause: NoSession): CostsError {
  return new CostsError(
    'auth',
    'The data key was changed while this ran (costs keys rotate-vault, or a member or token was removed), which ends all sessions.',
    { hint: 'Log in and run the same command again: costs login', cause },
  );
}

/** Such as a row that `costs db copy` brought from a store with another data key. */
function unsealed({ source, variable, organizationId }: KeyRow, what: string): CostsError {
  const option: Partial<Record<string, string>> = {
    env: shell` --from-env ${variable ?? ''}`,
    path: shell` --from-path ${variable ?? ''}`,
  };
  const where = option[source] ?? '';
  return new CostsError('auth', `${what} carries no seal: its seal does not fit what it says.`, {
    hint: `It was copied from another store, or put in outside costs. If you trust it: ${shell`costs keys rotate ${organizationId}`}${where}`,
  });
}

/** @throws CostsError `auth` where it is not in the vault */
export function decryptKey(row: KeyRow, dataKey: KeyObject | null, what: string): Secret {
  if (dataKey === null || row.encryptedKey === null)
    throw new CostsError('auth', `${what} is not in the vault.`, {
      hint: shell`costs keys rotate ${row.organizationId}`,
    });
  return new Secret(plaintextOf(row, row.encryptedKey, dataKey).toString());
}
