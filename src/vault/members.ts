import { randomUUID } from 'node:crypto';
import type { AccessRows, Member, Role, SlotRow } from '../domain/access.js';
import type { Team } from '../domain/team.js';
import { CostsError } from '../errors.js';
import { administer, depart, type Work } from './administer.js';
import { makeCode, parseCode } from './codes.js';
import type { Doors } from './key-rows.js';
import { checkSlot, makeSlot, sealSlot } from './slots.js';
import type { Departure, MemberView, VaultMembers } from './vault.js';

const RESET_HOURS = 24;
const NOTHING: Departure = { exposed: [], rotated: false };

export function createVaultMembers(doors: Doors): VaultMembers {
  return {
    async list(team) {
      const { access } = await doors.tools();
      const [members, slots] = await Promise.all([access.members.list(team.id), access.slots.list(team.id)]);
      return members.map((member) => ({
        ...member,
        state: stateOf(slots.filter(({ userId }) => userId === member.id)),
      }));
    },
    add: (team, email, role, password) =>
      administer(doors, team, async ({ rows, vault, dataKey, actor }) => {
        const known = await rows.members.findByEmail(email);
        if (known !== null) await requireNewcomer(rows, known, team);
        const member: Member = { id: known?.id ?? randomUUID(), teamId: team.id, email, role };
        if (known === null) await rows.members.add(member);
        else await rows.members.setRole(member.id, role);
        await rows.slots.add(
          await makeSlot(vault, dataKey, {
            kind: 'password',
            userId: member.id,
            role,
            secret: password,
            mustChange: true,
          }),
        );
        await rows.audit({ teamId: team.id, actor: actor.label, action: 'members.add', subject: `${email} ${role}` });
        return member;
      }),
    setRole: (team, email, role) =>
      administer(doors, team, async (work) => {
        const member = await find(work.rows, team, email);
        if (member.role === role) return NOTHING;
        if (member.role === 'admin') await requireAnotherAdmin(work.rows, member);
        await changeRole(work, member, role);
        await work.rows.audit({
          teamId: team.id,
          actor: work.actor.label,
          action: 'members.role',
          subject: `${email} ${role}`,
        });
        return role === 'viewer' ? depart(work) : NOTHING;
      }),
    remove: (team, email) =>
      administer(doors, team, async (work) => {
        const member = await find(work.rows, team, email);
        if (member.role === 'admin') await requireAnotherAdmin(work.rows, member);
        // Slots and sessions go with the row.
        await work.rows.members.remove(member.id);
        await work.rows.audit({ teamId: team.id, actor: work.actor.label, action: 'members.remove', subject: email });
        return member.role === 'viewer' ? NOTHING : depart(work);
      }),
    reset: (team, email) =>
      administer(doors, team, async ({ rows, vault, dataKey, actor, now }) => {
        const member = await find(rows, team, email);
        const slots = await rows.slots.ofMember(member.id);
        for (const slot of slots) if (slot.endorsement === null) await checkSlot(slot, dataKey, member.role);
        await rows.slots.remove(slots.map(({ id }) => id));
        const code = makeCode();
        const expiresAt = new Date(now.getTime() + RESET_HOURS * 3_600_000);
        await rows.slots.add(
          await makeSlot(vault, dataKey, {
            kind: 'reset',
            userId: member.id,
            role: member.role,
            secret: parseCode(code),
            expiresAt,
          }),
        );
        await rows.sessions.removeOfMember(member.id);
        await rows.audit({ teamId: team.id, actor: actor.label, action: 'members.reset', subject: email });
        return { code, expiresAt };
      }),
  };
}

async function changeRole({ rows, vault, dataKey }: Work, member: Member, role: Role): Promise<void> {
  for (const slot of await rows.slots.ofMember(member.id)) {
    // A public key that somebody put in would be given the data key.
    await checkSlot(slot, dataKey, member.role);
    await rows.slots.replace(await sealSlot(slot, vault, dataKey, role));
  }
  await rows.members.setRole(member.id, role);
  // A session of a viewer holds no data key, and one of a member holds what a viewer must not have.
  await rows.sessions.removeOfMember(member.id);
}

async function find(rows: AccessRows, team: Team, email: string): Promise<Member> {
  const member = await rows.members.findByEmail(email);
  if (member?.teamId === team.id) return member;
  throw new CostsError('conflict', `${email} is no member of ${team.name}.`, { hint: 'costs members list' });
}

async function requireAnotherAdmin(rows: AccessRows, { id, teamId, email }: Member): Promise<void> {
  const others = (await rows.members.list(teamId)).filter((member) => member.role === 'admin' && member.id !== id);
  if (others.length > 0) return;
  throw new CostsError('conflict', `${email} is the last admin; without one nobody could manage keys and members.`, {
    hint: 'Make another one first: costs members role EMAIL admin',
  });
}

/** A row of the time before logins may be given a password; anybody else is a member already. */
async function requireNewcomer(rows: AccessRows, { id, teamId, email }: Member, team: Team): Promise<void> {
  if (teamId !== team.id) throw new CostsError('conflict', `${email} is a member of another team.`);
  if ((await rows.slots.ofMember(id)).length === 0) return;
  throw new CostsError('conflict', `${email} is a member already.`, {
    hint: `costs members role ${email} ROLE, or costs members reset ${email}`,
  });
}

function stateOf(slots: SlotRow[]): MemberView['state'] {
  const password = slots.find(({ kind }) => kind === 'password');
  if (password !== undefined) return password.mustChange ? 'initial-password' : 'ok';
  return slots.length > 0 ? 'reset' : 'no-login';
}
