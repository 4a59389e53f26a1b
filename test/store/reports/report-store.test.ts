import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CostByApiKey } from '../../../src/generated/prisma/client.js';
import { addDays, parseDay, startOfDay, type Day, type DaySpan } from '../../../src/domain/day.js';
import { parseTag, type TagStore } from '../../../src/domain/tag.js';
import { REPORT_COLUMNS } from '../../../src/domain/report-columns.js';
import { arrangeReport } from '../../../src/domain/report-order.js';
import type { GroupWord } from '../../../src/domain/dimensions.js';
import type { ReportQuery, ReportStore } from '../../../src/domain/report.js';
import { createReportStore } from '../../../src/store/spend/report-store.js';
import { createTagStore } from '../../../src/store/tags.js';
import { createTestDatabase, STORY_KINDS, type TestDatabase } from '../../helpers/database.js';
import { bill, fillProjects, keyOf, legacy, markRead, TEAM } from '../../helpers/spend.js';

const TODAY = parseDay('2026-11-23');

describe.each(STORY_KINDS)('reports on %s', (kind) => {
  let test: TestDatabase;
  let reports: ReportStore;
  let tags: TagStore;

  beforeAll(async () => {
    test = await createTestDatabase(kind);
    const { prisma, sql } = test.database;
    reports = createReportStore(sql);
    tags = createTagStore(sql);
    await fillProjects(prisma);
    await bill(prisma, 'search', '2026-11-01', '0.100000000000000000000000000001');
    await bill(prisma, 'search', '2026-11-01', '0.2', { lineItem: '100%_gpt-5, output' });
    await bill(prisma, 'search', '2026-11-02', '-5', { lineItem: 'credit' });
    await bill(prisma, 'labs', '2026-11-02', '7', { currency: 'EUR', lineItem: 'gpt-5, input [EUR]' });
    await bill(prisma, 'assistant', '2026-11-03', '12345678901234567890.5', { model: 'claude-sonnet-4' });
    await legacy(prisma, 'search', '2026-11-01', '99');
    await legacy(prisma, 'search', '2026-11-04', '3');
    await legacy(prisma, 'old', '2026-11-05', '4', 'usd');
    await bill(prisma, 'assistant', '2026-11-03', '55', { version: 'usage_v1', lineItem: 'estimate' });
    await legacy(prisma, 'foreign', '2026-11-05', '1000');
    await markRead(prisma, ['openai', 'org-1'], ['2026-11-01', '2026-11-02']);
  });
  afterAll(() => test.drop());

  const query = (groupBy: GroupWord[], change: Partial<ReportQuery> = {}): ReportQuery => ({
    teamId: TEAM,
    groupBy,
    since: parseDay('2026-11-01'),
    until: parseDay('2026-11-23'),
    ...change,
  });
  const run = async (groupBy: GroupWord[], change: Partial<ReportQuery> = {}) =>
    reports.run(query(groupBy, change), TODAY);

  it('adds exactly, never two currencies, and lets a bill win over what is estimated for the same project and day', async () => {
    const { rows, totals } = await run(['project']);
    expect(rows.map(({ projectId, currency, cost, estimated }) => [projectId, currency, cost, estimated])).toEqual([
      ['labs', 'EUR', '7', false],
      ['assistant', 'USD', '12345678901234567890.5', false],
      ['old', 'USD', '4', true],
      ['search', 'USD', '3', true],
      ['search', 'USD', '-4.699999999999999999999999999999', false],
    ]);
    expect(totals).toEqual([
      { currency: 'EUR', cost: '7' },
      { currency: 'USD', cost: '12345678901234567892.800000000000000000000000000001' },
    ]);
  });

  it("lets an estimate stand beside another project's bill of that day, and where there is no bill", async () => {
    const { prisma } = test.database;
    await bill(prisma, 'search', '2026-08-05', '2');
    await legacy(prisma, 'old', '2026-08-05', '6');
    await bill(prisma, 'search', '2026-08-06', '9', { version: 'usage_v1' });
    await bill(prisma, 'search', '2026-08-05', '1', { version: 'usage_v1', lineItem: 'estimate' });
    const august = { since: parseDay('2026-08-01'), until: parseDay('2026-08-31') };
    const { rows } = await run(['project', 'day'], august);
    expect(rows.map(({ projectId, day, cost, estimated }) => [projectId, day, cost, estimated]).sort()).toEqual([
      ['old', '2026-08-05', '6', true],
      ['search', '2026-08-05', '2', false],
      ['search', '2026-08-06', '9', true],
    ]);
  });

  it("tells how late a provider changes its bills, by this team's rows of ninety days", async () => {
    const { prisma } = test.database;
    const [{ now }] = await prisma.$queryRaw<[{ now: Date }]>`SELECT now() AS now`;
    const ago = (days: number) => new Date(now.getTime() - days * 86_400_000);
    await prisma.project.create({
      data: {
        id: 'theirs',
        teamId: 'team-2',
        name: 'Theirs',
        aiProvider: 'openai',
        aiOrganizationId: 'org-9',
        aiProjectId: 'p',
      },
    });
    const change = (
      projectId: string,
      cause: 'late' | 'provider' | 'forced',
      endedAgo: number,
      changedAgo: number,
    ) => ({
      projectId,
      apiVersion: 'costs_v1' as const,
      bucketStartTime: ago(endedAgo + 1),
      bucketEndTime: ago(endedAgo),
      lineItem: `${cause} ${endedAgo}`,
      currency: 'USD',
      oldCost: '1',
      newCost: '2',
      cause,
      runId: 'run-1',
      recordedAt: ago(changedAgo),
    });
    await prisma.restatement.createMany({
      data: [
        change('labs', 'late', 5, 3),
        change('labs', 'provider', 9, 5),
        change('labs', 'forced', 70, 1),
        change('labs', 'late', 130, 100),
        change('theirs', 'late', 40, 1),
      ],
    });
    expect(await reports.lateness(TEAM)).toMatchObject([{ provider: 'openai', changes: 2, median: 3, max: 4 }]);
    await prisma.restatement.deleteMany();
  });

  it('says which projects nobody linked', async () => {
    const { rows } = await run(['project']);
    expect(Object.fromEntries(rows.map(({ projectId, linked }) => [projectId, linked]))).toEqual({
      labs: false,
      assistant: true,
      old: true,
      search: true,
    });
  });

  it('puts an old row into the UTC day it carries, and orders days by time', async () => {
    const { rows } = await run(['day'], { projectIds: ['search'] });
    expect(rows.map(({ day, cost }) => [day, cost])).toEqual([
      ['2026-11-01', '0.300000000000000000000000000001'],
      ['2026-11-02', '-5'],
      ['2026-11-04', '3'],
    ]);
  });

  it('takes a line item pattern literally but for * and ?', async () => {
    const items = async (lineItem: string) =>
      (await run(['line-item'], { patterns: { 'line-item': lineItem } })).rows.map((row) => row.lineItem);
    expect(await items('100%_*')).toEqual(['100%_gpt-5, output']);
    expect(await items('gpt_5*')).toEqual([]);
    expect((await items('gpt-?*')).sort()).toEqual(['gpt-4', 'gpt-5, input', 'gpt-5, input [EUR]']);
  });

  it('chooses models by a pattern, and leaves out what names none', async () => {
    const models = async (model: string) =>
      (await run(['model'], { patterns: { model } })).rows.map((row) => row.model);
    const all = (await run(['model'])).rows.map((row) => row.model);
    expect((await models('*')).sort()).toEqual([...new Set(all.filter((model) => model !== null))].sort());
    expect(await models('gpt-4?')).toEqual([]);
  });

  it('refuses a word as of an instant that the ledger does not keep', async () => {
    const then = { basis: 'billed', asOf: new Date('2026-11-20') } as const;
    for (const asked of [run(['token-type'], then), run(['project'], { ...then, patterns: { 'api-key': '*' } })])
      await expect(asked).rejects.toMatchObject({ code: 'usage' });
  });

  it('refuses words of which no source tells both', async () => {
    await expect(run(['product', 'api-key'])).rejects.toMatchObject({ code: 'usage' });
  });

  it('groups and filters by the tag that holds on the day of the bucket, and keeps the untagged as a row', async () => {
    const tag = (projectId: string, text: string, from: Day) => ({ projectId, from, ...parseTag(text) });
    await tags.set(TEAM, [
      tag('search', 'product=Find', parseDay('1970-01-01')),
      tag('search', 'product=Seek', parseDay('2026-11-02')),
      tag('assistant', 'product=Seek', parseDay('1970-01-01')),
    ]);
    const { rows, totals } = await run(['tag:product'], { until: parseDay('2026-11-03') });
    expect(rows.map((row) => [row['tag:product'], row.currency, row.cost])).toEqual([
      [null, 'EUR', '7'],
      ['Seek', 'USD', '12345678901234567885.5'],
      ['Find', 'USD', '0.300000000000000000000000000001'],
    ]);
    expect(totals).toHaveLength(2);
    const seek = await run(['project'], { tags: [{ key: 'product', value: 'Seek' }] });
    expect(seek.rows.map(({ projectId, cost }) => [projectId, cost])).toEqual([
      ['assistant', '12345678901234567890.5'],
      ['search', '3'],
      ['search', '-5'],
    ]);
    const none = await run(['project'], { tags: [{ key: 'product', value: null }] });
    expect(none.rows.map(({ projectId }) => projectId)).toEqual(['labs', 'old']);

    await tags.set(TEAM, [{ projectId: 'search', key: 'product', value: null, from: parseDay('2026-11-04') }]);
    expect((await run(['tag:product'], { projectIds: ['search'] })).rows.map((row) => row['tag:product'])).toContain(
      null,
    );
    expect(await tags.remove(TEAM, ['search'], 'product')).toBe(3);
  });

  it('names gaps, and leaves days that either side lacks out of a comparison', async () => {
    const { coverage } = await run(['project'], { organizationId: 'org-1', provider: 'openai' });
    expect(coverage.gaps).toEqual([
      {
        ...{ provider: 'openai', organization: 'Prod', organizationId: 'org-1' },
        ...{ since: '2026-11-03', until: '2026-11-23' },
      },
    ]);
    const { prisma } = test.database;
    await bill(prisma, 'search', '2026-10-01', '10');
    await bill(prisma, 'search', '2026-10-02', '20');
    await markRead(prisma, ['openai', 'org-1'], ['2026-10-01']);
    const previous = { since: parseDay('2026-10-01'), until: parseDay('2026-10-02') };
    const two = query(['project'], { until: parseDay('2026-11-02'), projectIds: ['search'] });
    const [compared] = [...(await reports.compare(two, previous)).rows.values()];
    expect(compared).toMatchObject({ current: '0.300000000000000000000000000001', previous: '10', partial: true });
  });

  it('tells what a million units cost, what came from a cache and the price before discounts, and adds no unlike quantities', async () => {
    const { prisma } = test.database;
    const tokens = { quantityUnit: 'tokens', model: 'gpt-5' };
    const input = { ...tokens, tokenType: 'uncached_input_tokens' };
    await bill(prisma, 'search', '2026-03-01', '1', { ...input, quantity: '300000', listCost: '1.5' });
    await bill(prisma, 'search', '2026-03-02', '2', { ...input, quantity: '600000' });
    await bill(prisma, 'search', '2026-03-01', '0.1', {
      ...{ ...tokens, tokenType: 'cached_input_tokens', lineItem: 'gpt-5, cached input', quantity: '100000' },
    });
    await bill(prisma, 'search', '2026-03-01', '4', {
      ...{ model: 'gpt-5', tokenType: 'output_tokens', lineItem: 'gpt-5, output', quantity: '3000000' },
    });
    await bill(prisma, 'search', '2026-03-01', '6', { lineItem: 'images', quantity: '3', quantityUnit: 'images' });
    await bill(prisma, 'search', '2026-03-01', '0', { lineItem: 'images, free' });
    await bill(prisma, 'labs', '2026-03-01', '7', { lineItem: 'seats' });
    await bill(prisma, 'assistant', '2026-03-01', '5', {
      ...{ version: 'usage_v1', model: 'claude', tokenType: 'output_tokens', quantity: '7', quantityUnit: 'tokens' },
    });
    const march = { since: parseDay('2026-03-01'), until: parseDay('2026-03-31'), columns: REPORT_COLUMNS };
    const figures = async (groupBy: GroupWord[], change: Partial<ReportQuery> = {}) => {
      const { rows, totals } = arrangeReport(await run(groupBy, { ...march, ...change }), {}, null);
      const shown = ({ cost, units, cacheShare, listCost }: (typeof rows)[number]) => [
        ...[cost, units?.map(Object.values), cacheShare, listCost],
      ];
      return { rows: rows.map(shown), totals };
    };
    const { rows, totals } = await figures(['model', 'project']);
    expect(rows).toEqual([
      ['7.1', [['tokens', '4000000', '7.1', '1.775']], '0.1', '7.6'],
      ['7', [[null, null, '7', null]], null, '7'],
      ['6', [['images', '3', '6', '2000000']], null, '6'],
      ['5', [['tokens', '7', '5', '714285.714285714285714286']], null, '5'],
    ]);
    const tokensOf = (quantity: string, cost: string, perMillion: string) => ({
      ...{ unit: 'tokens', quantity, cost, perMillion },
    });
    const images = { unit: 'images', quantity: '3', cost: '6', perMillion: '2000000' };
    expect(totals).toEqual([
      {
        ...{ currency: 'USD', cost: '25.1', cacheShare: '0.1', listCost: '25.6' },
        units: [
          tokensOf('4000007', '12.1', '3.024994706259264046'),
          images,
          { unit: null, quantity: null, cost: '7', perMillion: null },
        ],
      },
    ]);
    expect((await figures(['project'], { projectIds: ['search'] })).rows).toEqual([
      ['13.1', [['tokens', '4000000', '7.1', '1.775'], Object.values(images)], '0.1', '13.6'],
    ]);
    const byType = await figures(['token-type'], { projectIds: ['search'], patterns: { model: 'gpt-*' } });
    expect(byType.rows).toEqual([
      ['4', [['tokens', '3000000', '4', '1.333333333333333333']], null, '4'],
      ['3', [['tokens', '900000', '3', '3.333333333333333333']], '0', '3.5'],
      ['0.1', [['tokens', '100000', '0.1', '1']], '1', '0.1'],
    ]);
    expect((await figures(['api-key'], { projectIds: ['search'], patterns: { model: 'gpt-*' } })).rows).toEqual([
      ['7.1', [['tokens', '4000000', '7.1', '1.775']], '0.1', '7.6'],
    ]);
    const plain = await run(['model', 'project'], { since: march.since, until: march.until });
    expect(plain.rows.map(({ cost }) => cost)).toEqual(rows.map(([cost]) => cost));
    expect(plain.rows.filter((row) => 'measures' in row)).toEqual([]);
    await expect(run(['project'], { ...march, basis: 'billed', asOf: new Date() })).rejects.toThrow(
      expect.objectContaining({ code: 'usage', hint: expect.stringContaining('--as-of') as string }),
    );
  });

  it('sets a whole month that was read against all of the one before, and of others the days that both have', async () => {
    const { prisma } = test.database;
    const days = Array.from({ length: 61 }, (_, index) => addDays(parseDay('2026-04-01'), index));
    await bill(prisma, 'labs', '2026-04-30', '10');
    await bill(prisma, 'labs', '2026-05-30', '20');
    await bill(prisma, 'labs', '2026-05-31', '4');
    await markRead(prisma, ['openai', 'org-2'], days);
    const april = { since: parseDay('2026-04-01'), until: parseDay('2026-04-30') };
    const may = { since: parseDay('2026-05-01'), until: parseDay('2026-05-31'), projectIds: ['labs'] };
    const compared = async (now: Partial<ReportQuery>, before: DaySpan) =>
      [...(await reports.compare(query(['project'], now), before)).rows.values()][0];
    expect(await compared(may, april)).toMatchObject({ current: '24', previous: '10', partial: false });
    const fair = { current: '20', previous: '10', partial: true };
    expect(
      await compared({ ...may, since: parseDay('2026-05-02') }, { ...april, since: parseDay('2026-04-02') }),
    ).toMatchObject({ ...fair, current: '20' });
    await prisma.collectedDay.deleteMany({
      where: { aiOrganizationId: 'org-2', day: startOfDay(parseDay('2026-05-31')) },
    });
    expect(await compared(may, april)).toMatchObject(fair);
    // A day of April is missing: the 31st has nothing that it could be more or less than.
    await markRead(prisma, ['openai', 'org-2'], [parseDay('2026-05-31')]);
    await prisma.collectedDay.deleteMany({
      where: { aiOrganizationId: 'org-2', day: startOfDay(parseDay('2026-04-15')) },
    });
    expect(await compared(may, april)).toMatchObject(fair);
  });

  it('chooses by provider, by organization and by whether somebody linked the project, each alone', async () => {
    const ids = async (change: Partial<ReportQuery>) => {
      const { rows } = await run(['project'], { until: parseDay('2026-11-05'), ...change });
      return [...new Set(rows.map(({ projectId }) => projectId))].sort();
    };
    expect(await ids({ provider: 'anthropic' })).toEqual(['assistant']);
    expect(await ids({ organizationId: 'org-2' })).toEqual(['labs']);
    expect(await ids({ linked: true })).toEqual(['assistant', 'old', 'search']);
    expect(await ids({ linked: false })).toEqual(['labs']);
  });

  it('tells what keys spent by every word of their rows, of the bill where a source has none, and rows that nothing cuts as they are', async () => {
    const { prisma } = test.database;
    const told = { model: 'gpt-5', tokenType: 'output_tokens', lineItem: 'gpt-5, output' };
    await bill(prisma, 'search', '2026-01-05', '3', { ...told, serviceTier: 'flex' });
    await bill(prisma, 'labs', '2026-01-05', '7', { ...told, lineItem: 'gpt-5, audio output' });
    await prisma.costData.updateMany({ where: told, data: { modality: 'text' } });
    const cut = (source: string, cost: string, change: Partial<CostByApiKey> = {}) => ({
      ...{ id: `cut-${source}-${cost}`, projectId: 'search', source, apiKeyId: '', currency: 'USD', cost },
      ...{ bucketStartTime: startOfDay(parseDay('2026-01-05')), bucketEndTime: startOfDay(parseDay('2026-01-06')) },
      ...{ lineItem: '', model: '', tokenType: '', serviceTier: '', product: '' },
      ...change,
    });
    await prisma.costByApiKey.createMany({
      data: [
        cut('bill', '1', { ...told, apiKeyId: 'key_a', serviceTier: 'flex' }),
        cut('bill rest', '2'),
        cut('product', '2.5', { product: 'Codex' }),
        cut('product rest', '0.5'),
      ],
    });
    const january = { since: parseDay('2026-01-01'), until: parseDay('2026-01-31') };
    const rows = async (groupBy: GroupWord[], change: Partial<ReportQuery> = {}) =>
      (await run(groupBy, { ...january, ...change })).rows.map((row) =>
        [row.apiKeyId, row.lineItem, row.model, row.tokenType, row.modality, row.product, row.cost].filter(
          (each) => each !== undefined,
        ),
      );
    expect(await rows(['api-key', 'line-item', 'model'])).toEqual([
      [null, 'gpt-5, audio output', 'gpt-5', '7'],
      [null, 'unspecified', null, '2'],
      ['key_a', 'gpt-5, output', 'gpt-5', '1'],
    ]);
    expect(await rows(['api-key', 'token-type', 'modality'])).toEqual([
      [null, 'output_tokens', null, '7'],
      [null, null, null, '2'],
      ['key_a', 'output_tokens', 'text', '1'],
    ]);
    expect(await rows(['product'])).toEqual([
      [null, '7.5'],
      ['Codex', '2.5'],
    ]);
    expect(await rows(['model'], { patterns: { 'api-key': 'key_?' } })).toEqual([['gpt-5', '1']]);
  });

  it('has one row for a group, whatever it is chosen by and however its parts are cut', async () => {
    const { prisma } = test.database;
    // All of one week, in two months.
    await bill(prisma, 'search', '2025-09-29', '4');
    await bill(prisma, 'search', '2025-09-30', '1', { lineItem: 'gpt-5, output' });
    await bill(prisma, 'search', '2025-10-01', '2');
    const week = { since: parseDay('2025-09-29'), until: parseDay('2025-10-05') };
    const rows = async (groupBy: GroupWord[], change: Partial<ReportQuery> = {}) =>
      (await run(groupBy, { ...week, ...change })).rows.map((row) => [row.week, row.month, row.cost]);
    expect(await rows(['project', 'week', 'month'])).toEqual([
      ['2025-W40', '2025-09', '5'],
      ['2025-W40', '2025-10', '2'],
    ]);
    expect(await rows(['project', 'week'])).toEqual([['2025-W40', undefined, '7']]);
    expect(await rows(['project'], { patterns: { 'line-item': '*' } })).toEqual([[undefined, undefined, '7']]);
    const tag = { projectId: 'search', key: 'stage', value: 'live' };
    await prisma.projectTag.create({ data: { ...tag, validFrom: new Date('2025-09-30') } });
    const live = { tags: [{ key: 'stage', value: 'live' }] };
    expect(await rows(['project'], live)).toEqual([[undefined, undefined, '3']]);
    await prisma.projectTag.deleteMany();
    const [bucketStartTime, bucketEndTime] = [startOfDay(week.since), startOfDay(parseDay('2025-09-30'))];
    const cut = { projectId: 'search', source: 'bill', currency: 'USD', bucketStartTime, bucketEndTime };
    const empty = { lineItem: '', model: '', tokenType: '', serviceTier: '', product: '' };
    await prisma.costByApiKey.createMany({
      data: ['1', '3'].map((cost) => ({ ...cut, ...empty, id: `owned-${cost}`, apiKeyId: `key_${cost}`, cost })),
    });
    expect(await rows(['project', 'owner'])).toEqual([[undefined, undefined, '7']]);
  });

  it('keeps organizations of one id and name apart that are of two providers', async () => {
    const { prisma } = test.database;
    for (const aiProvider of ['openai', 'anthropic']) {
      const id = `${aiProvider}-acme`;
      const triple = { aiProvider, aiOrganizationId: 'acme', aiProjectId: 'default' };
      await prisma.project.create({ data: { id, teamId: TEAM, name: id, ...triple } });
      await prisma.organizationApiKey.create({ data: keyOf(aiProvider, 'acme', 'Acme') });
      for (const day of ['2026-06-01', '2026-06-02', '2026-07-01', '2026-07-02']) await bill(prisma, id, day, '5');
    }
    await markRead(prisma, ['openai', 'acme'], ['2026-06-01', '2026-06-02', '2026-07-01', '2026-07-02']);
    await markRead(prisma, ['anthropic', 'acme'], ['2026-06-01', '2026-07-01']);
    const july = {
      since: parseDay('2026-07-01'),
      until: parseDay('2026-07-02'),
      projectIds: ['openai-acme', 'anthropic-acme'],
    };
    const { rows, coverage } = await run(['organization'], july);
    expect(rows.map(({ provider, organization, cost }) => [provider, organization, cost]).sort()).toEqual([
      ['anthropic', 'Acme', '10'],
      ['openai', 'Acme', '10'],
    ]);
    expect(coverage.gaps.map(({ provider, since, until }) => [provider, since, until])).toEqual([
      ['anthropic', '2026-07-02', '2026-07-02'],
    ]);
    const june = { since: parseDay('2026-06-01'), until: parseDay('2026-06-02') };
    const compared = [...(await reports.compare(query(['organization'], july), june)).rows.values()];
    expect(compared.map(({ provider, current, previous }) => [provider, current, previous]).sort()).toEqual([
      ['anthropic', '5', '5'],
      ['openai', '10', '10'],
    ]);
  });
});
