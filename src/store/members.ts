import { ROLES, type Member, type MemberRows, type Role } from '../domain/access.js';
import { CostsError } from '../errors.js';
import type { User } from '../generated/prisma/client.js';
import type { Client } from './client.js';

export function createMembers(client: Client): MemberRows {
  return {
    async list(teamId) {
      return (await client.user.findMany({ where: { teamId }, orderBy: { email: 'asc' } })).map(toMember);
    },
    async get(id) {
      const user = await client.user.findUnique({ where: { id } });
      return user === null ? null : toMember(user);
    },
    async findByEmail(email) {
      // Rows of the time before logins may be written in any case; the exact one wins.
      const [user] = await client.$queryRaw<{ id: string; team_id: string; email: string; role: string }[]>`
        SELECT "id", "team_id", "email", "role" FROM "users" WHERE lower("email") = ${email} ORDER BY ("email" = ${email}) DESC, "id" LIMIT 1`;
      return user === undefined
        ? null
        : toMember({ id: user.id, teamId: user.team_id, email: user.email, role: user.role });
    },
    add: async (member) => {
      await client.user.create({ data: member });
    },
    setRole: async (id, role) => {
      await client.user.update({ where: { id }, data: { role } });
    },
    remove: async (id) => {
      await client.user.delete({ where: { id } });
    },
  };
}

/** A role of the time before logins that we do not know gives the least rights. */
function toMember({ id, teamId, email, role }: User): Member {
  return { id, teamId, email, role: toRole(role) };
}

function toRole(role: string): Role {
  return (ROLES as readonly string[]).includes(role) ? (role as Role) : 'viewer';
}

/** @throws CostsError `auth` for a role that does not exist. */
export function checkRole(role: string): Role {
  if ((ROLES as readonly string[]).includes(role)) return role as Role;
  throw new CostsError('auth', 'A token claims a role that does not exist: its row was changed outside costs.', {
    hint: 'Revoke it and make a new one: costs tokens create',
  });
}
