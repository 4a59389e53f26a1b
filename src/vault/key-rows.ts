import { randomUUID, type KeyObject } from 'node:crypto';
import type { AccessRows, KeyMaterial, KeyRow } from '../domain/access.js';
import type { OrganizationKey } from '../domain/organization.js';
import type { Secret } from '../domain/secret.js';
import type { Team } from '../domain/team.js';
import type { Authentication } from './authentication.js';
import { encrypt } from './cipher.js';
import { destinationOf, hostOfNewKey } from './hosts.js';
import { checkKey, isSealed, macOfKey } from './mac.js';
import { decryptKey } from './open-key.js';
import { changedMeanwhile, keyBinding, plaintextIfIntact, reencrypt } from './rotate.js';
import type { Tools, Unlocked } from './tools.js';
import { parseKey, providerInVariable, providerOfText, readVariable } from './variables.js';
import type { KeyInput, VaultKeys } from './vault.js';

export function createVaultKeys(options: Pick<Tools, 'config' | 'output'>, authentication: Authentication): VaultKeys {
  const { config, output } = options;
  const known = (key: Secret) => {
    output.redact(key.reveal());
    return key;
  };
  return {
    fromVariable: (provider, name) => known(readVariable(config, provider, name)),
    providerInVariable: (name) => providerInVariable(config, name),
    providerOfText,
    fromText: (provider, text) => known(parseKey(provider, text)),
    hostFor: (provider, allowed) => hostOfNewKey(destinationOf(config, provider), allowed),
    async add(team, organizations, input) {
      const unlocked = await unlockForInput(authentication, team, input);
      const { access } = await authentication.tools();
      const actor = unlocked.actor.label;
      return access.transact(async (rows) => {
        const added: KeyRow[] = [];
        for (const { provider, organizationId, name, billSource, isActive = true } of organizations) {
          const identity = { keyId: randomUUID(), teamId: team.id, provider, organizationId, name, billSource };
          const sealed = await material(rows, unlocked, identity, input);
          const row: KeyRow = { ...identity, isActive, lastUsedAt: null, ...sealed };
          await rows.keys.add(row);
          await rows.audit({ teamId: team.id, actor, action: 'keys.add', subject: subjectOf(row) });
          added.push(row);
        }
        return added;
      });
    },
    async replace(replaced, input) {
      const [first] = replaced;
      if (first === undefined) return;
      const { teamId } = first;
      const unlocked = await unlockForInput(authentication, { id: teamId, name: '' }, input);
      const { access } = await authentication.tools();
      const actor = unlocked.actor.label;
      await access.transact(async (rows) => {
        for (const row of replaced) {
          await rows.keys.setMaterial(row.keyId, await material(rows, unlocked, row, input));
          await rows.audit({ teamId, actor, action: 'keys.rotate', subject: subjectOf(row) });
        }
      });
    },
    async sharing(row) {
      const { access } = await authentication.tools();
      const isLike = (other: KeyRow) =>
        other.provider === row.provider && other.source === row.source && other.host === row.host;
      const others = (await access.keys.list(row.teamId)).filter(
        (other) => other.keyId !== row.keyId && isLike(other) && [other, row].some(isOfParent),
      );
      if (row.source !== 'vault') return [row, ...others.filter(({ variable }) => variable === row.variable)];
      if (others.length === 0) return [row];
      const { dataKey } = await authentication.requireDataKey({ id: row.teamId, name: '' }, 'admin');
      const key = keyIn(row, dataKey);
      // What was changed outside costs shares nothing that could be told.
      return [row, ...others.filter((other) => key !== null && keyIn(other, dataKey) === key)];
    },
    async registeredFor(team, provider, { key, variable }) {
      const { access } = await authentication.tools();
      const rows = (await access.keys.list(team.id)).filter((row) => row.provider === provider);
      if (variable !== null) return rows.find((row) => row.variable === variable) ?? null;
      const sealed = rows.filter(({ source, lastFour }) => source === 'vault' && lastFour === key?.lastFour());
      if (sealed.length === 0) return null;
      const { dataKey } = await authentication.requireDataKey(team, 'admin');
      return sealed.find((row) => keyIn(row, dataKey) === key?.reveal()) ?? null;
    },
    async takeOut(row) {
      const { dataKey } = await authentication.requireDataKey({ id: row.teamId, name: '' }, 'admin');
      checkKey(dataKey, row);
      return known(decryptKey(row, dataKey, `The key of ${row.name}`));
    },
    async sealUnsealed(team) {
      const { vault, dataKey, actor } = await authentication.requireDataKey(team, 'admin');
      const { access } = await authentication.tools();
      await access.transact(async (rows) => {
        if ((await rows.lockVault(team.id))?.generation !== vault.generation) throw changedMeanwhile();
        for (const row of await rows.keys.list(team.id)) {
          if (row.mac !== null || row.source === 'vault') continue;
          await rows.keys.setMaterial(row.keyId, { ...row, mac: macOfKey(dataKey, row) });
          await rows.audit({ teamId: team.id, actor: actor.label, action: 'keys.seal', subject: subjectOf(row) });
        }
      });
    },
    setActive: (row, active) =>
      change(authentication, row, row.source, active ? 'keys.enable' : 'keys.disable', (rows) =>
        rows.keys.setActive(row.keyId, active),
      ),
    remove: (row) => change(authentication, row, row.source, 'keys.remove', (rows) => rows.keys.remove(row.keyId)),
    rename: (organization, name) =>
      change(authentication, organization, null, 'keys.rename', (rows) =>
        rows.organizations.rename(organization, name),
      ),

    async move(organization, to) {
      const { provider, organizationId, teamId } = organization;
      const { access } = await authentication.tools();
      const row = await access.keys.findOrganization(provider, organizationId);
      const team = { id: teamId, name: '' };
      const unlocked = await (row === null
        ? authentication.requireRegistrar(team)
        : unlockForInput(authentication, team, row));
      return access.transact(async (rows) => {
        const material = row === null ? null : await materialFor(rows, unlocked, row, to);
        const counts = await rows.organizations.move(organization, to);
        // The other organization may have had a key of its own.
        if (row !== null && material !== null && (await rows.keys.get(row.keyId)) !== null)
          await rows.keys.setOrganization(row.keyId, to, material);
        const subject = `${subjectOf(organization)} to ${to}`;
        await rows.audit({ teamId, actor: unlocked.actor.label, action: 'keys.move', subject });
        return counts;
      });
    },
    purge: (organization) =>
      change(authentication, organization, null, 'keys.purge', (rows) => rows.organizations.purge(organization)),
  };
}

/** A key in a variable needs no data key; where the team has one, the row is sealed all the same. */
async function unlockForInput(
  authentication: Authentication,
  team: Team,
  { variable }: Pick<KeyInput, 'variable'>,
): Promise<Unlocked> {
  const unlocked = await (variable === null
    ? authentication.require(team, 'admin')
    : authentication.requireRegistrar(team));
  return variable !== null && unlocked.vault === null ? unlocked : authentication.requireDataKey(team, 'admin');
}

/** @param source where the key is kept; null where the key is no matter */
async function change<T>(
  authentication: Authentication,
  subject: OrganizationKey,
  source: KeyRow['source'] | null,
  action: string,
  work: (rows: AccessRows) => Promise<T>,
): Promise<T> {
  const { teamId } = subject;
  const team = { id: teamId, name: '' };
  const { actor } = await (source === 'vault'
    ? authentication.require(team, 'admin')
    : authentication.requireRegistrar(team));
  const { access } = await authentication.tools();
  return access.transact(async (rows) => {
    const done = await work(rows);
    await rows.audit({ teamId, actor: actor.label, action, subject: subjectOf(subject) });
    return done;
  });
}

function isOfParent({ billSource }: KeyRow): boolean {
  return billSource === 'parent';
}

function keyIn(row: KeyRow, dataKey: KeyObject): string | null {
  if (row.encryptedKey === null || !isSealed(dataKey, row)) return null;
  return plaintextIfIntact(row, row.encryptedKey, dataKey)?.toString() ?? null;
}

type Identity = Pick<KeyRow, 'keyId' | 'teamId' | 'provider' | 'organizationId' | 'name' | 'billSource'>;

/** What the row says of its key: sealed whenever there is a data key, and encrypted unless a variable holds it. */
async function material(
  rows: AccessRows,
  { vault, dataKey }: Unlocked,
  identity: Identity,
  input: KeyInput,
): Promise<KeyMaterial> {
  const { key, variable, host, expiresAt } = input;
  const base = {
    billSource: identity.billSource,
    source: key === null ? 'path' : variable === null ? 'vault' : 'env',
    variable,
    lastFour: key?.lastFour() ?? '',
    host,
    expiresAt,
    exposedAt: null,
  } as const;
  if (vault === null || dataKey === null) return { ...base, encryptedKey: null, generation: null, mac: null };
  // A rotation on the way would leave this key under the old data key, where nobody could open it.
  const locked = await rows.lockVault(identity.teamId);
  if (locked?.generation !== vault.generation) throw changedMeanwhile();
  const { generation } = locked;
  const encryptedKey =
    variable === null && key !== null
      ? encrypt(dataKey, Buffer.from(key.reveal()), keyBinding({ ...identity, host }, generation))
      : null;
  const sealed = { ...base, encryptedKey, generation: variable === null ? generation : null };
  return { ...sealed, mac: macOfKey(dataKey, { ...identity, ...sealed, isActive: true, lastUsedAt: null }) };
}

/** The key of a row as it is, sealed for another organization id. @throws CostsError `auth` when it was changed outside costs */
async function materialFor(
  rows: AccessRows,
  { vault, dataKey }: Unlocked,
  row: KeyRow,
  organizationId: string,
): Promise<KeyMaterial> {
  if (vault === null || dataKey === null) return { ...row, mac: null };
  if ((await rows.lockVault(row.teamId))?.generation !== vault.generation) throw changedMeanwhile();
  if (row.mac !== null || row.source === 'vault') checkKey(dataKey, row);
  const moved = reencrypt(row, dataKey, { vault, dataKey }, organizationId);
  if (moved === null) throw changedMeanwhile();
  return moved;
}

function subjectOf({ provider, organizationId }: Pick<KeyRow, 'provider' | 'organizationId'>): string {
  return `${provider} ${organizationId}`;
}
