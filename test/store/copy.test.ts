import { expect, it, onTestFinished } from 'vitest';
import { endOfDay, parseDay, startOfDay, type Day } from '../../src/domain/day.js';
import { copyRows } from '../../src/store/copy.js';
import type { OpenDatabase as Database } from '../helpers/open-database.js';
import { createBudgetStore } from '../../src/store/budgets.js';
import { SCOPE_OF_TEAM } from '../../src/domain/budget.js';
import { createStore } from '../../src/store/store.js';
import { createUsageStore } from '../../src/store/usage/usage-store.js';
import { NO_DIMENSIONS } from '../../src/domain/usage.js';
import { parseDecimal } from '../../src/domain/decimal.js';
import { useTestDatabase } from '../helpers/database.js';
import { line } from '../helpers/lines.js';
import { registerOrganization } from '../helpers/organization.js';

const [first, last] = [parseDay('2026-02-01'), parseDay('2026-02-02')];

it('leaves a day with all its rows where either store has read it again since the first copy', async () => {
  const { source, target } = await useTwoStores();
  await read(source, first, ['gpt', '10']);
  await read(source, last, ['gpt', '3']);
  // Each has a ledger of its own, and numbers it from 1 on.
  const restate = ({ pool }: Database, project: string) =>
    pool.query(`INSERT INTO restatements (project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, new_cost, cause, run_id)
      SELECT ${project}, 'costs_v1', '2026-02-01', '2026-02-02', 'gpt', 'USD', n, 'provider', 'run' FROM generate_series(1, 2) n`);
  await restate(source, '(SELECT id FROM projects)');
  await target.pool.query(
    `INSERT INTO teams VALUES ('team-2', 'own'); INSERT INTO projects (id, team_id, name) VALUES ('own', 'team-2', 'own')`,
  );
  await restate(target, `'own'`);
  for (const inserted of [2, 0])
    expect(await copyRows(source, target)).toMatchObject({
      equal: true,
      tables: expect.arrayContaining([{ table: 'restatements', rows: 2, inserted }]) as unknown,
    });
  expect(await target.prisma.restatement.count()).toBe(4);

  await read(target, first, ['gpt-5', '12']);
  await read(source, last, ['gpt', '3'], ['late', '1']);
  const ledger = await target.prisma.restatement.count();
  expect(await copyRows(source, target)).toMatchObject({ equal: false });
  expect(await stored(target)).toEqual(['gpt-5 12', 'gpt 3']);
  expect(await target.prisma.restatement.count()).toBe(ledger);
});

it('waits for a day that the receiver is reading again, and leaves it whole', async () => {
  const { source, target } = await useTwoStores();
  await read(source, first, ['gpt', '10'], ['gone', '3']);
  await copyRows(source, target);

  const locker = await target.openSession();
  onTestFinished(() => locker.close());
  const waiting = async () =>
    (
      await locker.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )
    ).rowCount;
  // The last that a write takes before its commit.
  await locker.pool.query('SELECT pg_advisory_lock(1664902114)');
  const reading = read(target, first, ['gpt', '10']);
  await expect.poll(waiting, { timeout: 30_000 }).toBe(1);
  const copying = copyRows(source, target);
  await Promise.race([copying, expect.poll(waiting, { timeout: 30_000 }).toBe(2)]);
  await locker.pool.query('SELECT pg_advisory_unlock_all()');
  await reading;
  expect(await copying).toMatchObject({ equal: false });
  expect(await stored(target)).toEqual(['gpt 10']);
});

it('brings nothing back that has been replaced since the first copy: estimates by prices of another currency, a budget by another', async () => {
  const { source, target } = await useTwoStores();
  const tokens = { tokenType: 'uncached_input_tokens', unit: 'tokens' } as const;
  await createUsageStore(source.sql).writeWindow({
    ...{ provider: 'openai', organizationId: 'org-1', organizationName: 'Prod', teamId: 'team-1' },
    ...{ runId: 'run-1', lease: null, width: '1d', acceptRestatement: false, projects: new Map() },
    answers: [{ endpoint: 'completions', days: [first], refused: [] }],
    requestedAt: endOfDay(last),
    lines: [
      {
        ...{ ...NO_DIMENSIONS, ...tokens, model: 'gpt-5', endpoint: 'completions', providerProjectId: 'p' },
        ...{ bucketStart: startOfDay(first), bucketEnd: endOfDay(first), quantity: parseDecimal('1000000') },
      },
    ],
  });
  const setBudget = (database: Database, amount: string) =>
    createBudgetStore(database).set({
      ...{ ...SCOPE_OF_TEAM, teamId: 'team-1', month: null, from: '2026-01', currency: 'USD' },
      amount: parseDecimal(amount),
    });
  await setBudget(source, '100');
  await copyRows(source, target);
  const budget = await setBudget(target, '300');
  await createUsageStore(target.sql).importPrices('team-1', [
    {
      ...{ ...tokens, provider: 'openai', model: 'gpt-5', tier: 'standard', contextWindow: '', inferenceGeo: '' },
      ...{ validFrom: first, currency: 'EUR', price: parseDecimal('2'), per: parseDecimal('1000000'), source: 'own' },
    },
  ]);
  const estimates = () => target.prisma.costData.findMany({ select: { currency: true, lineItem: true } });
  const now = await estimates();
  expect(now).toEqual([{ currency: 'EUR', lineItem: 'gpt-5, uncached input tokens [EUR]' }]);
  const setPrice = ({ sql }: Database, price: string) =>
    createUsageStore(sql).importPrices('team-1', [
      {
        ...{ ...tokens, provider: 'openai', model: 'gpt-6', tier: 'standard', contextWindow: '', inferenceGeo: '' },
        ...{ validFrom: first, currency: 'USD', price: parseDecimal(price), per: parseDecimal('1'), source: 'own' },
      },
    ]);
  await setPrice(source, '1');
  await setPrice(target, '2');
  expect(await copyRows(source, target)).toMatchObject({
    equal: false,
    different: expect.arrayContaining([
      { table: 'budgets', rows: 1 },
      { table: 'prices', rows: 1 },
    ]) as unknown,
  });
  expect(await estimates()).toEqual(now);
  expect(await createBudgetStore(target).list('team-1')).toEqual([budget]);
});

async function useTwoStores() {
  const { database: source } = await useTestDatabase('postgresql');
  const { database: target } = await useTestDatabase('postgresql');
  await source.prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
  await registerOrganization(source.prisma, 'openai', 'org-1');
  return { source, target };
}

function read(database: Database, day: Day, ...items: [string, string][]) {
  return createStore(database).collection.writeWindow({
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
}

async function stored({ prisma }: Database) {
  const rows = await prisma.costData.findMany({ orderBy: { bucketStartTime: 'asc' } });
  return rows.map(({ lineItem, cost }) => `${lineItem ?? ''} ${cost.toFixed()}`);
}
