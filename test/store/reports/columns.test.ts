import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseDay } from '../../../src/domain/day.js';
import type { GroupWord } from '../../../src/domain/dimensions.js';
import { REPORT_COLUMNS } from '../../../src/domain/report-columns.js';
import { arrangeReport } from '../../../src/domain/report-order.js';
import type { ReportQuery } from '../../../src/domain/report.js';
import { renderReportCsv, renderReportMarkdown } from '../../../src/output/report-formats.js';
import { createReportStore } from '../../../src/store/spend/report-store.js';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.js';
import { bill, fillProjects, TEAM, use } from '../../helpers/spend.js';

const DAY = '2026-03-01';
const CLAUDE = { model: 'claude-x', serviceTier: 'standard' };
const [INPUT, CACHED, OUTPUT] = ['uncached_input_tokens', 'cache_read_input_tokens', 'output_tokens'] as const;

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase('postgresql');
  const { prisma } = test.database;
  await fillProjects(prisma);
  const claude = async (day: string, tokenType: string, cost: string, quantity: string | null) => {
    await bill(prisma, 'assistant', day, cost, { ...CLAUDE, tokenType, lineItem: `Claude X Usage - ${tokenType}` });
    if (quantity === null) return;
    const used = { unit: 'tokens', model: 'claude-x', tokenType, quantity, serviceTier: 'standard' };
    await use(prisma, ['anthropic', 'org-3', 'assistant'], parseDay(day), used);
  };
  await claude(DAY, INPUT, '3', '1000000');
  await claude(DAY, CACHED, '0.3', '1000000');
  await claude(DAY, OUTPUT, '15', '1000000');
  await claude('2026-02-28', OUTPUT, '1.5', '100000');
  // A day whose usage nobody read, a credit, and a bill in other units.
  await claude('2026-03-02', OUTPUT, '7', null);
  await bill(prisma, 'assistant', DAY, '-2', { lineItem: 'Credit' });
  await bill(prisma, 'search', DAY, '4', { quantity: '2000', quantityUnit: '1000_tokens', lineItem: 'gpt-5, output' });
  await bill(prisma, 'search', '2026-03-02', '1', {
    quantity: '500000',
    quantityUnit: 'tokens',
    lineItem: 'gpt-5, output',
  });
  await bill(prisma, 'search', DAY, '0.3', { quantity: '10', quantityUnit: 'sessions', lineItem: 'code interpreter' });
  await bill(prisma, 'search', DAY, '9', { quantity: '0', quantityUnit: 'tokens', lineItem: 'minimum' });
});
afterAll(() => test.drop());

const report = async (groupBy: GroupWord[], change: Partial<ReportQuery> = {}) => {
  const query = { teamId: TEAM, groupBy, since: parseDay('2026-02-28'), until: parseDay('2026-03-31') };
  const reports = createReportStore(test.database.sql);
  const found = await reports.run({ ...query, columns: REPORT_COLUMNS, ...change }, parseDay('2026-04-01'));
  return arrangeReport(found, {}, null);
};
const figures = async (...question: Parameters<typeof report>) =>
  (await report(...question)).rows.map(({ cost, units, cacheShare }) => [cost, units?.map(Object.values), cacheShare]);

it('counts what a bill does not in collected usage, and keeps what nobody counted out of every price', async () => {
  expect(await figures(['project'])).toEqual([
    [
      '24.8',
      [
        ['tokens', '3100000', '19.8', '6.387096774193548387'],
        [null, null, '5', null],
      ],
      '0.5',
    ],
    [
      '14.3',
      [
        ['tokens', '2500000', '5', '2'],
        ['sessions', '10', '0.3', '30000'],
        [null, null, '9', null],
      ],
      null,
    ],
  ]);
  expect(await figures(['month'], { projectIds: ['assistant'] })).toEqual([
    ['1.5', [['tokens', '100000', '1.5', '15']], null],
    [
      '23.3',
      [
        ['tokens', '3000000', '18.3', '6.1'],
        [null, null, '5', null],
      ],
      '0.5',
    ],
  ]);
});

it('adds up to the costs however it is grouped and filtered', async () => {
  for (const groupBy of [
    ['model'],
    ['line-item', 'day'],
    ['token-type'],
    ['provider'],
    ['api-key'],
  ] satisfies GroupWord[][]) {
    const { rows } = await report(groupBy);
    for (const { cost, units = [] } of rows)
      expect(units.reduce((sum, each) => sum + Number(each.cost), 0)).toBeCloseTo(Number(cost), 12);
  }
  expect(await figures(['token-type'], { patterns: { model: 'claude*' } })).toEqual([
    [
      '23.5',
      [
        ['tokens', '1100000', '16.5', '15'],
        [null, null, '7', null],
      ],
      null,
    ],
    ['3', [['tokens', '1000000', '3', '3']], '0'],
    ['0.3', [['tokens', '1000000', '0.3', '0.3']], '1'],
  ]);
});

it('gives each unit columns of its own in a spreadsheet, and names them where people read', async () => {
  const told = await report(['project'], { columns: ['tokens', 'per-1m'] });
  const [heads, assistant, search] = renderReportCsv(told).split('\r\n');
  expect(heads).toMatch(
    /,estimated,quantity:tokens,quantity:sessions,cost:tokens,perMillion:tokens,cost:sessions,perMillion:sessions$/,
  );
  expect(assistant).toMatch(/,24\.8,false,3100000,,19\.8,6\.387096774193548387,,$/);
  expect(search).toMatch(/,14\.3,false,2500000,10,5,2,0\.3,30000$/);
  const lines = renderReportMarkdown(told).split('\n');
  expect(lines).toContainEqual(expect.stringMatching(/\| 24\.80 \| 3,100,000 \| 6\.39 \| 80 % \|$/));
  expect(lines).toContainEqual(
    expect.stringMatching(/\| 14\.30 \| 2,500,000, 10 sessions \| 2\.00, 30,000\.00 sessions \| 35 % \|$/),
  );
});
