import { randomUUID, type KeyObject } from 'node:crypto';
import type { AccessRows, Member, SlotRow, VaultRow } from '../domain/access.js';
import type { Secret } from '../domain/secret.js';
import { CostsError } from '../errors.js';
import { attempt, type Admitted } from './attempts.js';
import { makeCode, parseCode } from './codes.js';
import { foundTeam } from './found.js';
import { parseEmail, parseNewPassword, parsePassword } from './identity.js';
import type { Doors } from './key-rows.js';
import { checkVault } from './mac.js';
import { changedMeanwhile } from './rotate.js';
import { endSession, keepSession } from './sessions.js';
import { makeSlot, openSlot, replaceViewerSlot } from './slots.js';
import type { Tools } from './tools.js';
import { unlessForbidden } from './unlock.js';
import type { Actor, VaultLogins } from './vault.js';

/** Whoever was just let in, until a session is kept or the process ends. */
interface Entered {
  vault: VaultRow;
  dataKey: KeyObject | null;
  userId: string;
}

export function createVaultLogins({ output }: Pick<Tools, 'output'>, doors: Doors): VaultLogins {
  let entered: Entered | null = null;
  const known = (secret: Secret) => {
    output.redact(secret.reveal());
    return secret;
  };
  return {
    parseEmail,
    parseNewPassword: (text) => known(parseNewPassword(text)),
    parsePassword: (text) => known(parsePassword(text)),
    isFounded: async (team) => (await (await doors.tools()).access.vault(team.id)) !== null,
    async found(team, email, password) {
      const { recoveryCode, ...rest } = await foundTeam(await doors.tools(), team, email, password);
      entered = rest;
      return { recoveryCode, actor: toActor({ id: rest.userId, teamId: team.id, email, role: 'admin' }) };
    },
    async keepSession() {
      if (entered === null) throw new CostsError('auth', 'Nobody logged in.', { hint: 'costs login' });
      const { vault, dataKey, userId } = entered;
      const { expiresAt } = await keepSession(await doors.tools(), vault, dataKey, userId);
      doors.forget();
      return expiresAt;
    },
    async login(email, password) {
      const tools = await doors.tools();
      const { member, slot, pair } = await attempt(tools, email, ['password'], password);
      const vault = await vaultOf(tools.access, member);
      entered = { vault, dataKey: await enter({ member, slot, pair }, vault), userId: member.id };
      const { access } = tools;
      await unlessForbidden(async () => access.logins.prune(await access.loginRetentionDays(member.teamId)));
      return { actor: toActor(member), teamId: member.teamId, mustChange: slot.mustChange };
    },
    async logout(team) {
      const tools = await doors.tools();
      const vault = await tools.access.vault(team.id);
      doors.forget();
      return vault !== null && endSession(tools, vault);
    },
    async changePassword(email, old, wanted) {
      const tools = await doors.tools();
      const admitted = await attempt(tools, email, ['password'], old);
      entered = await setPassword(tools, admitted, wanted);
      doors.forget();
    },
    async redeemCode(email, code, wanted) {
      const tools = await doors.tools();
      const admitted = await attempt(tools, email, ['reset', 'recovery'], parseCode(code));
      entered = await setPassword(tools, admitted, wanted);
      doors.forget();
      if (admitted.slot.kind !== 'recovery' || entered.dataKey === null) return { recoveryCode: null };
      const recoveryCode = makeCode();
      const { id } = admitted.slot;
      const slot = await makeSlot(entered.vault, entered.dataKey, {
        kind: 'recovery',
        role: 'admin',
        secret: parseCode(recoveryCode),
        id,
      });
      await tools.access.slots.replace(slot);
      return { recoveryCode };
    },
    async list(team, filter) {
      await doors.admin(team);
      return (await doors.tools()).access.logins.list(team.id, filter);
    },
    async unlock(team, email) {
      const { actor } = await doors.admin(team);
      const { access, place } = await doors.tools();
      await access.transact(async (rows) => {
        const member = await rows.members.findByEmail(email);
        if (member !== null && member.teamId !== team.id)
          throw new CostsError('conflict', `${email} is a member of another team.`);
        await rows.logins.add({
          id: randomUUID(),
          email,
          teamId: team.id,
          ...place,
          success: true,
          reason: 'unlocked',
        });
        await rows.audit({ teamId: team.id, actor: actor.label, action: 'logins.unlock', subject: email });
      });
    },
    async keepFor(team, days) {
      const { actor } = await doors.adminWithDataKey(team);
      const { access } = await doors.tools();
      await access.setLoginRetentionDays(team.id, days);
      await access.logins.prune(days);
      await access.audit({ teamId: team.id, actor: actor.label, action: 'logins.keep', subject: `${days} days` });
    },
  };
}

/** What a right secret gives: the data key, or null for a viewer. */
async function enter({ member, slot, pair }: Admitted, vault: VaultRow): Promise<KeyObject | null> {
  const role = slot.kind === 'recovery' ? 'admin' : member.role;
  const dataKey = await openSlot(slot, pair, vault, role);
  if (dataKey !== null) checkVault(vault, dataKey);
  if (dataKey !== null || role === 'viewer') return dataKey;
  throw new CostsError(
    'auth',
    `${member.email} has the role ${role} but no data key: the role was changed outside costs.`,
    {
      hint: 'An admin sets it right: costs members role EMAIL ROLE',
    },
  );
}

/** The slot of the new password takes the place of the old one and of the code that was used. */
async function setPassword({ access }: Tools, admitted: Admitted, wanted: Secret): Promise<Entered> {
  const { member, slot, pair } = admitted;
  const vault = await vaultOf(access, member);
  const dataKey = await enter(admitted, vault);
  const id = randomUUID();
  const next = await (dataKey === null
    ? replaceViewerSlot(slot, pair, vault, wanted, id)
    : makeSlot(vault, dataKey, { kind: 'password', userId: member.id, role: member.role, secret: wanted, id }));
  await access.transact((rows) => storePassword(rows, vault, member, next));
  return { vault, dataKey, userId: member.id };
}

async function storePassword(rows: AccessRows, vault: VaultRow, member: Member, next: SlotRow): Promise<void> {
  const locked = await rows.lockVault(member.teamId);
  if (locked?.generation !== vault.generation) throw changedMeanwhile();
  await rows.slots.remove((await rows.slots.ofMember(member.id)).map((slot) => slot.id));
  await rows.slots.add(next);
  await rows.sessions.removeOfMember(member.id);
  await rows.audit({ teamId: member.teamId, actor: member.email, action: 'passwd', subject: null });
}

async function vaultOf(access: AccessRows, { teamId }: Member): Promise<VaultRow> {
  const vault = await access.vault(teamId);
  if (vault !== null) return vault;
  throw new CostsError('auth', 'The team has no data key.', { hint: 'Make its first admin: costs init' });
}

function toActor({ id, email, role }: Member): Actor {
  return { kind: 'member', id, label: email, role, until: null };
}
