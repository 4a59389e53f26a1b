import { expect, it } from 'vitest';
import { SQL } from '../../src/store/sql.js';
import { useTestDatabase } from '../helpers/database.js';

/** A value of each type that the store's statements read or write. */
const VALUES = SQL`
  SELECT ${SQL`7::int`} AS int, 9007199254740993::bigint AS bigint, true AS bool,
         'x'::text AS text, NULL::text AS nothing, '{"a": [1, null]}'::jsonb AS json, 'null'::jsonb AS none, '2027-03-28'::date AS date,
         '2027-03-28 01:30:00.123'::timestamp AS timestamp, '2027-03-28 01:30:00.123+02'::timestamptz AS timestamptz,
         '\\x00ff'::bytea AS bytes, ARRAY['a', NULL, 'b,"c"'] AS texts, ARRAY['2027-03-28'::date, NULL] AS dates,
         ARRAY[1::bigint, NULL] AS bigints,
         ARRAY['{"a": 1}'::jsonb] AS jsons, ARRAY['\\x00'::bytea] AS byteas, ARRAY['2027-03-28 01:30:00.123'::timestamp] AS timestamps, 'costs_v1'::"ApiVersion" AS label, gen_random_uuid() IS NOT NULL AS uuid`;

const ECHO = (given: Record<string, unknown>) => SQL`
  SELECT ${given.text}::text AS text, ${given.date}::timestamp AS date, ${given.bigint}::bigint AS bigint, ${given.texts}::text[] AS texts,
         ${given.bool}::boolean AS bool, ${given.nothing}::text AS nothing, ${given.bytes}::bytea AS bytes, ${given.dates}::timestamptz[] AS dates`;

it.each(['postgresql', 'embedded'] as const)(
  "reads and writes every type as Prisma's client does, which does the rest, and amounts as their text, in %s",
  async (kind) => {
    const { database } = await useTestDatabase(kind);
    const { prisma, sql } = database;
    expect(await sql.$queryRaw(VALUES)).toEqual(await prisma.$queryRaw`${VALUES}`);
    const amounts = SQL`SELECT '0.100000000000000000000000000001'::numeric AS one, ARRAY[0.10, NULL] AS some`;
    expect(await sql.$queryRaw(amounts)).toEqual([{ one: '0.100000000000000000000000000001', some: ['0.10', null] }]);
    const given = {
      text: 'größe',
      date: new Date('2027-03-28T00:30:00.123Z'),
      bigint: 9007199254740993n,
      texts: ['a', null, '{b}'],
      bool: false,
      nothing: null,
      bytes: new Uint8Array([0, 255]),
      dates: [new Date('2028-02-29T23:59:59.999Z')],
    };
    expect(await sql.$queryRaw(ECHO(given))).toEqual([given]);
    expect(await sql.$queryRaw(ECHO(given))).toEqual(await prisma.$queryRaw`${ECHO(given)}`);
    expect(await sql.$executeRaw`INSERT INTO teams (id, name) VALUES ('a', ${'A'}), ('b', 'B')`).toBe(2);
  },
);

it.each(['postgresql', 'embedded'] as const)(
  'keeps all that a transaction wrote, or nothing, also where the failure of a statement was swallowed, in %s',
  async (kind) => {
    const { database } = await useTestDatabase(kind);
    const { sql } = database;
    const names = async () =>
      (await sql.$queryRaw<{ id: string }[]>`SELECT id FROM teams ORDER BY id`).map(({ id }) => id);
    await sql.transaction(async (tx) => {
      await tx.$executeRaw`INSERT INTO teams (id, name) VALUES ('a', 'A')`;
      await tx.$executeRaw`INSERT INTO teams (id, name) VALUES ('b', 'B')`;
    });
    expect(await names()).toEqual(['a', 'b']);
    const failing = sql.transaction(async (tx) => {
      await tx.$executeRaw`INSERT INTO teams (id, name) VALUES ('c', 'C')`;
      throw new Error('a person changed their mind');
    });
    await expect(failing).rejects.toThrow('a person changed their mind');
    const swallowing = sql.transaction(async (tx) => {
      await tx.$executeRaw`INSERT INTO teams (id, name) VALUES ('d', 'D')`;
      await tx.$executeRaw`INSERT INTO teams (id, name) VALUES ('a', 'again')`.catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow('nothing of it is kept');
    expect(await names()).toEqual(['a', 'b']);
  },
);

it('does the work of a transaction again that another one was in the way of, and sees one state in a snapshot', async () => {
  const { sql } = (await useTestDatabase('postgresql')).database;
  await sql.$executeRaw`INSERT INTO teams (id, name) VALUES ('a', '0'), ('b', '0')`;
  const add = (first: string, second: string) =>
    sql.transaction(async (tx) => {
      await tx.$executeRaw`UPDATE teams SET name = name || '+' WHERE id = ${first}`;
      await tx.$queryRaw`SELECT pg_sleep(0.2)::text`;
      await tx.$executeRaw`UPDATE teams SET name = name || '+' WHERE id = ${second}`;
    });
  // Each waits for the other's row: PostgreSQL ends one of them.
  await Promise.all([add('a', 'b'), add('b', 'a')]);
  const names = await sql.snapshot(async (tx) => {
    const before = await tx.$queryRaw<{ name: string }[]>`SELECT name FROM teams ORDER BY id`;
    await sql.$executeRaw`UPDATE teams SET name = 'later'`;
    return [before, await tx.$queryRaw<{ name: string }[]>`SELECT name FROM teams ORDER BY id`];
  });
  expect(names).toEqual([
    [{ name: '0++' }, { name: '0++' }],
    [{ name: '0++' }, { name: '0++' }],
  ]);
});
