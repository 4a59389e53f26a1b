import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listBudgets } from '../../src/commands/budget/list.js';
import { removeBudget } from '../../src/commands/budget/remove.js';
import { setBudget, type SetBudgetOptions } from '../../src/commands/budget/set.js';
import { command as check } from '../../src/commands/check.js';
import { command as showForecast } from '../../src/commands/forecast.js';
import { perform } from '../../src/commands/perform.js';
import type { BudgetView } from '../../src/domain/budget-view.js';
import { addDays, daysOf, parseDay } from '../../src/domain/day.js';
import type { CheckFindings } from '../../src/domain/finding.js';
import type { Forecast } from '../../src/domain/forecast.js';
import { recordContext, type Recorded } from '../helpers/context.js';
import { createTestDatabase } from '../helpers/database.js';
import { bill, fillProjects, markRead } from '../helpers/spend.js';

const NOW = new Date('2026-11-23T12:00:00Z');
const YESTERDAY = parseDay('2026-11-22');
const DAYS = daysOf({ since: addDays(YESTERDAY, -69), until: YESTERDAY });
const FIND = { key: 'product', value: 'Find' };
const tag = (value: string, from: string) => ({ projectId: 'search', key: FIND.key, value, validFrom: new Date(from) });

let shared: Recorded;
let cleanUp: () => Promise<void>;
afterAll(() => cleanUp());
const run = async <T>(command: Parameters<typeof perform>[0], options: object, { context, last } = shared) => {
  const code = await perform(command, options, context);
  return { code, ...(last() as T) };
};
const set = (amount: string, options: Partial<SetBudgetOptions>, recorded = shared) =>
  run<{ budgets: BudgetView[] }>(setBudget, { amount, currency: 'USD', ...options }, recorded);
const checkBudgets = (at = [100]) => run<CheckFindings>(check, { budget: true, at });

/** Search costs 10 a day, of which one key makes 4; Labs 7. Search is a part of the product Find from the 11th. */
beforeAll(async () => {
  const { database, drop } = await createTestDatabase('postgresql');
  cleanUp = drop;
  const { prisma } = database;
  await fillProjects(prisma);
  for (const day of DAYS) {
    await bill(prisma, 'search', day, '10');
    await bill(prisma, 'labs', day, '7');
  }
  await prisma.$executeRaw`
    INSERT INTO cost_by_api_key (id, project_id, bucket_start_time, bucket_end_time, source, api_key_id, line_item, currency, model, token_type, service_tier, product, cost)
    SELECT gen_random_uuid()::text, project_id, bucket_start_time, bucket_end_time, 'bill', k.id, line_item, currency, '', '', '', '', k.cost
    FROM cost_data, (VALUES ('key_1', 4), ('', 6)) AS k (id, cost) WHERE project_id = 'search'`;
  await prisma.$executeRaw`
    INSERT INTO api_keys (ai_provider, ai_organization_id, api_key_id, name) VALUES ('openai', 'org-1', 'key_1', 'Nightly')`;
  await prisma.projectTag.createMany({ data: [tag('Old', '1970-01-01'), tag('Find', '2026-11-11')] });
  for (const origin of ['org-1', 'org-2']) await markRead(prisma, ['openai', origin], DAYS, NOW);
  shared = recordContext(database, NOW);
});

describe('budgets of parts of a team', () => {
  it.each([
    ['an organization', '180', { organization: 'Labs' }, {}, '154', '210', '2026-11-26'],
    ['a tag, on the days that a project has it', '125', { tag: FIND }, { tag: [FIND] }, '120', '200', '2026-11-23'],
    ['an API key', '95', { apiKey: 'Nightly' }, { apiKey: 'key_1' }, '88', '120', '2026-11-24'],
    ['a provider', '500', { provider: 'openai' }, {}, '374', '510', '2026-11-30'],
    ['what comes to just as much', '300', { project: 'search' }, { project: 'search' }, '220', '300', null],
  ] as const)(
    'are measured as reports and the forecast have it: %s',
    async (_, amount, of, filter, spent, end, crossing) => {
      const { budgets } = await set(amount, of);
      const { code, ...found } = await checkBudgets();
      expect(found.budgets).toMatchObject([{ ...budgets[0], spent, projected: end, crossing }]);
      const told = await run<Forecast>(showForecast, { ...of, ...filter });
      expect(told.totals).toMatchObject([{ spent, expected: end }]);
      expect(code).toBe(0);
      expect(found.notes).toHaveLength(crossing === null ? 0 : 1);
      await run(removeBudget, { budget: budgets[0]?.id, yes: true });
    },
  );

  it('say from 80 % on about when they will be gone over, and no more once they are', async () => {
    const { budgets } = await set('180', { organization: 'Labs' });
    expect((await checkBudgets([80])).findings).toMatchObject([
      {
        subject: 'Labs (organization)',
        message:
          'This month has cost 154.00 USD, over 80 % of its budget of 180.00 USD, and is expected to go over it about 26 Nov.',
        hint: 'costs report --provider openai --organization org-2 --group-by project',
      },
    ]);
    await set('150', { organization: 'org-2' });
    const over = await checkBudgets();
    expect(over.findings).toMatchObject([
      { message: 'This month has cost 154.00 USD, more than its budget of 150.00 USD.' },
    ]);
    expect([over.budgets[0]?.crossing, over.notes]).toEqual([null, []]);
    const { budgets: left } = await run<{ budgets: BudgetView[] }>(listBudgets, {});
    expect(left).toMatchObject([{ organization: 'Labs', organizationId: 'org-2', provider: 'openai', amount: '150' }]);
    expect(left[0]?.id).not.toBe(budgets[0]?.id);
    await run(removeBudget, { budget: left[0]?.id, yes: true });
  });

  it('hold from a month on, until another begins, and are named so', async () => {
    await set('100', { tag: FIND, from: '2026-09' });
    await set('130', { tag: FIND, from: '2026-11' });
    await set('999', { tag: FIND, from: '2026-12' });
    expect((await checkBudgets()).budgets).toMatchObject([{ tag: FIND, amount: '130', from: '2026-11', month: null }]);
    // At once, they are one still.
    await Promise.all(Array.from({ length: 4 }, () => set('131', { tag: FIND, from: '2026-11' })));
    const text = recordContext((await shared.context.store()).database, NOW, { json: false });
    await perform(listBudgets, {}, text.context);
    expect(text.text()).toMatch(/product=Find +from Nov 2026 +131\.00 +USD/);
    const { budgets } = await run<{ budgets: BudgetView[] }>(listBudgets, {});
    expect(budgets.map(({ amount }) => amount)).toEqual(['100', '131', '999']);
    for (const { id } of budgets) await run(removeBudget, { budget: id, yes: true });
  });

  it('are for one part, and of one month or from one on', async () => {
    const several = { code: 'usage', message: expect.stringContaining('for one of them') as string };
    await expect(set('5', { organization: 'Labs', tag: FIND })).rejects.toMatchObject(several);
    await expect(set('5', { provider: 'openai', project: 'search' })).rejects.toMatchObject(several);
    await expect(set('5', { month: '2026-11', from: '2026-11' })).rejects.toMatchObject({ code: 'usage' });
    await expect(set('5', { provider: 'anthropic', organization: 'Labs' })).rejects.toMatchObject({ code: 'usage' });
  });

  it('are seen by no other team, which cannot name their organizations and API keys', async () => {
    await set('90', { apiKey: 'key_1' });
    const store = await shared.context.store();
    const other = { ...shared, context: { ...shared.context, team: () => store.teams.choose('other') } };
    expect((await run<{ budgets: BudgetView[] }>(listBudgets, {}, other)).budgets).toEqual([]);
    expect((await run<CheckFindings>(check, { budget: true }, other)).budgets).toEqual([]);
    await expect(set('5', { organization: 'Labs' }, other)).rejects.toMatchObject({ code: 'usage' });
    await expect(set('5', { apiKey: 'key_1' }, other)).rejects.toMatchObject({ code: 'usage' });
    const scope = { provider: 'openai', organizationId: 'org-1' } as const;
    const [own] = await store.budgets.list('team-1');
    if (own !== undefined)
      await expect(store.budgets.set({ ...own, ...scope, teamId: 'team-2' })).rejects.toMatchObject({
        code: 'conflict',
      });
    await set('5', { tag: FIND }, other);
    expect((await run<CheckFindings>(check, { budget: true }, other)).budgets).toMatchObject([
      { amount: '5', spent: '0', projected: null, crossing: null },
    ]);
  });
});
