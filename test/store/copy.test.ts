import { expect, it } from 'vitest';
import { endOfDay, parseDay, type Day } from '../../src/domain/day.js';
import { copyRows } from '../../src/store/copy.js';
import type { Database } from '../../src/store/database.js';
import { createStore } from '../../src/store/store.js';
import { useTestDatabase } from '../helpers/database.js';
import { line } from '../helpers/lines.js';
import { registerOrganization } from '../helpers/organization.js';

const [first, last] = [parseDay('2026-02-01'), parseDay('2026-02-02')];

it('leaves a day with all its rows where either store has read it again since the first copy', async () => {
  const { database: source } = await useTestDatabase('postgresql');
  const { database: target } = await useTestDatabase('postgresql');
  await source.prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
  await registerOrganization(source.prisma, 'openai', 'org-1');
  const read = ({ prisma }: Database, day: Day, ...items: [string, string][]) =>
    createStore({ prisma } as Database).collection.writeWindow({
      provider: 'openai',
      organizationId: 'org-1',
      organizationName: 'Prod',
      teamId: 'team-1',
      runId: `run-${performance.now()}`,
      lease: null,
      days: [day],
      requestedAt: endOfDay(parseDay('2026-02-03')),
      lines: items.map(([item, cost]) => line(day, 'p', item, cost)),
      projects: new Map(),
      acceptRestatement: true,
      forced: false,
    });
  const stored = async () =>
    (await target.prisma.costData.findMany({ orderBy: { bucketStartTime: 'asc' } })).map(
      ({ lineItem, cost }) => `${lineItem ?? ''} ${cost.toFixed()}`,
    );
  await read(source, first, ['gpt', '10']);
  await read(source, last, ['gpt', '3']);
  expect(await copyRows(source, target)).toMatchObject({ equal: true });
  expect(await copyRows(source, target)).toMatchObject({ equal: true });

  await read(target, first, ['gpt-5', '12']);
  await read(source, last, ['gpt', '3'], ['late', '1']);
  const ledger = await target.prisma.restatement.count();
  expect(await copyRows(source, target)).toMatchObject({ equal: false });
  expect(await stored()).toEqual(['gpt-5 12', 'gpt 3']);
  expect(await target.prisma.restatement.count()).toBe(ledger);
});
