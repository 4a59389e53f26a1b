import type { Member, MemberRows } from '../domain/access.js';
import type { Client } from './client.js';
import { WAS_ADOPTED } from './facts/adopted-days.js';

export function createMembers(client: Client): MemberRows {
  const areShared = async () => {
    const [row] = await client.$queryRaw<[{ shared: boolean }]>`SELECT ${WAS_ADOPTED} AS shared`;
    return row.shared;
  };
  return {
    areShared,
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
      if (!(await areShared())) await client.user.update({ where: { id }, data: { role } });
    },
    remove: async (id) => {
      const ours = { where: { userId: id } };
      await client.vaultSlot.deleteMany(ours);
      await client.vaultViewerSlot.deleteMany(ours);
      await client.vaultSession.deleteMany(ours);
      if (!(await areShared())) await client.user.delete({ where: { id } });
    },
  };
}
