import { randomUUID } from 'node:crypto';
import { goesBy, type Team, type TeamStore } from '../domain/team.js';
import { CostsError } from '../errors.js';
import type { Client } from './client.js';
import type { Database } from './database.js';
import type { Statements } from './statements.js';
import { transaction } from './transaction.js';
import { shell } from '../domain/shell.js';
import { similarTo } from '../domain/similar.js';
import { cleanName } from '../domain/text.js';
import { nameSome } from '../domain/words.js';

/** The name of the team that the embedded store makes by itself. */
const DEFAULT_NAME = 'default';

export function createTeamStore(database: Pick<Database, 'kind' | 'entities' | 'sql' | 'label'>): TeamStore {
  const { kind, sql, label } = database;
  const embedded = kind === 'embedded';
  const list = async (client: Statements = sql) => {
    const teams = await client.$queryRaw<Team[]>`SELECT id, name FROM teams ORDER BY name, id`;
    // Whoever writes to the table may have written one that costs would not take.
    return teams.map(({ id, name }) => ({ id, name: cleanName(name) }));
  };
  const create = (client: Client, name: string): Promise<Team> =>
    client.team.create({ data: { id: randomUUID(), name }, select: { id: true, name: true } });
  return {
    list: () => list(),
    async choose(nameOrId) {
      const teams = await list();
      if (nameOrId !== null) return find(teams, nameOrId, label);
      const [only, another] = teams;
      if (only === undefined) {
        if (embedded) return create(await database.entities(), DEFAULT_NAME);
        throw new CostsError('conflict', `${label} has no team yet.`, { hint: 'Make one: costs init' });
      }
      if (another === undefined) return only;
      throw new CostsError('usage', `${label} has ${teams.length} teams: ${nameSome(teams.map(({ name }) => name))}.`, {
        hint: shell`Say which by COSTS_TEAM or --team, as in: costs status --team ${only.name}`,
      });
    },
    open: (name) =>
      transaction(database, async (tx) => {
        // Names are not unique in the schema; two processes that make a team of one name at once must end with one.
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`costs team ${name}`}, 0))`;
        const teams = await list(tx);
        if (teams.some((team) => goesBy(team, name))) return { ...find(teams, name, label), created: false };
        const [only] = teams;
        if (embedded && teams.length === 1 && only?.name === DEFAULT_NAME) {
          await tx.team.update({ where: { id: only.id }, data: { name } });
          return { ...only, name, created: true };
        }
        return { ...(await create(tx, name)), created: true };
      }),
  };
}

function find(teams: Team[], nameOrId: string, label: string): Team {
  if (cleanName(nameOrId) === '')
    throw new CostsError('usage', 'Which team? The name is empty.', {
      hint: 'Leave --team out, or name one. To make one: costs init',
    });
  const byId = teams.find(({ id }) => id === nameOrId);
  if (byId !== undefined) return byId;
  const fitting = teams.filter((team) => goesBy(team, nameOrId));
  const [team, another] = fitting;
  if (team === undefined) {
    const near = similarTo(
      nameOrId,
      teams.map(({ name }) => name),
    );
    const meant = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
    throw new CostsError('usage', `${label} has no team "${nameOrId}".${meant}`, {
      hint: shell`Make it: costs init --team ${nameOrId}`,
    });
  }
  if (another === undefined) return team;
  throw new CostsError('usage', `Several teams are called "${nameOrId}": ${nameSome(fitting.map(({ id }) => id))}.`, {
    hint: shell`Say which by its id, as in: costs status --team ${team.id}`,
  });
}
