import { expect, it } from 'vitest';
import { createKeys } from '../../src/store/keys.js';
import { createOrganizations } from '../../src/store/organizations.js';
import { createTeamStore } from '../../src/store/teams.js';
import { useMachine } from '../helpers/costs.js';
import { environmentOf, useTestDatabase } from '../helpers/database.js';

it('names some of many teams, of whatever name, and never all', async () => {
  const { database } = await useTestDatabase('postgresql');
  const teams = createTeamStore(database);
  await database.prisma
    .$executeRaw`INSERT INTO teams (id, name) SELECT 'id' || n, 'team' || n FROM generate_series(1, 3000) AS n`;
  await expect(teams.choose(null)).rejects.toThrow(/has 3000 teams: team1, [^.]{20,120} and 2990 more\.$/);
  await database.prisma.$executeRaw`UPDATE teams SET name = 'same'`;
  await expect(teams.choose('same')).rejects.toThrow(/called "same": id[^.]{20,120} and 2990 more\.$/);
  await database.prisma.$executeRaw`DELETE FROM teams WHERE id NOT IN ('id1', 'id2')`;
  await expect(teams.choose(null)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(/has 2 teams: same, same\.$/) as string,
    hint: expect.stringContaining(': costs status --team same') as string,
  });
  expect(await teams.open('id1')).toEqual({ id: 'id1', name: 'same', created: false });
  expect(await teams.list()).toHaveLength(2);
});

it('shows a name with a line end, which only somebody else can have written, on one line', async () => {
  const { database } = await useTestDatabase('postgresql');
  await database.prisma.$executeRaw`INSERT INTO teams (id, name) VALUES ('id1', E'acme\n::error::x')`;
  await database.prisma.$executeRaw`
    INSERT INTO organizations (provider, organization_id, team_id, name, source) VALUES ('openai', 'org-1', 'id1', E'Prod\r\n| x |', 'files')`;
  await database.prisma.$executeRaw`
    INSERT INTO organization_api_keys (id, team_id, provider, organization_id, name, source, variable, host, last_four)
    VALUES ('key-1', 'id1', 'openai', 'org-1', E'Prod\n| x |', 'env', 'KEY', 'loopback', '1234')`;
  expect(await createTeamStore(database).list()).toEqual([{ id: 'id1', name: 'acme ::error::x' }]);
  const [organization] = await createOrganizations(database.prisma).list('id1');
  expect(organization?.name).toBe('Prod | x |');
  const [key] = await createKeys(database.prisma).list('id1');
  expect(key?.name).toBe('Prod | x |');
});

it('takes a name that is typed, or that stands in a table, without what nobody sees in it', async () => {
  const { database, target } = await useTestDatabase('postgresql');
  await database.prisma.$executeRaw`INSERT INTO teams (id, name) VALUES ('id1', E'Beta\r')`;
  const teams = createTeamStore(database);
  for (const name of ['Beta', 'Beta\r', ' Beta\n']) expect(await teams.choose(name)).toMatchObject({ id: 'id1' });
  const machine = await useMachine(environmentOf(target));
  const made = ['init', '--team', 'Ac\rme\r', '--email', 'admin@example.com', '--password-stdin', '--json'];
  const { code, stdout } = await machine.here(made, { input: 'correct horse battery staple' });
  expect([code, stdout]).toEqual([0, expect.stringContaining('"Ac me"')]);
  expect(await database.prisma.$queryRaw`SELECT name FROM teams WHERE id <> 'id1'`).toEqual([{ name: 'Ac me' }]);
  expect(await teams.choose('Ac\rme')).toMatchObject({ name: 'Ac me' });
});
