import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { CollectionStore, WindowWrite } from '../../../src/domain/collection.js';
import { addDays, endOfDay, parseDay, startOfDay, type Day } from '../../../src/domain/day.js';
import type { PrismaClient } from '../../../src/generated/prisma/client.js';
import type { StatementPool } from '../../../src/store/statements.js';
import { createCollectionStore } from '../../../src/store/collection/collection-store.js';
import { openDatabase } from '../../helpers/open-database.js';
import { createTestDatabase, STORY_KINDS, type TestDatabase } from '../../helpers/database.js';
import { parseDecimal } from '../../../src/domain/decimal.js';
import { line } from '../../helpers/lines.js';
import { organizationOf, registerOrganization } from '../../helpers/organization.js';

const d1 = parseDay('2026-02-28');
const d2 = parseDay('2026-03-01');
const ours = organizationOf('openai', 'org-1');
const span = { since: d1, until: d2 };
const quantity = parseDecimal('7');
const LINES = [
  line(d1, 'p', 'gpt, "5"', '1.5', { quantity, quantityUnit: 'tokens' }),
  line(d1, 'q', 'gpt', '-0.25'),
  line(d1, 'q', 'gpt [EUR]', '4', { currency: 'EUR' }),
  line(d2, 'p', 'gpt', '2'),
];

describe.each(STORY_KINDS)('the seal of a day in %s', (kind) => {
  let test: TestDatabase;
  let prisma: PrismaClient;
  let sql: StatementPool;
  let store: CollectionStore;

  beforeAll(async () => {
    test = await createTestDatabase(kind);
    ({ prisma, sql } = test.database);
    store = createCollectionStore(sql);
    await prisma.team.createMany({
      data: [
        { id: 'team-1', name: 'acme' },
        { id: 'team-2', name: 'other' },
      ],
    });
    await registerOrganization(prisma, 'openai', 'org-1');
    await registerOrganization(prisma, 'openai', 'org-2');
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    await prisma.$executeRaw`TRUNCATE cost_data, restatements, collected_days, seal_findings, projects CASCADE`;
    await write(LINES);
  });

  const write = (
    lines: WindowWrite['lines'],
    daysLater = 1,
    organizationId = 'org-1',
    days = [d1, d2],
    teamId = 'team-1',
  ) =>
    store.writeWindow({
      provider: 'openai',
      organizationId,
      organizationName: 'Prod',
      teamId,
      runId: `run-${daysLater}`,
      lease: null,
      days,
      requestedAt: endOfDay(addDays(d2, daysLater)),
      lines,
      projects: new Map(),
      acceptRestatement: false,
      forced: false,
    });
  const check = () => store.checkSeals(ours, span);
  const causes = async () => (await prisma.restatement.findMany()).map(({ cause }) => cause).sort();

  it('fits what was written, whatever is linked, added to the row, or written again', async () => {
    expect(await check()).toEqual({ days: 2, misfits: [], sealedAsFound: [], stray: [], adopted: [] });
    await prisma.$executeRaw`UPDATE cost_data SET id = 'x' || id, model = 'gpt', cost_type = 'tokens'`;
    await prisma.$executeRaw`INSERT INTO projects (id, team_id, name) VALUES ('mine', 'team-1', 'Mine')`;
    await prisma.$executeRaw`UPDATE projects SET ai_provider = NULL, ai_organization_id = NULL, ai_project_id = NULL WHERE ai_project_id = 'p'`;
    await prisma.$executeRaw`UPDATE projects SET ai_provider = 'openai', ai_organization_id = 'org-1', ai_project_id = 'p' WHERE id = 'mine'`;
    await prisma.$executeRaw`UPDATE cost_data SET project_id = 'mine' WHERE project_id IN (SELECT id FROM projects WHERE ai_project_id IS NULL)`;
    expect(await check()).toMatchObject({ misfits: [] });
    expect(await write([...LINES].reverse(), 2)).toMatchObject({ altered: [] });
    expect(await check()).toMatchObject({ misfits: [], sealedAsFound: [] });
  });

  it('is the same from every server and version: a digest of what the provider said, in an order that no locale changes', async () => {
    const text = (day: Day, lines: [string, string, string, string][]) =>
      lines
        .map(([currency, project, lineItem, rest]) =>
          [currency, project, startOfDay(day).getTime(), endOfDay(day).getTime(), lineItem, rest].join(','),
        )
        .join('\n');
    const digest = (lines: string) => createHash('sha256').update(lines).digest('hex');
    const first = text(d1, [
      ['EUR', `'q'`, `'gpt [EUR]'`, '4,NULL,NULL'],
      ['USD', `'p'`, `'gpt, "5"'`, `1.5,7,'tokens'`],
      ['USD', `'q'`, `'gpt more'`, '0.5,NULL,NULL'],
      ['USD', `'q'`, `'gpt'`, '-0.25,NULL,NULL'],
      ['USD', `'q'`, `'Ärger'`, '0.1,NULL,NULL'],
    ]);
    await write([...LINES, line(d1, 'q', 'Ärger', '0.1'), line(d1, 'q', 'gpt more', '0.5')], 2);
    const stored = await prisma.collectedDay.findMany({ orderBy: { day: 'asc' } });
    expect(stored.map(({ seal }) => seal)).toEqual([
      digest(first),
      digest(text(d2, [['USD', `'p'`, `'gpt'`, '2,NULL,NULL']])),
    ]);
    expect(stored.map(({ sealedRows, sealedSums }) => [sealedRows, sealedSums])).toEqual([
      [5, { EUR: '4', USD: '1.85' }],
      [1, { USD: '2' }],
    ]);
  });

  it('has its lines in C order also where projects, buckets and line items begin alike', async () => {
    const noon = new Date(startOfDay(d1).getTime() + 43_200_000);
    const lines = ['p', 'p p', "p'", "p''", 'p,1', 'pp', 'P', 'é'].flatMap((project) =>
      ['a', 'a b', 'A', "a'", 'a\nb', 'é', ''].flatMap((item) => [
        line(d1, project, item, '0.5', { bucketEnd: noon }),
        line(d1, project, `${item}.`, '-1', { bucketStart: noon }),
        line(d1, project, `${item} whole`, '2.25', { currency: 'EUR', quantity }),
      ]),
    );
    const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
    const texts = lines.map(({ bucketStart, bucketEnd, ...row }) =>
      [
        row.currency,
        quoted(row.providerProjectId),
        bucketStart.getTime(),
        bucketEnd.getTime(),
        quoted(row.lineItem),
        { USD: row.cost < 0n ? '-1' : '0.5', EUR: '2.25' }[row.currency],
        row.quantity === null ? 'NULL' : '7',
        'NULL',
      ].join(','),
    );
    const inOrder = texts.map((text) => Buffer.from(text)).sort((a, b) => Buffer.compare(a, b));
    await write(lines, 2, 'org-1', [d1]);
    const stored = await prisma.collectedDay.findFirstOrThrow({ orderBy: { day: 'asc' } });
    expect(stored.seal).toBe(createHash('sha256').update(inOrder.join('\n')).digest('hex'));
    expect(stored.sealedRows).toBe(texts.length);
  });

  it('follows the provider: what it changes is sealed anew, and is no misfit', async () => {
    const changed = LINES.map((each) => ({ ...each, cost: parseDecimal('3') }));
    expect(await write(changed, 2)).toMatchObject({ updated: 4, altered: [] });
    expect(await check()).toMatchObject({ days: 2, misfits: [] });
    expect(new Set(await causes())).toEqual(new Set(['provider']));
  });

  it.each([
    ['amounts are changed', `UPDATE cost_data SET cost = cost + 1`, [d1, d2]],
    [
      'amounts change so that the sum stays',
      `UPDATE cost_data SET cost = cost + CASE currency WHEN 'EUR' THEN 0 ELSE CASE WHEN cost > 0 THEN 1 ELSE -1 END END WHERE bucket_start_time < '2026-03-01'`,
      [d1],
    ],
    ['a row is deleted', `DELETE FROM cost_data WHERE cost = 2`, [d2]],
    [
      'a row is added',
      `INSERT INTO cost_data SELECT 'new', project_id, date, service, 9, api_version, bucket_start_time, bucket_end_time, 'extra', currency FROM cost_data WHERE cost = 2`,
      [d2],
    ],
    ['a quantity is changed', `UPDATE cost_data SET quantity = 8 WHERE quantity = 7`, [d1]],
    ['a currency is changed', `UPDATE cost_data SET currency = 'GBP' WHERE currency = 'EUR'`, [d1]],
    [
      'a row moves to another project',
      `UPDATE cost_data SET project_id = (SELECT id FROM projects WHERE ai_project_id = 'q') WHERE cost = 2`,
      [d2],
    ],
    [
      'a row moves to another day',
      `UPDATE cost_data SET bucket_start_time = bucket_start_time - interval '1 day', bucket_end_time = bucket_end_time - interval '1 day', line_item = 'moved' WHERE cost = 2`,
      [d1, d2],
    ],
  ])('does not fit when %s; the next write says so, keeps it and puts it right', async (_, statement, days) => {
    await prisma.$executeRawUnsafe(statement);
    expect((await check()).misfits.map(({ day }) => day)).toEqual(days);
    const outcome = await write(LINES, 2);
    expect([...outcome.altered].sort()).toEqual(days);
    expect(outcome.restated.rows).toBe(0);
    expect((await causes()).every((cause) => cause === 'altered')).toBe(true);
    expect((await check()).misfits).toEqual([]);

    // It stays known until the days were compared with the provider.
    expect((await store.openMisfits(ours)).map(({ day }) => day)).toEqual(days);
    await store.closeMisfits(ours, days);
    expect(await store.openMisfits(ours)).toEqual([]);
  });

  it('does not fit however much was added, and the guard does not take that for what there was', async () => {
    await prisma.$executeRaw`UPDATE cost_data SET cost = cost * 1000`;
    expect(await write(LINES, 2)).toMatchObject({ updated: 4, altered: [d1, d2] });
  });

  it('goes on guarding its day when a row is altered: an answer without what was written is refused', async () => {
    await prisma.$executeRaw`UPDATE cost_data SET cost = cost + 0.01 WHERE cost = 2`;
    await expect(write([], 2, 'org-1', [d2])).rejects.toMatchObject({
      code: 'shrink',
      message: expect.stringMatching(/0 USD .* where 2 USD/) as string,
    });
    expect(await prisma.costData.count()).toBe(LINES.length);
  });

  it('is of one organization, whose days another one neither has nor seals', async () => {
    await write([line(d1, 'r', 'gpt', '8')], 1, 'org-2', [d1]);
    await write(LINES, 2);
    expect(await store.checkSeals(organizationOf('openai', 'org-2'), span)).toMatchObject({
      days: 1,
      misfits: [],
      stray: [],
    });
    expect((await store.collectedDays(organizationOf('openai', 'org-2'))).map(({ day }) => day)).toEqual([d1]);
    expect(await store.checkSeals(ours, { since: d2, until: d2 })).toMatchObject({ days: 1 });
  });

  it("is of the organization's team: another sees neither days nor seals nor what does not fit, and changes nothing", async () => {
    await prisma.$executeRaw`UPDATE cost_data SET cost = cost + 1 WHERE cost = 2`;
    await prisma.$executeRaw`UPDATE collected_days SET seal = NULL WHERE day = ${d1}::date`;
    expect(await store.checkSeals(ours, span, false)).toMatchObject({ days: 2, misfits: [{ day: d2 }] });
    const theirs = organizationOf('openai', 'org-1', 'team-2');
    expect(await store.checkSeals(theirs, span)).toMatchObject({ days: 0, misfits: [], sealedAsFound: [], stray: [] });
    expect(await prisma.sealFinding.count()).toBe(0);
    await check();
    const all = async () => ({
      days: await prisma.collectedDay.findMany(),
      rows: await prisma.costData.findMany({ orderBy: { id: 'asc' } }),
      findings: await prisma.sealFinding.findMany(),
    });
    const before = await all();
    expect(await store.collectedDays(theirs)).toEqual([]);
    expect(await store.storedDays(theirs, span)).toEqual([]);
    expect(await store.dailyCharges(theirs, span)).toEqual([]);
    expect(await store.spenders(theirs, span)).toEqual([]);
    expect(await store.openMisfits(theirs)).toEqual([]);
    await store.closeMisfits(theirs, [d1, d2]);
    await expect(write([], 3, 'org-1', [d1, d2], 'team-2')).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('is not an organization of this team') as string,
    });
    expect(await all()).toEqual(before);
    expect((await store.openMisfits(ours)).map(({ day }) => day)).toEqual([d2]);
  });

  it('is open again when the same change comes back, and closed for the days alone that were compared', async () => {
    const change = () => prisma.$executeRaw`UPDATE cost_data SET cost = cost + 1`;
    const open = async () => (await store.openMisfits(ours)).map(({ day }) => day);
    await change();
    await write(LINES, 2);
    await store.closeMisfits(ours, [d1]);
    expect(await open()).toEqual([d2]);
    const closed = () => prisma.$queryRaw`SELECT closed_at FROM seal_findings WHERE day = ${d1}::date`;
    const before = await closed();
    await store.closeMisfits(ours, [d1, d2]);
    expect(await closed()).toEqual(before);
    await change();
    await write(LINES, 3);
    expect(await open()).toEqual([d1, d2]);
  });

  it('shows rows of a day that was never read', async () => {
    // That its usage was read says nothing of its bills.
    await prisma.$executeRaw`UPDATE collected_days SET api_version = 'usage_v1' WHERE day = ${d2}::date`;
    expect(await check()).toMatchObject({ days: 1, misfits: [], stray: [d2] });
  });

  it('is made of what is found where a day is from before seals, and marked so', async () => {
    await prisma.$executeRaw`UPDATE collected_days SET seal = NULL, sealed_rows = NULL, sealed_sums = NULL`;
    expect(await check()).toMatchObject({ misfits: [], sealedAsFound: [d1, d2] });
    expect(await check()).toMatchObject({ misfits: [], sealedAsFound: [] });
    expect(await prisma.collectedDay.count({ where: { sealedAsFound: true } })).toBe(2);
    await prisma.$executeRaw`UPDATE cost_data SET cost = 9 WHERE cost = 2`;
    expect((await check()).misfits).toMatchObject([
      { day: d2, sealed: { rows: 1, sums: { USD: '2' } }, found: { sums: { USD: '9' } } },
    ]);
  });

  it('that does not fit is kept as a finding by whoever may, unless only a look was asked for', async () => {
    await prisma.$executeRaw`UPDATE cost_data SET cost = 9 WHERE cost = 2`;
    expect((await store.checkSeals(ours, span, false)).misfits).toHaveLength(1);
    expect(await store.openMisfits(ours)).toEqual([]);
    await check();
    expect((await store.openMisfits(ours)).map(({ day }) => day)).toEqual([d2]);
  });

  it.skipIf(kind === 'embedded')(
    'tells a role that may not write what does not fit, and keeps and closes nothing for it',
    async () => {
      const role = `reader_${randomUUID().slice(0, 8)}`;
      await test.database.pool.query(
        `CREATE ROLE "${role}" LOGIN PASSWORD 'test'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO "${role}"`,
      );
      const { target } = test;
      const url = new URL(target.kind === 'postgresql' ? target.url : '');
      const reader = await openDatabase({
        kind: 'postgresql',
        url: Object.assign(url, { username: role, password: 'test' }).href,
      });
      onTestFinished(async () => {
        await reader.close();
        await test.database.pool.query(`DROP OWNED BY "${role}"; DROP ROLE "${role}"`);
      });
      await prisma.$executeRaw`UPDATE cost_data SET cost = 9 WHERE cost = 2`;
      await check();
      await prisma.$executeRaw`UPDATE collected_days SET seal = NULL WHERE day = ${d1}::date`;

      const asReader = createCollectionStore(reader.sql);
      const { misfits, sealedAsFound } = await asReader.checkSeals(ours, span);
      expect([misfits.map(({ day }) => day), sealedAsFound]).toEqual([[d2], []]);
      await asReader.closeMisfits(ours, [d2]);
      expect(await store.openMisfits(ours)).toHaveLength(1);
    },
  );

  it('is not taken for fitting where what was found cannot be kept for another reason', async () => {
    await prisma.$executeRaw`UPDATE cost_data SET cost = 9 WHERE cost = 2`;
    await check();
    await test.database.pool.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''the disk is full''; END';
      CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON seal_findings EXECUTE FUNCTION refuse()`);
    try {
      await expect(check()).rejects.toThrow(/the disk is full/);
      await expect(store.closeMisfits(ours, [d2])).rejects.toThrow(/the disk is full/);
      await store.closeMisfits(ours, []);
    } finally {
      await test.database.pool.query('DROP FUNCTION refuse CASCADE');
    }
  });

  it.skipIf(kind === 'embedded')(
    'is left to a writer that sealed the day while what was found waited for it',
    async () => {
      await prisma.$executeRaw`UPDATE collected_days SET seal = NULL`;
      const writer = await test.database.openSession();
      const waiting = async () => (await prisma.$queryRaw<unknown[]>`SELECT FROM pg_locks WHERE NOT granted`).length;
      await writer.pool.query(`BEGIN; SELECT FROM collected_days WHERE day = '${d2}' FOR UPDATE`);
      const checking = check();
      await expect.poll(waiting, { timeout: 30_000 }).toBeGreaterThan(0);
      await writer.pool.query(
        `UPDATE collected_days SET seal = 'its own', sealed_run_id = run_id WHERE day = '${d2}'; COMMIT`,
      );
      expect(await checking).toMatchObject({ sealedAsFound: [d1] });
      expect((await prisma.collectedDay.findFirst({ where: { seal: 'its own' } }))?.sealedAsFound).toBe(false);
      await writer.close();
    },
  );

  it('tells nothing once an earlier version of costs, which makes none, has written the day', async () => {
    await prisma.$executeRaw`UPDATE cost_data SET cost = 2.5 WHERE cost = 2`;
    await prisma.$executeRaw`UPDATE collected_days SET run_id = 'run-of-before', read_at = read_at + interval '1 hour' WHERE day = ${d2}::date`;
    expect(await write(LINES, 2)).toMatchObject({ altered: [], restated: { rows: 1, days: 1 } });
    expect(await causes()).toEqual(['provider']);
    await prisma.$executeRaw`UPDATE collected_days SET run_id = 'run-of-before' WHERE day = ${d2}::date`;
    expect(await check()).toMatchObject({ misfits: [], sealedAsFound: [d2] });
    await write(LINES, 3);
    await prisma.$executeRaw`UPDATE cost_data SET cost = 9 WHERE cost = 2`;
    expect((await check()).misfits).toMatchObject([{ day: d2 }]);
  });

  it('tells a line item that is split or joined from one that is restated', async () => {
    const split = [...LINES.slice(0, 3), line(d2, 'p', 'gpt, input', '0.5'), line(d2, 'p', 'gpt, output', '1.5')];
    expect(await write(split, 2)).toMatchObject({ restated: { rows: 0 } });
    expect(await causes()).toEqual(['regrouped', 'regrouped', 'regrouped']);
    await write([...LINES.slice(0, 3), line(d2, 'p', 'gpt, input', '0.75'), line(d2, 'p', 'gpt, output', '1.25')], 2);
    expect((await causes()).filter((cause) => cause !== 'regrouped')).toEqual(['provider', 'provider']);
    await prisma.$executeRaw`DELETE FROM restatements`;
    await write(LINES, 3);
    expect(new Set(await causes())).toEqual(new Set(['regrouped']));
    await write([...LINES.slice(0, 3), line(d2, 'p', 'gpt, input', '0.5'), line(d2, 'p', 'gpt, output', '1.6')], 4);
    expect(new Set(await causes())).toEqual(new Set(['regrouped', 'late', 'provider']));
  });

  it.each([
    ['currency', line(d2, 'p', 'gpt [EUR]', '0.5', { currency: 'EUR' })],
    ['project', line(d2, 'q', 'gpt, input', '0.5')],
  ])('takes nothing that goes under one %s and comes under another for a line item that is split', async (_, comes) => {
    const goes = LINES[3];
    if (goes === undefined) throw new Error('The second day has a line.');
    await write([...LINES.slice(0, 3), { ...goes, cost: parseDecimal('1.5') }, comes], 2);
    expect((await causes()).sort()).toEqual(['late', 'provider']);
  });
});
