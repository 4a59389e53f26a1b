import { describe, expect, it } from 'vitest';
import type { CostLine } from '../../../src/domain/bucket.js';
import { endOfDay, parseDay } from '../../../src/domain/day.js';
import { createCollectionStore } from '../../../src/store/collection/collection-store.js';
import { DATABASE_KINDS, useTestDatabase } from '../../helpers/database.js';
import { line } from '../../helpers/lines.js';
import { organizationOf, registerOrganization } from '../../helpers/organization.js';

const DAY = parseDay('2026-01-05');
const PROJECTS = 260;
/** Of a project: in all more than one statement carries. */
const ITEMS = 20;

/** Every project's line items come one after the other, as no provider promises the order of rows. */
function bill(change: (project: number, item: number) => string | null): CostLine[] {
  const lines: CostLine[] = [];
  for (let item = 0; item < ITEMS; item += 1)
    for (let project = 0; project <= PROJECTS; project += 1) {
      const cost = change(project, item);
      if (cost !== null) lines.push(line(DAY, `proj_${project}`, `item ${item}`, cost, { apiKeyId: `key_${item}` }));
    }
  return lines;
}

describe.each(DATABASE_KINDS)('a day with more rows than one statement carries, on %s', (kind) => {
  it('is replaced as a whole: in the bill, by API key, in the ledger, and with a seal that fits', async () => {
    const { database } = await useTestDatabase(kind);
    const { prisma } = database;
    await prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
    await registerOrganization(prisma, 'openai', 'org-1');
    const store = createCollectionStore(prisma);
    const write = (lines: CostLine[], hoursLater: number) =>
      store.writeWindow({
        ...{ provider: 'openai', organizationId: 'org-1', organizationName: 'Prod', teamId: 'team-1' },
        ...{ runId: 'run-1', lease: null, days: [DAY], acceptRestatement: false, forced: false, projects: new Map() },
        requestedAt: new Date(endOfDay(DAY).getTime() + hoursLater * 3_600_000),
        ...{ lines, keyed: lines },
      });

    const first = bill((project) => (project < PROJECTS ? '1.5' : null));
    expect(await write(first, 1)).toMatchObject({
      inserted: PROJECTS * ITEMS,
      updated: 0,
      deleted: 0,
      changedDays: [DAY],
    });
    expect(await write(first.toReversed(), 2)).toMatchObject({ inserted: 0, updated: 0, deleted: 0, changedDays: [] });

    // A project comes and one goes; of the others one loses a line item, one has another amount.
    const second = bill((project, item) => {
      if (project === 7 || (project === 8 && item === 3)) return null;
      return project === 9 && item === 4 ? '2.25' : '1.5';
    });
    expect(await write(second, 3)).toMatchObject({
      ...{ inserted: ITEMS, updated: 1, deleted: ITEMS + 1, unchanged: second.length - ITEMS - 1 },
      ...{ changedDays: [DAY], restated: { rows: 2 * ITEMS + 2, days: 1 } },
    });
    const [sums] = await prisma.$queryRaw<[Record<string, string>]>`
      SELECT (SELECT trim_scale(sum(cost))::text FROM cost_data) AS bill, (SELECT count(*)::int FROM cost_data) AS rows,
             (SELECT trim_scale(sum(cost))::text FROM cost_by_api_key) AS keyed, (SELECT count(*)::int FROM cost_by_api_key) AS cuts,
             (SELECT trim_scale(sum(coalesce(new_cost, 0) - coalesce(old_cost, 0)))::text FROM restatements) AS difference`;
    const total = `${second.length * 1.5 + 0.75}`;
    expect(sums).toEqual({ bill: total, rows: second.length, keyed: total, cuts: second.length, difference: '-0.75' });
    expect(await store.checkSeals(organizationOf('openai', 'org-1'), { since: DAY, until: DAY })).toMatchObject({
      misfits: [],
    });
  });
});
