import { randomUUID, type KeyObject } from 'node:crypto';
import type { AccessRows, AccessStore, Member, Role, SlotRow, VaultRow } from '../domain/access.js';
import type { Secret } from '../domain/secret.js';
import { CostsError } from '../errors.js';
import { attempt, type Admitted } from './attempts.js';
import type { Authentication } from './authentication.js';
import { makeCode, parseCode } from './codes.js';
import { createVault, hasVaultAlready } from './create.js';
import { parseEmail, parseMember, parseNewPassword, parsePassword } from './identity.js';
import { checkVault, sealedRole } from './mac.js';
import { mendVault } from './mend.js';
import { changedMeanwhile } from './rotate.js';
import { endSession, keepSession } from './sessions.js';
import { makeSlot, openSlot, ownerName, RECOVERY } from './slots.js';
import type { Tools } from './tools.js';
import { unlessForbidden } from './unlock.js';
import type { Actor, VaultLogins } from './vault.js';
import { shell } from '../domain/shell.js';

/** A login that was just checked, until a session is kept or the process ends. */
interface CheckedLogin {
  vault: VaultRow;
  dataKey: KeyObject;
  role: Role;
  userId: string;
  slot: SlotRow;
}

export function createVaultLogins({ output }: Pick<Tools, 'output'>, authentication: Authentication): VaultLogins {
  let login: CheckedLogin | null = null;
  const known = (secret: Secret) => {
    output.redact(secret.reveal());
    return secret;
  };
  return {
    parseEmail,
    parseMember,
    parseNewPassword: (text) => known(parseNewPassword(text)),
    parsePassword: (text) => known(parsePassword(text)),
    async requireNoVault(team) {
      const { access } = await authentication.tools();
      if ((await access.vault(team.id)) !== null) throw hasVaultAlready(team);
    },
    async createVault(team, email, password) {
      const { recoveryCode, ...created } = await createVault(await authentication.tools(), team, email, password);
      const userId = created.slot.userId ?? '';
      login = { ...created, userId, role: 'admin' };
      return { recoveryCode, actor: toActor({ id: userId, email }, 'admin') };
    },
    async keepSession() {
      if (login === null) throw new CostsError('auth', 'You are not logged in.', { hint: 'costs login' });
      const { vault, slot } = login;
      const tools = await authentication.tools();
      const { expiresAt } = await keepSession(tools, login, (rows) => requireUnchanged(rows, vault, slot));
      authentication.forget();
      return expiresAt;
    },
    async login(email, password) {
      const tools = await authentication.tools();
      const { access } = tools;
      const admitted = await attempt(tools, email, ['password'], password);
      const { member } = admitted;
      login = await openLogin(tools, admitted);
      if (member.role !== login.role && !(await access.members.areShared())) {
        output.note(`The database gives ${member.email} another role; the sealed one, ${login.role}, is what counts.`);
      }
      await unlessForbidden(() => access.logins.prune(member.teamId));
      return { actor: toActor(member, login.role), teamId: member.teamId, mustChange: login.slot.mustChange };
    },
    async logout(team) {
      const tools = await authentication.tools();
      const vault = await tools.access.vault(team.id);
      authentication.forget();
      return vault !== null && endSession(tools, vault);
    },
    async changePassword(email, old, wanted) {
      const tools = await authentication.tools();
      login = (await setPassword(tools, await attempt(tools, email, ['password'], old), wanted)).login;
      authentication.forget();
    },
    async redeemCode(email, code, wanted) {
      const tools = await authentication.tools();
      const admitted = await attempt(tools, email, ['reset', 'recovery'], parseCode(code));
      const { recoveryCode, ...done } = await setPassword(tools, admitted, wanted);
      login = done.login;
      authentication.forget();
      return { recoveryCode };
    },
    async list(team, filter) {
      await authentication.require(team, 'admin');
      return (await authentication.tools()).access.logins.list(team.id, filter);
    },
    async unlock(team, email) {
      const { actor } = await authentication.require(team, 'admin');
      const { access, place } = await authentication.tools();
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
      const { actor } = await authentication.requireDataKey(team, 'admin');
      const { access } = await authentication.tools();
      await access.setLoginRetentionDays(team.id, days);
      await access.audit({ teamId: team.id, actor: actor.label, action: 'logins.keep', subject: `${days} days` });
      // The role may not have been granted it yet; it is set all the same, and the next login prunes.
      await unlessForbidden(() => access.logins.prune(team.id));
    },
  };
}

/** What a right secret opens. */
async function openLogin(tools: Tools, admitted: Admitted): Promise<CheckedLogin> {
  try {
    return await openAsItIs(tools.access, admitted);
  } catch (error) {
    if (await mendVault(tools, admitted)) return openAsItIs(tools.access, admitted);
    throw error;
  }
}

/** The slot and the vault are read together: a change of data key between two reads would look like a slot of an older state. */
async function openAsItIs(access: AccessStore, { member, slot, pair }: Admitted): Promise<CheckedLogin> {
  const { vault, current } = await access.transact(async (rows) => ({
    vault: await rows.lockVault(member.teamId),
    current: await findSlot(rows, slot),
  }));
  if (vault === null)
    throw new CostsError('auth', 'The team has no data key.', { hint: 'Make its first admin: costs init' });
  if (current?.publicKey !== slot.publicKey) throw usedMeanwhile();
  const owner = slot.kind === 'recovery' ? RECOVERY.name : ownerName(member.email);
  const { dataKey, role } = await openSlot(current, pair, vault, owner);
  checkVault(vault, dataKey);
  if (slot.kind === 'recovery') await requireNoMember(access, dataKey, member);
  return { vault, dataKey, role, userId: member.id, slot: current };
}

/** Who may not manage the team does not become an admin by its recovery code; one whose login is lost or broken may be any. */
async function requireNoMember({ slots }: AccessRows, dataKey: KeyObject, { id, email }: Member): Promise<void> {
  const roles = (await slots.ofMember(id)).map((slot) => sealedRole(dataKey, slot, ownerName(email)));
  if (!roles.includes('member')) return;
  throw new CostsError('auth', `The recovery code is for admins, and ${email} has the role member.`, {
    hint: shell`An admin gives a new start: costs members reset ${email}`,
  });
}

/** The slot of the new password takes the place of the old one or of the code, which is used up in the same transaction. */
async function setPassword(
  tools: Tools,
  admitted: Admitted,
  wanted: Secret,
): Promise<{ login: CheckedLogin; recoveryCode: Secret | null }> {
  const { access } = tools;
  const { member } = admitted;
  const proof = await openLogin(tools, admitted);
  const { vault, dataKey, role } = proof;
  const owner = { userId: member.id, name: ownerName(member.email), role };
  const slot = await makeSlot(vault, dataKey, owner, { kind: 'password', secret: wanted });
  const recoveryCode = proof.slot.kind === 'recovery' ? makeCode() : null;
  const recovery =
    recoveryCode === null
      ? null
      : await makeSlot(vault, dataKey, RECOVERY, { kind: 'recovery', secret: parseCode(recoveryCode) });
  await access.transact(async (rows) => {
    await requireUnchanged(rows, vault, proof.slot);
    const own = await rows.slots.ofMember(member.id);
    await rows.slots.remove([proof.slot, ...own].map(({ id }) => id));
    await rows.slots.add(slot);
    if (recovery !== null) await rows.slots.add(recovery);
    await rows.sessions.removeOfMember(member.id);
    await rows.audit({ teamId: member.teamId, actor: member.email, action: 'passwd', subject: null });
  });
  return { login: { ...proof, slot }, recoveryCode };
}

/** Locks the vault and makes sure that what was checked before is still what counts. */
async function requireUnchanged(rows: AccessRows, vault: VaultRow, slot: SlotRow): Promise<void> {
  const locked = await rows.lockVault(slot.teamId);
  if (locked?.generation !== vault.generation) throw changedMeanwhile();
  const current = await findSlot(rows, slot);
  if (current?.publicKey !== slot.publicKey || current.mac !== slot.mac) throw usedMeanwhile();
}

async function findSlot(rows: AccessRows, { id, teamId }: SlotRow): Promise<SlotRow | undefined> {
  return (await rows.slots.list(teamId)).find((slot) => slot.id === id);
}

function usedMeanwhile(): CostsError {
  return new CostsError('auth', 'This password or code was replaced or used up by another command at the same time.', {
    hint: 'Use the new one, or ask an admin for a new start (members reset): costs login',
  });
}

function toActor({ id, email }: Pick<Member, 'id' | 'email'>, role: Role): Actor {
  return { kind: 'member', id, label: email, role, until: null };
}
