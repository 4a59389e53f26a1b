import { beforeEach, describe, expect, it } from 'vitest';
import type { CollectionStore, WindowWrite } from '../../../src/domain/collection.js';
import { addDays, endOfDay, toDay } from '../../../src/domain/day.js';
import type { PrismaClient } from '../../../src/generated/prisma/client.js';
import type { StatementPool } from '../../../src/store/statements.js';
import { createCollectionStore } from '../../../src/store/collection/collection-store.js';
import { createReportStore } from '../../../src/store/spend/report-store.js';
import { planSync } from '../../../src/sync/plan.js';
import { DATABASE_KINDS, useTestDatabase } from '../../helpers/database.js';
import { line } from '../../helpers/lines.js';
import { organizationOf, registerOrganization } from '../../helpers/organization.js';

const now = new Date();
const today = toDay(now);
const day = addDays(today, -40);
const span = { since: day, until: day };

describe.each(DATABASE_KINDS)('clocks that are wrong, in %s', (kind) => {
  let prisma: PrismaClient;
  let sql: StatementPool;
  let store: CollectionStore;
  beforeEach(async () => {
    ({ prisma, sql } = (await useTestDatabase(kind)).database);
    store = createCollectionStore(sql);
    await prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
    await registerOrganization(prisma, 'openai', 'org-1');
  });

  const write = (cost: string, given: Pick<WindowWrite, 'requestedAt' | 'providerTime'>) =>
    store.writeWindow({
      provider: 'openai',
      organizationId: 'org-1',
      organizationName: 'Prod',
      teamId: 'team-1',
      runId: `run-${cost}`,
      lease: null,
      days: [day],
      lines: [line(day, 'p', 'a', cost)],
      projects: new Map(),
      acceptRestatement: false,
      forced: false,
      ...given,
    });
  const query = { teamId: 'team-1', ...span, groupBy: [], basis: 'billed' } as const;

  it('a read dated in the future counts as none, and the next one puts it right with its history', async () => {
    await write('10', { requestedAt: endOfDay(day) });
    await prisma.$executeRaw`UPDATE collected_days SET read_at = clock_timestamp() + interval '90 days', first_closed_read_at = clock_timestamp() + interval '90 days'`;
    const collected = await store.collectedDays(organizationOf('openai', 'org-1'));
    expect(collected).toEqual([{ day, readAt: null, rows: 1, scope: null }]);
    const plan = planSync({
      organizations: [{ keyId: 'k', provider: 'openai', organizationId: 'org-1' } as never],
      collected: new Map([['k', collected]]),
      today,
      maxDays: () => 180,
      requestsAWindow: () => 1,
    });
    expect(plan.organizations[0]?.windows).toEqual([{ since: day, until: today }]);
    expect(await store.storedDays(organizationOf('openai', 'org-1'), span)).toEqual([]);
    const report = await createReportStore(sql).run(query, today);
    expect(report.totals).toEqual([{ currency: 'USD', cost: '10' }]);
    const [organization] = await createReportStore(sql).days(query);
    expect(organization?.readAt.size).toBe(0);

    await expect(write('4', { requestedAt: now })).rejects.toMatchObject({ code: 'shrink' });
    expect(await write('11', { requestedAt: now })).toMatchObject({ updated: 1, days: 1, restated: { rows: 1 } });
    expect(await prisma.collectedDay.findMany()).toMatchObject([{ readAt: now, firstClosedReadAt: now }]);
    expect(await prisma.restatement.findMany()).toMatchObject([{ cause: 'provider' }]);
  });

  it('a write dated in the future is placed behind the last one that is not, and a day that has not begun was not read', async () => {
    const reports = createReportStore(sql);
    await write('10', { requestedAt: new Date(endOfDay(day).getTime() + 1) });
    await write('11', { requestedAt: new Date(endOfDay(day).getTime() + 2) });
    await write('12', { requestedAt: new Date(endOfDay(day).getTime() + 3) });
    await prisma.$executeRaw`UPDATE writes SET committed_at = committed_at + interval '90 days' WHERE run_id <> 'run-10'`;
    await prisma.$executeRaw`
      INSERT INTO collected_days (ai_provider, ai_organization_id, api_version, day, first_read_at, read_at, rows, run_id)
      SELECT ai_provider, ai_organization_id, api_version, day + 100, first_read_at, clock_timestamp() + interval '90 days', 0, run_id FROM collected_days`;
    expect((await store.collectedDays(organizationOf('openai', 'org-1'))).map((each) => each.day)).toEqual([day]);

    await write('13', { requestedAt: now });
    const writes = await prisma.write.findMany({ orderBy: { committedAt: 'asc' } });
    expect(writes.map(({ runId }) => runId)).toEqual(['run-10', 'run-11', 'run-12', 'run-13']);
    const asOf = async (write: (typeof writes)[number] | undefined) =>
      (await reports.run({ ...query, asOf: write?.committedAt ?? now }, today)).totals[0]?.cost;
    expect(await Promise.all(writes.map(asOf))).toEqual(['10', '11', '12', '13']);
    expect(writes.at(-1)?.committedAt.getTime()).toBeLessThan(Date.now() + 1_000);
  });

  it('a day that has not ended by the clock of the provider goes on', async () => {
    const requestedAt = new Date(endOfDay(day).getTime() + 3_600_000);
    const providerTime = new Date(endOfDay(day).getTime() - 3_600_000);
    await write('10', { requestedAt, providerTime });
    expect(await prisma.collectedDay.findMany()).toMatchObject([{ readAt: providerTime, firstClosedReadAt: null }]);
    // A later answer is later still, though the provider's clock says less than the database's did.
    expect(await write('12', { requestedAt: new Date(requestedAt.getTime() + 1), providerTime })).toMatchObject({
      updated: 1,
      restated: { rows: 0 },
    });
    await write('13', { requestedAt: now, providerTime: null });
    expect(await prisma.collectedDay.findMany()).toMatchObject([{ readAt: now, firstClosedReadAt: now }]);
  });

  it('a day that was read whole stays so since then, whatever a clock says later, unless that was in the future', async () => {
    const ended = endOfDay(day).getTime();
    const whole = new Date(ended + 3_600_000);
    const providerTime = new Date(ended - 1);
    const readWhole = async () => (await prisma.collectedDay.findFirstOrThrow()).firstClosedReadAt;
    await write('10', { requestedAt: whole });
    await write('11', { requestedAt: new Date(whole.getTime() + 1_000) });
    expect(await readWhole()).toEqual(whole);
    await write('12', { requestedAt: new Date(whole.getTime() + 2_000), providerTime });
    expect(await readWhole()).toEqual(whole);
    await prisma.$executeRaw`UPDATE collected_days SET first_closed_read_at = clock_timestamp() + interval '90 days'`;
    await write('13', { requestedAt: now, providerTime });
    expect(await readWhole()).toBeNull();
  });
});
