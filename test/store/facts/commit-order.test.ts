import { describe, expect, it } from 'vitest';
import { addDays, endOfDay, parseDay } from '../../../src/domain/day.js';
import { createCollectionStore } from '../../../src/store/collection/collection-store.js';
import { createReportStore } from '../../../src/store/spend/report-store.js';
import { STORY_KINDS, useTestDatabase } from '../../helpers/database.js';
import { line } from '../../helpers/lines.js';
import { registerOrganization } from '../../helpers/organization.js';

const first = parseDay('2026-02-25');
const DAYS = Array.from({ length: 6 }, (_, index) => addDays(first, index));
const query = {
  teamId: 'team-1',
  since: first,
  until: addDays(first, 5),
  groupBy: ['day', 'line-item'],
  basis: 'billed',
} as const;

describe.each(STORY_KINDS)('reports from %s while windows are committed slowly', (kind) => {
  it('are told again by their instant, to the last digit', async () => {
    const { database } = await useTestDatabase(kind);
    const { prisma, sql } = database;
    await prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
    await registerOrganization(prisma, 'openai', 'org-1');
    // A commit that takes its time: deferred triggers run as part of it, after all statements of the transaction.
    await prisma.$executeRaw`CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(random() * 0.03); RETURN NULL; END $$`;
    await prisma.$executeRaw`CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON writes DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle()`;
    const store = createCollectionStore(sql);
    const reports = createReportStore(sql);
    const write = (day: (typeof DAYS)[number], n: number) =>
      store.writeWindow({
        provider: 'openai',
        organizationId: 'org-1',
        organizationName: 'Prod',
        teamId: 'team-1',
        runId: `run-${n}`,
        lease: null,
        days: [day],
        requestedAt: new Date(endOfDay(addDays(day, 1)).getTime() + n * 1000),
        lines: [line(day, 'p', 'a', `${n}.1`), line(day, 'p', n % 2 === 0 ? 'b' : 'c', '0.7')],
        projects: new Map(),
        acceptRestatement: true,
        forced: false,
      });
    let writing = true;
    const written = Promise.all(
      DAYS.map(async (day) => {
        for (let n = 1; n <= 8; n += 1) await write(day, n);
      }),
    ).finally(() => (writing = false));
    const taken: { at: Date; rows: unknown }[] = [];
    while (writing) {
      const { rows, readAt } = await reports.run(query, addDays(first, 30));
      if (readAt !== null) taken.push({ at: new Date(readAt), rows });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await written;
    expect(taken.length).toBeGreaterThan(5);
    for (const { at, rows } of taken)
      expect((await reports.run({ ...query, asOf: at }, addDays(first, 30))).rows).toEqual(rows);

    const instants = await prisma.write.findMany({ orderBy: { committedAt: 'asc' } });
    expect(instants).toHaveLength(48);
  }, 60_000);
});
