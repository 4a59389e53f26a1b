import type { Member, MemberRows } from '../domain/access.js';
import type { Client } from './client.js';

export function createMembers(client: Client): MemberRows {
  return {
    list: (teamId) => client.user.findMany({ where: { teamId }, orderBy: { email: 'asc' } }),
    get: (id) => client.user.findUnique({ where: { id } }),
    async findByEmail(email) {
      // Rows of the time before logins may be written in any case; the exact one wins.
      const [user] = await client.$queryRaw<Member[]>`
        SELECT "id", "team_id" AS "teamId", "email", "role" FROM "users" WHERE lower("email") = ${email} ORDER BY ("email" = ${email}) DESC, "id" LIMIT 1`;
      return user ?? null;
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
