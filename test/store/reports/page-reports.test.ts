import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/domain/day.js';
import type { ReportQuery, ReportStore, SpendReader } from '../../../src/domain/report.js';
import { createReportStore } from '../../../src/store/spend/report-store.js';
import { createTestDatabase, STORY_KINDS, type TestDatabase } from '../../helpers/database.js';
import { fillPageWorld, TODAY } from '../../helpers/page-world.js';
import { bill, TEAM } from '../../helpers/spend.js';

const QUERY: ReportQuery = { teamId: TEAM, groupBy: ['project'], since: parseDay('2026-11-01'), until: TODAY };

describe.each(STORY_KINDS)('what the page of a report reads on %s', (kind) => {
  let test: TestDatabase;
  let reports: ReportStore;
  beforeAll(async () => {
    test = await createTestDatabase(kind);
    reports = createReportStore(test.database.sql);
    await fillPageWorld(test.database.prisma);
  });
  afterAll(() => test.drop());

  it('adds up what was changed afterwards by day, project and cause, exact, and only of the rows asked for', async () => {
    const all = await reports.restated(QUERY);
    expect(all).toMatchObject([
      { day: '2026-11-10', projectId: 'hostile', organization: 'Prod', rows: 1, difference: '-0.5', cause: 'provider' },
      { day: '2026-11-10', projectId: 'search', rows: 1, difference: '0.123', currency: 'USD' },
    ]);
    expect(all[0]?.recordedAt).toEqual(new Date('2026-11-13T00:00:00Z'));
    const ids = async (change: Partial<ReportQuery>) =>
      (await reports.restated({ ...QUERY, ...change })).map(({ projectId }) => projectId);
    expect(await ids({ projectIds: ['search'] })).toEqual(['search']);
    expect(await ids({ patterns: { 'line-item': 'vanish*' } })).toEqual(['hostile']);
    expect(await ids({ organizationId: 'org-2' })).toEqual([]);
    expect(await ids({ teamId: 'team-2' })).toEqual([]);
    expect(await ids({ until: parseDay('2026-11-09') })).toEqual([]);
    // The ledger knows no API keys.
    expect(await ids({ patterns: { 'api-key': '*' } })).toEqual([]);
    expect(await ids({ basis: 'usage' })).toEqual([]);
    await test.database.prisma.restatement.updateMany({ data: { apiVersion: 'usage_v1' } });
    expect(await ids({ basis: 'usage' })).toEqual(['hostile', 'search']);
    await test.database.prisma.restatement.updateMany({ data: { apiVersion: 'costs_v1' } });
  });

  it('knows the days read of the organizations a query is about, and of no other', async () => {
    const all = await reports.days(QUERY);
    expect(all.map(({ organizationId, readAt }) => [organizationId, readAt.size])).toEqual([
      ['org-3', 21],
      ['org-2', 23],
      ['org-1', 23],
    ]);
    expect(await reports.days({ ...QUERY, projectIds: ['labs'] })).toMatchObject([
      { provider: 'openai', organization: 'Labs', organizationId: 'org-2', isActive: true },
    ]);
    const usage = await reports.days({ ...QUERY, basis: 'usage' });
    expect(usage.map(({ organizationId, readAt }) => [organizationId, readAt.size])).toEqual([
      ['org-3', 0],
      ['org-2', 1],
      ['org-1', 0],
    ]);
    const day = parseDay('2026-11-10');
    const [one] = await reports.days({ ...QUERY, projectIds: ['labs'], since: day, until: day });
    expect([one?.readAt.size, one?.reach]).toEqual([1, expect.objectContaining({ since: '2026-09-01' })]);
    expect(await reports.days({ ...QUERY, projectIds: [] })).toEqual([]);
    const ids = async (change: Partial<ReportQuery>) =>
      (await reports.days({ ...QUERY, ...change })).map(({ organizationId }) => organizationId);
    expect(await ids({ provider: 'anthropic' })).toEqual(['org-3']);
    expect(await ids({ organizationId: 'org-2' })).toEqual(['org-2']);
    const tag = { projectId: 'labs', key: 'product', value: 'Find' };
    await test.database.prisma.projectTag.create({ data: { ...tag, validFrom: new Date('2026-11-05') } });
    expect(await ids({ tags: [{ key: 'product', value: 'Find' }] })).toEqual(['org-2']);
    expect(await ids({ tags: [{ key: 'product', value: null }] })).toHaveLength(3);
    expect(await ids({ tags: [{ key: 'product', value: 'Find' }], projectIds: ['search'] })).toEqual([]);
    await test.database.prisma.projectTag.deleteMany();
    const { coverage } = await reports.run({ ...QUERY, projectIds: ['labs'] }, TODAY);
    expect(coverage.gaps).toEqual([]);
  });

  it('tells what API keys spent of the report beside a bill that has none, and the rest of the bill as of no key', async () => {
    const day = parseDay('2026-11-02');
    const { rows } = await reports.run(
      { ...QUERY, groupBy: ['api-key'], projectIds: ['assistant'], since: day, until: day },
      TODAY,
    );
    expect(rows.map(({ apiKeyId }) => apiKeyId)).toEqual([null, 'key_eu']);
    expect(rows).toMatchObject([{ cost: expect.stringMatching(/^1[67]\d\./) as string }, { cost: '1' }]);
  });

  it('names the write it has seen only where a day was read', async () => {
    const { prisma } = test.database;
    const committedAt = new Date('2026-11-22T06:00:00Z');
    await prisma.write.create({ data: { id: 'write-1', runId: 'run-1', committedAt } });
    const readAt = async (day: string) =>
      (await reports.run({ ...QUERY, projectIds: ['search'], since: parseDay(day), until: parseDay(day) }, TODAY))
        .readAt;
    expect(await readAt('2026-11-02')).toBe(committedAt.toISOString());
    expect(await readAt('2025-11-02')).toBeNull();
    await prisma.write.deleteMany();
  });

  it('counts bills that nobody read as adopted, where the store was taken over', async () => {
    const { prisma } = test.database;
    await bill(prisma, 'assistant', '2026-11-17', '5');
    const days = async (change: Partial<ReportQuery> = {}) =>
      (await reports.days({ ...QUERY, organizationId: 'org-3', ...change })).map(({ readAt, adopted }) => [
        readAt.size,
        ...adopted,
      ]);
    expect(await days()).toEqual([[21]]);
    await prisma.$executeRaw`UPDATE _prisma_migrations SET logs = '{"kind":"costs-adoption"}'`;
    expect(await days()).toEqual([[21, '2026-11-17']]);
    const lastYear = parseDay('2025-11-02');
    expect(await days({ since: lastYear, until: lastYear })).toEqual([[0]]);
    await prisma.$executeRaw`UPDATE _prisma_migrations SET logs = NULL`;
    await prisma.costData.deleteMany({ where: { projectId: 'assistant', cost: 5 } });
  });

  it('says of which days the report is due that tells the words of a query, and of no estimate', async () => {
    const { prisma } = test.database;
    const day = { day: new Date('2026-11-06'), aiOrganizationId: 'org-2' };
    await prisma.collectedDay.updateMany({ where: day, data: { reportsDue: ['analytics'] } });
    const due = async (change: Partial<ReportQuery>) =>
      (await reports.days({ ...QUERY, organizationId: 'org-2', ...change })).flatMap(({ reportsDue }) => [
        ...reportsDue,
      ]);
    expect(await due({ groupBy: ['api-key'] })).toEqual(['2026-11-06']);
    expect(await due({ patterns: { 'api-key': '*' } })).toEqual(['2026-11-06']);
    expect(await due({ groupBy: ['api-key'], basis: 'billed' })).toEqual(['2026-11-06']);
    expect(await due({ groupBy: ['api-key'], basis: 'usage' })).toEqual([]);
    expect(await due({ groupBy: ['product'] })).toEqual([]);
    expect(await due({})).toEqual([]);
    await prisma.collectedDay.updateMany({ where: day, data: { reportsDue: [] } });
  });

  it.skipIf(kind === 'embedded')('answers all questions of a snapshot from one moment', async () => {
    const ask = async (store: SpendReader) => (await store.run({ ...QUERY, projectIds: ['old'] }, TODAY)).totals;
    const [before, within] = await reports.snapshot(async (store) => {
      const first = await ask(store);
      await bill(test.database.prisma, 'old', '2026-11-06', '1000');
      return [first, await ask(store)];
    });
    expect(within).toEqual(before);
    expect(await ask(reports)).not.toEqual(before);
  });

  it('goes by the days of usage where no bill was ever read, unless bills alone are asked for', async () => {
    await test.database.prisma.collectedDay.deleteMany({ where: { aiOrganizationId: 'org-2' } });
    const read = async (change: Partial<ReportQuery>) =>
      (await reports.days({ ...QUERY, organizationId: 'org-2', ...change })).flatMap(({ readAt }) => [
        ...readAt.keys(),
      ]);
    expect(await read({})).toEqual(['2026-11-06']);
    expect(await read({ basis: 'best' })).toEqual(['2026-11-06']);
    expect(await read({ basis: 'billed' })).toEqual([]);
  });
});
