import type { TokenRow } from '../domain/access.js';
import { CostsError } from '../errors.js';
import { administer, depart } from './administer.js';
import { makeToken } from './codes.js';
import type { Doors } from './key-rows.js';
import { makeSlot } from './slots.js';
import type { VaultTokens } from './vault.js';

export function createVaultTokens(doors: Doors): VaultTokens {
  return {
    list: async (team) => (await doors.tools()).access.tokens.list(team.id),
    create: (team, { name, role, days }) =>
      administer(doors, team, async ({ rows, vault, dataKey, actor, now }) => {
        if ((await rows.tokens.list(team.id)).some((token) => token.name === name && isLive(token, now))) {
          throw new CostsError('conflict', `There is a token "${name}" already.`, {
            hint: `costs tokens revoke ${name}, or choose another name`,
          });
        }
        const { id, token } = makeToken();
        const expiresAt = new Date(now.getTime() + days * 86_400_000);
        const row = { id, teamId: team.id, name, role, createdBy: actor.label, expiresAt };
        await rows.tokens.add(row);
        await rows.slots.add(
          await makeSlot(vault, dataKey, { kind: 'token', tokenId: id, role, secret: token, expiresAt }),
        );
        await rows.audit({ teamId: team.id, actor: actor.label, action: 'tokens.create', subject: `${name} ${role}` });
        return { token, row };
      }),
    revoke: (team, nameOrId) =>
      administer(doors, team, async (work) => {
        const { rows, actor, now } = work;
        const row = choose(await rows.tokens.list(team.id), nameOrId, now);
        const slot = await rows.slots.ofToken(row.id);
        if (slot !== null) await rows.slots.remove([slot.id]);
        await rows.tokens.revoke(row.id);
        await rows.audit({ teamId: team.id, actor: actor.label, action: 'tokens.revoke', subject: row.name });
        return { row, ...(row.role === 'viewer' ? { exposed: [], rotated: false } : await depart(work)) };
      }),
  };
}

function choose(tokens: TokenRow[], nameOrId: string, now: Date): TokenRow {
  const open = tokens.filter(({ revokedAt }) => revokedAt === null);
  const named = open.filter(({ id, name }) => id === nameOrId || name === nameOrId);
  const [row, another] = named.length > 1 ? named.filter((token) => isLive(token, now)) : named;
  if (row === undefined)
    throw new CostsError('conflict', `There is no token "${nameOrId}" that is not revoked.`, {
      hint: 'costs tokens list',
    });
  if (another === undefined) return row;
  throw new CostsError(
    'conflict',
    `Several tokens are called "${nameOrId}": ${named.map(({ id }) => id).join(', ')}.`,
    { hint: 'Use the id.' },
  );
}

function isLive({ revokedAt, expiresAt }: TokenRow, now: Date): boolean {
  return revokedAt === null && expiresAt > now;
}
