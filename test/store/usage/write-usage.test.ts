import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addDays, endOfDay, parseDay, startOfDay, type Day } from '../../../src/domain/day.js';
import { parseDecimal } from '../../../src/domain/decimal.js';
import { NO_DIMENSIONS, type UsageAnswer, type UsageLine, type UsageWrite } from '../../../src/domain/usage.js';
import type { UsageStore } from '../../../src/domain/usage-store.js';
import type { PrismaClient } from '../../../src/generated/prisma/client.js';
import { createUsageStore } from '../../../src/store/usage/usage-store.js';
import { createTestDatabase, DATABASE_KINDS, type TestDatabase } from '../../helpers/database.js';
import { registerOrganization } from '../../helpers/organization.js';

const [d1, d2, d3] = ['2026-01-01', '2026-01-02', '2026-01-03'].map(parseDay) as [Day, Day, Day];

function used(day: Day, endpoint: string, quantity: string, change: Partial<UsageLine> = {}): UsageLine {
  return {
    ...NO_DIMENSIONS,
    bucketStart: startOfDay(day),
    bucketEnd: endOfDay(day),
    providerProjectId: 'p',
    endpoint,
    tokenType: 'uncached_input_tokens',
    unit: 'tokens',
    quantity: parseDecimal(quantity),
    ...change,
  };
}

const answer = (endpoint: string, ...days: Day[]): UsageAnswer => ({ endpoint, days, refused: [] });

describe.each(DATABASE_KINDS)('usage of a window written to %s', (kind) => {
  let test: TestDatabase;
  let prisma: PrismaClient;
  let store: UsageStore;
  beforeAll(async () => {
    test = await createTestDatabase(kind);
    ({ prisma } = test.database);
    store = createUsageStore(test.database.sql);
    await prisma.team.create({ data: { id: 'team-1', name: 'acme' } });
    await registerOrganization(prisma, 'openai', 'org-1');
  });
  afterAll(() => test.drop());
  beforeEach(
    () => prisma.$executeRaw`TRUNCATE cost_data, usage_data, collected_usage, collected_days, projects CASCADE`,
  );

  const write = (answers: UsageAnswer[], lines: UsageLine[], daysLater = 1, change: Partial<UsageWrite> = {}) =>
    store.writeWindow({
      ...{ provider: 'openai', organizationId: 'org-1', organizationName: 'Prod', teamId: 'team-1', runId: 'run-1' },
      ...{ lease: null, width: '1d', acceptRestatement: false, projects: new Map() },
      ...{ answers, lines, requestedAt: endOfDay(addDays(d3, daysLater)) },
      ...change,
    });
  const stored = async () => {
    const rows = await prisma.$queryRaw<{ text: string }[]>`
      SELECT concat_ws(' ', to_char(bucket_start_time, 'DD'), endpoint, unit, trim_scale(quantity)) AS text FROM usage_data ORDER BY 1`;
    return rows.map(({ text }) => text);
  };

  it('is told apart by each word of its key, and by nothing else', async () => {
    const changes: Partial<UsageLine>[] = [
      {},
      { tokenType: 'output_tokens' },
      { unit: 'requests' },
      { model: 'm' },
      { serviceTier: 'flex' },
      { batch: 'true' },
      { apiKeyId: 'key_1' },
      { contextWindow: '200k-1M' },
      { inferenceGeo: 'us' },
      { detail: 'size=1024' },
      { providerProjectId: 'q' },
    ];
    const lines = changes.map((change) => used(d1, 'completions', '3', change));
    lines.push(used(d1, 'images', '3'));
    const answers = [answer('completions', d1), answer('images', d1)];
    expect(await write(answers, lines)).toMatchObject({ inserted: 12, updated: 0, deleted: 0 });
    expect(await write(answers, lines.toReversed(), 2)).toMatchObject({ inserted: 0, unchanged: 12, deleted: 0 });
    expect(await write(answers, lines.slice(1), 3)).toMatchObject({ inserted: 0, unchanged: 11, deleted: 1 });
  });

  it('is guarded by endpoint: one that loses most of its days is refused, and the days named are its own', async () => {
    const before = [used(d1, 'completions', '90'), used(d2, 'completions', '10'), used(d3, 'images', '100')];
    await write([answer('completions', d1, d2), answer('images', d3)], before);
    const after = [used(d1, 'completions', '49'), used(d3, 'images', '1000')];
    await expect(write([answer('completions', d1, d2), answer('images', d3)], after, 2)).rejects.toMatchObject({
      code: 'shrink',
      message: expect.stringMatching(
        /49 tokens of completions for 1–2 Jan 2026 where 100 tokens of completions is stored/,
      ) as string,
      hint: expect.stringContaining('--accept-restatement') as string,
    });
    expect(await stored()).toEqual(['01 completions tokens 90', '02 completions tokens 10', '03 images tokens 100']);
    // Half is left.
    await write([answer('completions', d1, d2)], [used(d1, 'completions', '50')], 2);
    expect(await stored()).toEqual(['01 completions tokens 50', '03 images tokens 100']);
  });

  it('is guarded by unit on a settled day: one that goes wholly is refused though the others of its endpoint stay', async () => {
    const requests = used(d1, 'completions', '1', { unit: 'requests', tokenType: 'requests' });
    const later = used(d2, 'completions', '1000', { unit: 'requests', tokenType: 'requests' });
    const all = [used(d1, 'completions', '5'), requests, later];
    await write([answer('completions', d1, d2)], all, 60);
    const without = all.filter((line) => line !== requests);
    await expect(write([answer('completions', d1, d2)], without, 61)).rejects.toThrow(
      /nothing for 1 Jan 2026, which is settled and has requests of completions/,
    );
    expect(await stored()).toHaveLength(3);
  });

  it('is not guarded on a day that still goes on, nor on one that was never read', async () => {
    const during = new Date(startOfDay(d1).getTime() + 3_600_000);
    await write([answer('completions', d1)], [used(d1, 'completions', '100')], 0, { requestedAt: during });
    const later = new Date(during.getTime() + 1);
    await write([answer('completions', d1)], [], 0, { requestedAt: later });
    expect(await stored()).toEqual([]);
  });

  it('stays where a later request has written it, by endpoint and day; one of the same moment takes its place', async () => {
    await write([answer('completions', d1)], [used(d1, 'completions', '5')], 3);
    const early = [used(d1, 'completions', '6'), used(d2, 'completions', '7'), used(d1, 'images', '8')];
    await write([answer('completions', d1, d2), answer('images', d1)], early, 2);
    expect(await stored()).toEqual(['01 completions tokens 5', '01 images tokens 8', '02 completions tokens 7']);
    await write([answer('completions', d1)], [used(d1, 'completions', '9')], 3);
    expect(await stored()).toContain('01 completions tokens 9');
  });

  it('is written where an endpoint that refused the day answers it after all', async () => {
    await write([{ endpoint: 'completions', days: [], refused: [d1] }], [], 5);
    await write([answer('completions', d1)], [used(d1, 'completions', '5')], 2);
    expect(await stored()).toEqual(['01 completions tokens 5']);
    // And stays when it is refused again.
    await write([{ endpoint: 'completions', days: [], refused: [d1] }], [], 6);
    expect(await stored()).toEqual(['01 completions tokens 5']);
  });
});
