import type { TokenRow } from '../domain/access.js';
import { findNamed, requireNamed, type Kind } from '../domain/find.js';
import { CostsError } from '../errors.js';
import { administer, rotateAfterRemoval } from './administer.js';
import type { Authentication } from './authentication.js';
import { makeToken } from './codes.js';
import { checkSlots, makeSlot } from './slots.js';
import type { VaultTokens } from './vault.js';
import { shell } from '../domain/shell.js';

const TOKEN: Kind = { what: 'token', list: 'costs tokens list' };

export function createVaultTokens(authentication: Authentication): VaultTokens {
  return {
    async list(team) {
      const { access } = await authentication.tools();
      const dataKey = (await authentication.currentIfReachable(team.id))?.dataKey ?? null;
      const viewers = await access.slots.formerViewers(team.id);
      const slots = dataKey === null ? [] : await checkSlots(access, team.id, dataKey);
      const sealed = new Map(slots.map(({ slot, role }) => [slot.tokenId, role]));
      const problemOf = ({ id }: TokenRow) => (viewers.has(id) ? 'viewer' : sealed.get(id) === null ? 'changed' : null);
      return (await access.tokens.list(team.id)).map((row) => ({
        ...row,
        role: sealed.get(row.id) ?? row.role,
        problem: problemOf(row),
      }));
    },
    create: (team, { name, role, days }) =>
      administer(authentication, team, async ({ rows, vault, dataKey, actor, now }) => {
        if ((await rows.tokens.list(team.id)).some((token) => token.name === name && isLive(token, now))) {
          throw new CostsError('conflict', `There is a token "${name}" already.`, {
            hint: shell`Choose another name, or: costs tokens revoke ${name}`,
          });
        }
        const { id, token } = makeToken();
        const expiresAt = new Date(now.getTime() + days * 86_400_000);
        const row = { id, teamId: team.id, name, role, createdBy: actor.label, expiresAt };
        await rows.tokens.add(row);
        const owner = { tokenId: id, name, role };
        await rows.slots.add(await makeSlot(vault, dataKey, owner, { kind: 'token', secret: token, expiresAt }));
        await rows.audit({ teamId: team.id, actor: actor.label, action: 'tokens.create', subject: `${name} ${role}` });
        return { token, row };
      }),
    find: (team, nameOrId) =>
      administer(authentication, team, async ({ rows, now }) => choose(await rows.tokens.list(team.id), nameOrId, now)),
    revoke: (team, nameOrId) =>
      administer(authentication, team, async (transaction) => {
        const { rows, actor, now } = transaction;
        const row = choose(await rows.tokens.list(team.id), nameOrId, now);
        const slot = await rows.slots.ofToken(row.id);
        if (slot !== null) await rows.slots.remove([slot.id]);
        await rows.tokens.revoke(row.id);
        await rows.audit({ teamId: team.id, actor: actor.label, action: 'tokens.revoke', subject: row.name });
        return { row, ...(await rotateAfterRemoval(transaction)) };
      }),
  };
}

/** One that is marked as revoked or expired is revoked all the same: anything can have written the mark. */
function choose(tokens: TokenRow[], nameOrId: string, now: Date): TokenRow {
  const live = tokens.filter((token) => isLive(token, now));
  const nameOf = ({ id, name }: TokenRow) => ({ ids: [id], name });
  return findNamed(nameOrId, live, nameOf, TOKEN) ?? requireNamed(nameOrId, tokens, nameOf, TOKEN);
}

function isLive({ revokedAt, expiresAt }: TokenRow, now: Date): boolean {
  return revokedAt === null && expiresAt > now;
}
