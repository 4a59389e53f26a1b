import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { CostProvider } from '../../src/domain/cost-provider.js';
import { parseDay, toDay, type Day } from '../../src/domain/day.js';
import { parseDecimal } from '../../src/domain/decimal.js';
import { Sums } from '../../src/domain/money.js';
import type { OrphanedRows } from '../../src/domain/orphans.js';
import { worldRow } from '../../src/emulator/world.js';
import { differences, isEqual, isSame } from '../../src/sync/verify-days.js';
import { verifySpan, verifyStored } from '../../src/sync/verify.js';
import { useCollector } from '../helpers/collector.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { anOrganization, openEmulator } from '../helpers/emulator.js';

const [FIRST, SECOND, THIRD] = ['2026-05-01', '2026-05-02', '2026-05-03'].map(parseDay) as [Day, Day, Day];
const SPAN = { since: FIRST, until: THIRD };
const again = (day: string) => `costs backfill --since ${day} --until ${day} --force`;

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase('postgresql');
});
afterAll(() => test.drop());
beforeEach(() => test.database.prisma.$executeRaw`TRUNCATE teams, organizations, seal_findings CASCADE`);

const sql = (statement: string) => test.database.prisma.$executeRawUnsafe(statement);

/** Three days of an organization that were read, and what verifying them says. */
async function start() {
  const row = (lineItem: string, amount: string) => worldRow({ projectId: 'p', lineItem, amount });
  const days = new Map([FIRST, SECOND].map((day) => [day, [row('gpt-5, input', '10.25'), row('gpt-5, output', '2')]]));
  const emulator = await openEmulator({
    world: { organizations: [anOrganization({ provider: 'openai', id: 'org-1', days })] },
  });
  const { organizations, dependencies, collect, store } = await useCollector(test.database, emulator);
  expect(await collect(SPAN)).toMatchObject({ status: 'ok' });
  emulator.requests.length = 0;
  const change = (provider: (real: CostProvider) => Partial<CostProvider>) => {
    const real = dependencies.provider;
    dependencies.provider = async (id) => {
      const each = await real(id);
      return { ...each, ...provider(each) };
    };
  };
  return {
    emulator,
    change,
    collect,
    open: () => store.collection.openMisfits({ provider: 'openai', organizationId: 'org-1', teamId: 'team-1' }),
    verify: async (span = SPAN) => (await verifySpan(organizations, span, dependencies)).organizations[0],
    verification: () => verifySpan(organizations, SPAN, dependencies),
    stored: (orphans: OrphanedRows[] = []) => verifyStored(organizations, SPAN, dependencies, orphans),
    dependencies,
  };
}

describe('days that were changed outside costs', () => {
  it('are told from what was written, and not held against the provider until they were read again', async () => {
    const { verify, stored, emulator, open, collect } = await start();
    expect(await stored()).toMatchObject({
      status: 'ok',
      stored: true,
      findings: [],
      organizations: [{ days: 3, equal: 3 }],
    });
    await sql(
      `UPDATE cost_data SET cost = cost + 1 WHERE line_item = 'gpt-5, input' AND bucket_start_time = '${SECOND}'`,
    );
    await sql(`UPDATE collected_days SET day = '2026-04-01' WHERE day = '${FIRST}'`);
    const told = (await stored()).findings;
    expect(told.map(({ day, hint }) => [day, hint])).toEqual([
      [SECOND, again(SECOND)],
      [FIRST, again(FIRST)],
    ]);
    expect(told[0]?.message).toContain('2 rows of 12.25 USD were written, 2 rows of 13.25 USD were found');
    expect(told[1]?.message).toContain('has rows though it was never read');
    expect(await stored()).toMatchObject({ organizations: [{ days: 2, equal: 1 }] });
    expect(await verify()).toMatchObject({ days: 1, equal: 1, findings: [{ day: SECOND }, { day: FIRST }] });
    expect(emulator.requests.length).toBeGreaterThan(0);
    expect(await open()).toHaveLength(1);
    await sql(`DELETE FROM collected_days WHERE day = '2026-04-01'`);
    await collect(SPAN);
    // What was found stays known until the day was found equal to the provider's total.
    expect(await open()).toHaveLength(1);
    expect(await verify()).toMatchObject({ days: 3, equal: 3, findings: [] });
    expect(await open()).toEqual([]);
  });

  it('stay known as long as their day is not what the provider says, or is restated', async () => {
    const { verify, emulator, open, collect } = await start();
    await sql(`UPDATE cost_data SET cost = cost + 1 WHERE bucket_start_time = '${SECOND}'`);
    await verify();
    await collect(SPAN);
    emulator
      .organization('org-1')
      .days.set(SECOND, [worldRow({ projectId: 'p', lineItem: 'gpt-5, input', amount: '9' })]);
    expect(await verify()).toMatchObject({
      equal: 2,
      restated: [{ day: SECOND, stored: '12.25', provider: '9', difference: '-3.25' }],
    });
    expect(await open()).toHaveLength(1);
  });

  it('that nothing seals are told by the number of their rows', async () => {
    const { verify } = await start();
    await sql(`UPDATE collected_days SET seal = NULL, sealed_rows = NULL, sealed_sums = NULL, sealed_run_id = NULL`);
    await sql(`DELETE FROM cost_data WHERE line_item = 'gpt-5, output' AND bucket_start_time = '${SECOND}'`);
    const verified = await verify();
    expect(verified).toMatchObject({
      days: 3,
      equal: 2,
      sealedAsFound: 3,
      findings: [{ day: SECOND, hint: again(SECOND) }],
    });
    expect(verified?.findings[0]?.message).toContain('has 1 row where 2 were written');
  });
});

describe('what nobody read', () => {
  it('is not asked for: no day, no question', async () => {
    const { verify, emulator } = await start();
    const before = { since: parseDay('2026-04-01'), until: parseDay('2026-04-30') };
    expect(await verify(before)).toMatchObject({
      ...{ status: 'ok', days: 0, equal: 0, notCompared: [{ ...before, reason: 'never read' }] },
    });
    expect(emulator.requests).toEqual([]);
  });

  it('and was taken over with its database is not proven, neither by the provider nor by seals', async () => {
    const { verify, stored } = await start();
    const migration = `WHERE migration_name = (SELECT min(migration_name) FROM _prisma_migrations)`;
    await sql(`UPDATE _prisma_migrations SET logs = '{"kind":"costs-adoption"}' ${migration}`);
    onTestFinished(async () => void (await sql(`UPDATE _prisma_migrations SET logs = NULL ${migration}`)));
    await sql(`DELETE FROM collected_days WHERE day = '${SECOND}'`);
    const notCompared = [{ since: SECOND, until: SECOND, reason: 'adopted, not proven' }];
    expect(await stored()).toMatchObject({ findings: [], organizations: [{ days: 2, equal: 2, notCompared }] });
    expect(await verify()).toMatchObject({ days: 2, equal: 2, findings: [], notCompared });
  });
});

describe('the answer of a provider', () => {
  it('that says nothing of a day fails the organization', async () => {
    const { verify, change } = await start();
    change(() => ({
      // eslint-disable-next-line @typescript-eslint/require-await -- a stream that is there already
      async *fetchTotals() {
        yield { buckets: [], lines: [], end: 'early' };
      },
    }));
    expect(await verify()).toMatchObject({ status: 'failed', error: { code: 'contract' } });
  });

  it('that is another total than its own rows add up to is a finding, with both in words', async () => {
    const { verify, change } = await start();
    change((real) => ({
      async *fetchTotals(call, window) {
        for await (const page of real.fetchTotals?.(call, window) ?? [])
          yield { ...page, lines: page.lines.filter(({ bucketStart }) => toDay(bucketStart) !== SECOND) };
      },
    }));
    const verified = await verify();
    const hint = `costs verify --since ${SECOND} --until ${SECOND}`;
    expect(verified).toMatchObject({ days: 3, equal: 2, restated: [], findings: [{ day: SECOND, hint }] });
    expect(verified?.findings[0]?.message).toContain('add up to 12.25 USD, but its total is nothing');
  });

  it('that was late for a moment, and is right when it is looked at again, is equal', async () => {
    const { verify, change } = await start();
    change((real) => ({
      async *fetchTotals(call, window) {
        for await (const page of real.fetchTotals?.(call, window) ?? [])
          yield window.since === window.until ? page : { ...page, lines: [] };
      },
    }));
    expect(await verify()).toMatchObject({ days: 3, equal: 3, restated: [], rounding: [], findings: [] });
  });

  it('of a cycle is told, and is a finding where its rows do not add up to it', async () => {
    const { verify, change } = await start();
    const cycle = { since: FIRST, currency: 'USD', rows: parseDecimal('7.5'), total: parseDecimal('7.5000005') };
    change(() => ({ cycleTotal: () => Promise.resolve(cycle) }));
    expect(await verify()).toMatchObject({
      cycle: { since: FIRST, currency: 'USD', rows: '7.5', provider: '7.5000005' },
      findings: [],
    });
    cycle.total = parseDecimal('8');
    const verified = await verify();
    expect(verified?.findings).toMatchObject([{ day: FIRST, hint: 'costs verify --organization org-1' }]);
    expect(verified?.findings[0]?.message).toContain('add up to 7.5 USD, but its own total is 8 USD');
  });

  it('is not awaited once somebody ended the command', async () => {
    const { verification, stored, dependencies } = await start();
    const end = new AbortController();
    dependencies.signal = end.signal;
    end.abort();
    await expect(verification()).rejects.toMatchObject({ code: 'interrupted' });
    await expect(stored()).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('a verification', () => {
  it('names rows that nobody answers for beside what is wrong with an organization', async () => {
    const { stored } = await start();
    const orphans: OrphanedRows = {
      ...{
        projectId: 'project-9',
        project: 'Odd',
        source: null,
        isLegacy: false,
        isAdopted: false,
        since: FIRST,
        until: SECOND,
        rows: 3,
      },
      totals: [{ currency: 'USD', cost: '4' }],
    };
    await sql(`DELETE FROM cost_data WHERE bucket_start_time = '${FIRST}'`);
    const { findings, orphans: told, status } = await stored([orphans]);
    expect([status, told]).toEqual(['ok', [orphans]]);
    expect(findings).toMatchObject([
      { day: FIRST, provider: 'openai', organizationId: 'org-1', organization: 'org-1' },
      { day: FIRST, project: 'Odd', projectId: 'project-9', hint: expect.stringContaining('costs ') as string },
    ]);
  });
});

describe('two sums of a day', () => {
  const sums = (...amounts: [cost: string, currency?: string][]) =>
    new Sums(amounts.map(([cost, currency = 'USD']) => ({ cost: parseDecimal(cost), currency })));

  it('are the same in every currency that either has, rounding aside', () => {
    expect(isSame(sums(['1'], ['2', 'EUR']), sums(['1.0000009'], ['2', 'EUR']))).toBe(true);
    expect(isSame(sums(['1']), sums(['1.000001']))).toBe(false);
    expect(isSame(sums(['1']), sums(['1'], ['2', 'EUR']))).toBe(false);
    expect(isSame(sums(['1'], ['2', 'EUR']), sums(['1']))).toBe(false);
    expect(isSame(sums(['0']), sums())).toBe(true);
  });

  it('are equal where as many rows are there as were written, too', () => {
    const day = { day: FIRST, readAt: new Date(), totals: sums(['1']) };
    expect(isEqual({ ...day, rowsWritten: 2, rowsStored: 2 }, sums(['1']))).toBe(true);
    expect(isEqual({ ...day, rowsWritten: 2, rowsStored: 1 }, sums(['1']))).toBe(false);
    expect(isEqual({ ...day, rowsWritten: 2, rowsStored: 2 }, sums(['3']))).toBe(false);
  });

  it('differ by the provider’s less ours, a currency each, those that are equal left out', () => {
    expect(
      differences(FIRST, sums(['1.5'], ['2', 'EUR'], ['3', 'GBP']), sums(['1'], ['2', 'EUR'], ['7', 'JPY'])),
    ).toEqual([
      { day: FIRST, currency: 'GBP', stored: '3', provider: '0', difference: '-3' },
      { day: FIRST, currency: 'JPY', stored: '0', provider: '7', difference: '7' },
      { day: FIRST, currency: 'USD', stored: '1.5', provider: '1', difference: '-0.5' },
    ]);
  });
});
