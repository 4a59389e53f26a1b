import { describe, expect, it } from 'vitest';
import { setBudget } from '../../src/commands/budget/set.js';
import { dashboard } from '../../src/commands/dashboard.js';
import { command as showForecast } from '../../src/commands/forecast.js';
import { perform } from '../../src/commands/perform.js';
import type { Dashboard } from '../../src/domain/dashboard.js';
import { addDays, daysOf, parseDay, toDay } from '../../src/domain/day.js';
import type { Forecast } from '../../src/domain/forecast.js';
import { renderDashboard } from '../../src/output/dashboard.js';
import { nameProgram } from '../../src/output/hint.js';
import { fitLines } from '../../src/output/wrap.js';
import { recordContext } from '../helpers/context.js';
import { useTestDatabase } from '../helpers/database.js';
import { bill, fillProjects, legacy, markRead } from '../helpers/spend.js';

const ORIGINS: [string, string][] = [
  ['openai', 'org-1'],
  ['openai', 'org-2'],
  ['anthropic', 'org-3'],
];

/** In a clone commands take more room, and at times a line of their own. */
const inClone = (width: number) => (text: string) => fitLines(nameProgram(text, 'node bin/costs.js'), width);

/** Two months of Search at 10 a day and twice that this month, Assistant at 5, and a project that has ended. */
async function start(now = '2026-11-23T12:00:00Z') {
  const at = new Date(now);
  const { database } = await useTestDatabase('postgresql');
  await fillProjects(database.prisma);
  const today = toDay(at);
  const days = daysOf({ since: parseDay('2026-09-01'), until: addDays(today, -1) });
  for (const day of days) {
    await bill(database.prisma, 'search', day, day < '2026-11-01' ? '10' : '20.000000000000000000000000000001');
    await bill(database.prisma, 'assistant', day, '5');
    if (day < '2026-11-01') await bill(database.prisma, 'labs', day, '1');
  }
  for (const origin of ORIGINS) await markRead(database.prisma, origin, days, at);
  const { context, last } = recordContext(database, at);
  Object.assign(context, { hasStore: () => Promise.resolve(true) });
  const look = async () => {
    expect(await perform(dashboard, {}, context)).toBe(0);
    return last() as Dashboard;
  };
  const linesAt = (shown: Dashboard, width: number) => {
    const { style } = context.output;
    return renderDashboard(shown, { ...context.output, style, terminal: true, width, asShown: inClone(width) }).split(
      '\n',
    );
  };
  return { prisma: database.prisma, context, last, look, linesAt };
}

describe('costs alone', () => {
  it('tells yesterday and the month to date against their like, what is expected, and what moved', async () => {
    const { context, last, look } = await start();
    await perform(setBudget, { amount: '1000', currency: 'USD' }, context);
    const { spend, next } = await look();
    await perform(showForecast, {}, context);
    const told = last() as Forecast;
    expect(spend).toMatchObject({
      yesterday: {
        since: '2026-11-22',
        comparedWith: { since: '2026-11-15', until: '2026-11-15' },
        totals: [{ currency: 'USD', cost: '25.000000000000000000000000000001' }],
      },
      monthToDate: {
        since: '2026-11-01',
        comparedWith: { since: '2026-10-01', until: '2026-10-22' },
        totals: [
          {
            cost: '550.000000000000000000000000000022',
            compared: { current: '550.000000000000000000000000000022', previous: '352' },
          },
        ],
      },
      forecast: told.totals,
      budgets: [{ spent: '550.000000000000000000000000000022', projected: told.totals[0]?.expected }],
      notRead: [],
      movers: [{ project: 'Search' }, { project: 'Labs', cost: '0' }],
    });
    expect(next[0]).toEqual({ command: 'costs sync', why: 'to read 3 of 3 organizations up to today' });
  });

  it('says what was not read, on the first of a month also of the day before it', async () => {
    const { prisma, look } = await start('2026-11-01T09:00:00Z');
    await prisma.collectedDay.deleteMany({
      where: { aiOrganizationId: 'org-3', day: new Date('2026-10-31T00:00:00Z') },
    });
    const { spend } = await look();
    expect(spend?.notRead).toMatchObject([{ organization: 'EU', since: '2026-10-31', until: '2026-10-31' }]);
    expect(spend?.yesterday.since).toBe('2026-10-31');
  });

  it('shows what there is of a team with nothing this month, and of one with rows of the old system alone', async () => {
    const { database } = await useTestDatabase('postgresql');
    await fillProjects(database.prisma);
    const october = daysOf({ since: parseDay('2026-10-12'), until: parseDay('2026-10-31') });
    for (const day of october) await bill(database.prisma, 'search', day, '10');
    await markRead(database.prisma, ['openai', 'org-1'], october);
    await legacy(database.prisma, 'foreign', '2026-11-04', '7');
    const { context, last } = recordContext(database, new Date('2026-11-05T12:00:00Z'));
    const figures = async (team: string) => {
      const choose = () => context.store().then(({ teams }) => teams.choose(team));
      const own = { ...context, hasStore: () => Promise.resolve(true), team: choose };
      expect(await perform(dashboard, {}, own)).toBe(0);
      const { output } = context;
      const lines = renderDashboard(last() as Dashboard, { ...output, style: output.style, width: 140 }).split('\n');
      return lines.filter((line) => / USD /.test(line)).map((line) => line.trim().split(/ {2,}/).slice(0, 2));
    };
    expect(await figures('acme')).toEqual([['Month end', '300.00']]);
    expect(await figures('other')).toContainEqual(['Yesterday', '7.00']);
  });

  it.each([60, 80, 140])('fits a terminal of 24 lines and %i columns, however much there is', async (width) => {
    const { prisma, context, look, linesAt } = await start();
    const name = 'A project of ours whose name has exactly sixty characters, ok';
    await prisma.project.updateMany({ where: { teamId: 'team-1' }, data: { name } });
    for (const currency of ['EUR', 'GBP'])
      for (const project of ['search', 'assistant', 'labs'])
        await bill(prisma, project, '2026-11-10', '70000', { currency, lineItem: `x [${currency}]` });
    for (const project of ['search', 'assistant', 'labs'])
      await perform(setBudget, { amount: '1000', currency: 'USD', project }, context);
    await prisma.collectedDay.deleteMany({ where: { day: new Date('2026-11-20T00:00:00Z') } });
    const lines = linesAt(await look(), width);
    expect(lines.join('\n')).toMatch(/\d more currenc(y|ies) → costs report/);
    expect(lines.join('\n')).toMatch(/\d more budgets? → costs budget list/);
    expect(inClone(width)(lines.join('\n')).split('\n').length).toBeLessThan(24);
    for (const line of lines.slice(1, -1)) expect(line.length, line).toBeLessThanOrEqual(width);
  });
});
