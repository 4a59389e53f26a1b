import { randomUUID, type KeyObject } from 'node:crypto';
import type { AccessRows, Member } from '../domain/access.js';
import { requireNamed, type Kind } from '../domain/find.js';
import type { Team } from '../domain/team.js';
import { CostsError } from '../errors.js';
import { administer, rotateAfterRemoval, type AdminTransaction } from './administer.js';
import type { Authentication } from './authentication.js';
import { makeCode, parseCode } from './codes.js';
import { checkSlots, makeSlot, ownerName, sealSlot, type CheckedSlot } from './slots.js';
import type { AccessChange, MemberView, VaultMembers } from './vault.js';
import { shell } from '../domain/shell.js';

const RESET_HOURS = 24;
const MEMBER: Kind = { what: 'member', list: 'costs members list' };
const NOTHING: AccessChange = { rotated: false, exposed: [], dropped: [], altered: [] };

export function createVaultMembers(authentication: Authentication): VaultMembers {
  return {
    async list(team) {
      const { access } = await authentication.tools();
      const dataKey = (await authentication.currentIfReachable(team.id))?.dataKey ?? null;
      const members = await access.members.list(team.id);
      const viewers = await access.slots.formerViewers(team.id);
      const slots = await listSlots(access, team, dataKey);
      return members.map((member) => {
        const own = slots.filter(({ slot }) => slot.userId === member.id);
        return { ...member, role: own[0]?.role ?? member.role, state: stateOf(own, viewers.has(member.id)) };
      });
    },
    add: (team, email, role, password) =>
      administer(authentication, team, async (transaction) => {
        const { rows, vault, dataKey, actor } = transaction;
        await rows.logins.lockEmail(email);
        const known = await rows.members.findByEmail(email);
        if (known !== null) await removeBrokenLogin(transaction, known, team);
        const member: Member = { id: known?.id ?? randomUUID(), teamId: team.id, email, role };
        if (known === null) await rows.members.add(member);
        else await rows.members.setRole(member.id, role);
        const owner = { userId: member.id, name: ownerName(known?.email ?? email), role };
        await rows.slots.add(
          await makeSlot(vault, dataKey, owner, { kind: 'password', secret: password, mustChange: true }),
        );
        await rows.audit({ teamId: team.id, actor: actor.label, action: 'members.add', subject: `${email} ${role}` });
        return { ...member, role };
      }),
    setRole: (team, email, role) =>
      administer(authentication, team, async (transaction) => {
        const { rows, vault, dataKey, actor } = transaction;
        const { member, own, others } = await findLogin(transaction, team, email);
        if (own.length === 0) throw noLogin(member);
        if (role !== 'admin') requireAdmin(others, member);
        for (const { slot, role: sealed } of own) {
          // The data key is never sealed again to a public key that somebody may have put in.
          if (sealed === null || sealed === role) continue;
          await rows.slots.replace(await sealSlot(slot, vault, dataKey, { name: ownerName(member.email), role }));
        }
        await rows.members.setRole(member.id, role);
        await rows.audit({
          teamId: team.id,
          actor: actor.label,
          action: 'members.role',
          subject: `${member.email} ${role}`,
        });
        const isLess = own.some((login) => login.role === null || (login.role === 'admin' && role !== 'admin'));
        return isLess ? rotateAfterRemoval(transaction) : NOTHING;
      }),
    leaving: (team, email) => administer(authentication, team, (transaction) => findLeaving(transaction, team, email)),
    remove: (team, email) =>
      administer(authentication, team, async (transaction) => {
        const { rows, actor } = transaction;
        const member = await findLeaving(transaction, team, email);
        await rows.members.remove(member.id);
        await rows.audit({ teamId: team.id, actor: actor.label, action: 'members.remove', subject: member.email });
        return rotateAfterRemoval(transaction);
      }),
    reset: (team, email) =>
      administer(authentication, team, async (transaction) => {
        const { rows, vault, dataKey, actor, now } = transaction;
        const { member, own } = await findLogin(transaction, team, email);
        const role = own.find((login) => login.role !== null)?.role;
        if (role == null) throw noLogin(member);
        await rows.slots.remove(own.map(({ slot }) => slot.id));
        const code = makeCode();
        const expiresAt = new Date(now.getTime() + RESET_HOURS * 3_600_000);
        const owner = { userId: member.id, name: ownerName(member.email), role };
        await rows.slots.add(
          await makeSlot(vault, dataKey, owner, { kind: 'reset', secret: parseCode(code), expiresAt }),
        );
        await rows.sessions.removeOfMember(member.id);
        await rows.audit({ teamId: team.id, actor: actor.label, action: 'members.reset', subject: member.email });
        return { code, expiresAt };
      }),
  };
}

type ListedSlot = Pick<CheckedSlot, 'slot'> & Partial<Pick<CheckedSlot, 'role'>>;

/** Without a data key seals cannot be checked, and roles are what the rows say. */
async function listSlots(rows: AccessRows, team: Team, dataKey: KeyObject | null): Promise<ListedSlot[]> {
  if (dataKey !== null) return checkSlots(rows, team.id, dataKey);
  return (await rows.slots.list(team.id)).map((slot) => ({ slot }));
}

async function findLogin({ rows, dataKey }: AdminTransaction, team: Team, email: string) {
  const members = await rows.members.list(team.id);
  const member = requireNamed(email, members, ({ id, email: name }) => ({ ids: [id], name }), MEMBER);
  const slots = await checkSlots(rows, team.id, dataKey);
  const isOwn = ({ slot }: CheckedSlot) => slot.userId === member.id;
  return { member, own: slots.filter(isOwn), others: slots.filter((each) => !isOwn(each)) };
}

/** @throws CostsError `usage` for nobody of that name, `conflict` for the last admin and for a user who is none of ours */
async function findLeaving(transaction: AdminTransaction, team: Team, email: string): Promise<Member> {
  const { member, own, others } = await findLogin(transaction, team, email);
  if (own.length === 0 && (await transaction.rows.members.areShared()))
    throw new CostsError(
      'conflict',
      `${member.email} is a user of the application that made the tables, and has no login here to take away.`,
      { hint: 'Those who have one: costs members list' },
    );
  requireAdmin(others, member);
  return member;
}

function requireAdmin(others: CheckedSlot[], { email }: Member): void {
  if (others.some(({ role, slot }) => role === 'admin' && slot.userId !== null)) return;
  throw new CostsError(
    'conflict',
    `${email} is the last admin; without an admin, keys and members could not be managed.`,
    {
      hint: 'Make another one first: costs members role --help',
    },
  );
}

function noLogin({ email }: Member): CostsError {
  return new CostsError('conflict', `${email} has no login with a valid seal, so their role is not known.`, {
    hint: shell`Give them a new one: costs members add --email ${email} --role member`,
  });
}

/** A row of the time before logins, and one whose login was changed outside costs, may be given a password. */
async function removeBrokenLogin({ rows, dataKey }: AdminTransaction, known: Member, team: Team): Promise<void> {
  const { id, teamId, email } = known;
  if (teamId !== team.id) throw new CostsError('conflict', `${email} is a member of another team.`);
  const own = (await checkSlots(rows, team.id, dataKey)).filter(({ slot }) => slot.userId === id);
  if (own.some(({ role }) => role !== null)) {
    throw new CostsError('conflict', `${email} is a member already.`, {
      hint: shell`For a new start: costs members reset ${email}`,
    });
  }
  await rows.slots.remove(own.map(({ slot }) => slot.id));
}

function stateOf(own: readonly ListedSlot[], wasViewer: boolean): MemberView['state'] {
  if (own.some(({ role }) => role === null)) return 'changed';
  const password = own.find(({ slot }) => slot.kind === 'password')?.slot;
  if (password !== undefined) return password.mustChange ? 'initial-password' : 'ok';
  if (own.length > 0) return 'reset';
  return wasViewer ? 'viewer' : 'no-login';
}
