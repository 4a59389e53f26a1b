import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/domain/day.js';
import { createStore } from '../../src/store/store.js';
import { STORY_KINDS, useTestDatabase } from '../helpers/database.js';
import { bill, fillProjects, TEAM } from '../helpers/spend.js';

const DAY = parseDay('2026-10-05');
const QUERY = { teamId: TEAM, since: DAY, until: DAY, groupBy: ['project'] as const };

describe.each(STORY_KINDS)('what somebody typed and is no value, on %s,', (kind) => {
  async function use(statement: string) {
    const { database } = await useTestDatabase(kind);
    await fillProjects(database.prisma);
    await bill(database.prisma, 'search', DAY, '12.5');
    await database.prisma.run.create({
      data: {
        ...{ id: 'run-1', teamId: TEAM, command: 'sync', status: 'ok', version: '1', plan: [], result: {} },
        ...{ since: new Date(DAY), until: new Date(DAY), startedAt: new Date(DAY), finishedAt: new Date(DAY) },
      },
    });
    await database.pool.query(statement);
    return createStore(database);
  }

  it('is named with its table and row where an amount is added up', async () => {
    const store = await use("UPDATE cost_data SET cost = 'NaN'");
    for (const ask of [() => store.reports.run(QUERY, DAY), () => store.reports.sums(QUERY)])
      await expect(ask()).rejects.toMatchObject({
        code: 'failed',
        message: expect.stringMatching(/^cost_data\.cost of the row id = 'row-\d+' is NaN/) as string,
        hint: expect.stringMatching(/SELECT \* FROM "cost_data" WHERE id = 'row-\d+'$/) as string,
      });
  });

  it.each([
    ['infinity', 'infinity'],
    ['20000-02-29', '20000-02-29'],
    ['0044-03-15 BC', '0044-03-15'],
  ])('is named with its table and row where a time is read: %s', async (time, shown) => {
    const store = await use(`UPDATE runs SET finished_at = '${time}'`);
    await expect(store.runs.list(TEAM, 5)).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringContaining(`runs.finished_at of the row id = 'run-1' is ${shown}`) as string,
    });
  });
});
