import { describe, expect, it } from 'vitest';
import { command as check, type CheckOptions } from '../../src/commands/check.js';
import { listBudgets } from '../../src/commands/budget/list.js';
import { removeBudget } from '../../src/commands/budget/remove.js';
import { setBudget } from '../../src/commands/budget/set.js';
import { perform } from '../../src/commands/perform.js';
import type { CheckFindings } from '../../src/domain/finding.js';
import { addDays, daysOf, parseDay } from '../../src/domain/day.js';
import { recordContext } from '../helpers/context.js';
import { useTestDatabase } from '../helpers/database.js';
import { bill, fillProjects, markRead } from '../helpers/spend.js';

const NOW = new Date('2026-11-23T12:00:00Z');
const yesterday = parseDay('2026-11-22');
const days = daysOf({ since: addDays(yesterday, -69), until: yesterday });

/** Two months in which Search costs 10 a day and 20 on Saturdays, all of it read. */
async function start({ json = true } = {}) {
  const { database } = await useTestDatabase('postgresql');
  await fillProjects(database.prisma);
  for (const day of days) {
    const isSaturday = new Date(`${day}T00:00:00Z`).getUTCDay() === 6;
    await bill(database.prisma, 'search', day, isSaturday ? '20' : '10.000000000000000000000000000001');
  }
  for (const origin of [
    ['openai', 'org-1'],
    ['openai', 'org-2'],
    ['anthropic', 'org-3'],
  ] as [string, string][])
    await markRead(database.prisma, origin, days, NOW);
  const { context, last, text } = recordContext(database, NOW, { json });
  const run = async (options: CheckOptions = {}) => {
    const code = await perform(check, options, context);
    return { code, ...(last() as CheckFindings) };
  };
  return { prisma: database.prisma, context, check: run, last, text };
}

describe('costs check', () => {
  it('finds nothing where all is as usual, and says so', async () => {
    const { check } = await start();
    expect(await check({ budget: true, anomaly: true, gaps: true })).toMatchObject({
      code: 0,
      status: 'ok',
      findings: [],
    });
  });

  it('says nothing at all with --quiet when nothing is found, and all of what is', async () => {
    const { context, text } = await start({ json: false });
    await perform(setBudget, { amount: '1000', currency: 'USD' }, context);
    const said = text();
    expect(await perform(check, { quiet: true, budget: true, anomaly: true }, context)).toBe(0);
    expect(text()).toBe(said);
    await perform(setBudget, { amount: '1', currency: 'USD' }, context);
    expect(await perform(check, { quiet: true, budget: true }, context)).toBe(1);
    expect(text()).toContain('more than its budget of 1.00 USD');
  });

  it('does not say that nothing was found below what it notes', async () => {
    const { context, text } = await start({ json: false });
    await perform(setBudget, { amount: '260', currency: 'USD' }, context);
    expect(await perform(check, { budget: true }, context)).toBe(0);
    expect(text()).toMatch(/is expected to go over its budget[^]*✔ Nothing found beyond these notes: budget\./);
  });

  it('finds a month over its budget to the last digit, and the one on its way there only notes', async () => {
    const { context, check } = await start();
    // 22 days of November, three of them Saturdays.
    const spent = '250.000000000000000000000000000019';
    await perform(setBudget, { amount: spent, currency: 'USD' }, context);
    expect(await check({ budget: true })).toMatchObject({
      code: 0,
      // 22 days are over; of the eight to come one is a Saturday.
      budgets: [{ spent, amount: spent, projected: '340' }],
      notes: [expect.stringContaining('acme (team) is expected to go over') as string],
    });
    await perform(setBudget, { amount: '250.000000000000000000000000000018', currency: 'USD' }, context);
    expect(await check({ budget: true })).toMatchObject({
      code: 1,
      findings: [{ check: 'budget', subject: 'acme (team)' }],
    });
  });

  it('holds each budget against its own scope, month and currency', async () => {
    const { context, check, last, prisma } = await start();
    await bill(prisma, 'assistant', '2026-11-10', '999', { currency: 'EUR', lineItem: 'x [EUR]' });
    await perform(setBudget, { amount: '100', currency: 'USD', project: 'Search' }, context);
    await perform(setBudget, { amount: '300', currency: 'USD', project: 'Search', month: '2026-11' }, context);
    await perform(setBudget, { amount: '1', currency: 'USD', provider: 'anthropic' }, context);
    await perform(setBudget, { amount: '998', currency: 'EUR', provider: 'anthropic' }, context);
    const { findings } = await check({ budget: true });
    expect(findings.map(({ subject }) => subject)).toEqual(['Anthropic (provider)']);
    await perform(listBudgets, {}, context);
    const { budgets } = last() as { budgets: { id: string; project: string | null }[] };
    expect(budgets).toHaveLength(4);
    await perform(
      removeBudget,
      { budget: budgets.find(({ project }) => project === null)?.id ?? '', yes: true },
      context,
    );
    await perform(listBudgets, {}, context);
    expect((last() as { budgets: unknown[] }).budgets).toHaveLength(3);
  });

  it('finds a line item whose unit price jumped, and names it, the factor and both prices', async () => {
    const { check, prisma } = await start();
    const usage = { lineItem: 'web search', quantity: '100', quantityUnit: 'requests' };
    for (const day of days.slice(-4, -1)) await bill(prisma, 'search', day, '0.02', usage);
    await bill(prisma, 'search', yesterday, '3', usage);
    expect(await check({ price: true })).toMatchObject({
      code: 1,
      findings: [
        {
          check: 'price',
          subject: 'Prod',
          message: '22 Nov "web search" cost 150 times more per unit (requests): 0.03 USD, where 0.0002 is usual.',
        },
      ],
    });
    expect(await check({ price: true, since: addDays(yesterday, 1) })).toMatchObject({ code: 0 });
  });

  it('finds a day far above the same weekdays, not a Saturday that is always dearer, and not cents', async () => {
    const { check, prisma } = await start();
    await bill(prisma, 'search', '2026-11-19', '70', { lineItem: 'gpt-5, output' });
    await bill(prisma, 'assistant', '2026-11-19', '0.9');
    const { code, anomalies, findings } = await check({ anomaly: true });
    expect(code).toBe(1);
    expect(anomalies).toMatchObject([{ project: 'Search', day: '2026-11-19', lineItem: { name: 'gpt-5, output' } }]);
    expect(findings[0]?.message).toContain('gpt-5, output');
  });

  it('names gaps and spend that is not linked', async () => {
    const { check, prisma } = await start();
    await bill(prisma, 'labs', '2026-11-02', '12.34');
    await prisma.$executeRaw`DELETE FROM collected_days WHERE day = '2026-11-05' AND ai_organization_id = 'org-3'`;
    const usual = await check();
    expect(usual.findings).toMatchObject([{ check: 'gaps' }]);
    expect(usual.notes).toEqual([expect.stringContaining('12.34 USD. Link them: costs projects link --all')]);
    const { findings } = await check({ unlinked: true, gaps: true });
    expect(findings).toMatchObject([
      { check: 'unlinked', message: expect.stringContaining('12.34 USD') as string },
      { check: 'gaps', subject: 'EU', message: '1 day was never read.' },
    ]);
    // As many others are another finding, which --new tells.
    await prisma.project.update({ where: { id: 'labs' }, data: { linkedAt: new Date() } });
    await prisma.project.update({ where: { id: 'search' }, data: { linkedAt: null } });
    const [other] = (await check({ unlinked: true })).findings;
    expect(other?.message).toContain('1 provider project');
    expect(other?.id).not.toBe(findings[0]?.id);
  });

  it('writes annotations and comments whose commands are of the team, as whoever reads them has no variable', async () => {
    const { context, text } = await start({ json: false });
    for (const format of ['github', 'markdown'] as const)
      await perform(check, { unlinked: true, format, team: 'acme' }, context);
    expect(text().match(/→ costs --team acme projects list --unlinked/g)).toHaveLength(2);
  });

  it('writes annotations and comments in which a name can do no harm', async () => {
    const { context, text, prisma, check } = await start({ json: false });
    await prisma.project.update({ where: { id: 'search' }, data: { name: 'a|b\n::error::100%' } });
    await perform(setBudget, { amount: '1', currency: 'USD', project: 'search' }, context);
    await check({ budget: true, format: 'github' });
    expect(text()).toMatch(/::error title=costs%3A budget::a\|b%0A::error::100%25: This month/);
    await check({ budget: true, format: 'markdown' });
    expect(text()).toContain('| a\\|b ::error::100%');
  });
});
