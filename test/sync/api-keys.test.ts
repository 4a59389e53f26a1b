import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseDay, type Day } from '../../src/domain/day.js';
import type { GroupWord } from '../../src/domain/dimensions.js';
import { worldRow, type WorldApiKey, type WorldRow } from '../../src/emulator/world.js';
import { createApiKeyStore } from '../../src/store/api-keys.js';
import { createReportStore } from '../../src/store/spend/report-store.js';
import { createTestDatabase, STORY_KINDS, type TestDatabase } from '../helpers/database.js';
import { anOrganization, openEmulator } from '../helpers/emulator.js';
import { useCollector } from '../helpers/collector.js';

const [BEFORE, FIRST, SECOND] = ['2025-12-05', '2025-12-06', '2025-12-07'].map(parseDay) as [Day, Day, Day];
const SPAN = { since: BEFORE, until: SECOND };

function spend(projectId: string | null, lineItem: string | null, apiKeyId: string | null, amount: string): WorldRow {
  return worldRow({ projectId, lineItem, apiKeyId, amount, quantity: '10', quantityUnit: 'tokens' });
}

/** Sums of floats as the provider makes them end in other digits than the sum of the parts. */
const ROWS = [
  spend('proj_1', 'gpt-5, input', 'key_a', '0.1000000000000000055'),
  spend('proj_1', 'gpt-5, input', 'key_b', '0.2000000000000000111'),
  spend('proj_1', 'gpt-5, input', null, '0.0000000000000001'),
  spend('proj_1', 'gpt-5, output', 'key_a', '-3'),
  spend('proj_2', 'gpt-5, output', 'key_c', '7'),
  spend(null, null, null, '1.5'),
];

describe.each(STORY_KINDS)('bills by API key in %s', (kind) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase(kind);
  });
  afterAll(() => test.drop());
  beforeEach(() => test.database.prisma.$executeRaw`TRUNCATE teams, organizations CASCADE`);

  async function open(quirks = {}) {
    const days = new Map([BEFORE, FIRST, SECOND].map((day) => [day, [...ROWS]]));
    const emulator = await openEmulator({
      world: { organizations: [anOrganization({ provider: 'openai', id: 'org-a', days })] },
      quirks: { sumDecimals: 16, ...quirks },
    });
    const collector = await useCollector(test.database, emulator, { now: () => new Date('2025-12-20T12:00:00Z') });
    return { emulator, collector, days };
  }

  const keyed = async () => {
    const rows = await test.database.prisma.$queryRaw<{ text: string }[]>`
      SELECT concat_ws('|', to_char(k.bucket_start_time, 'MM-DD'), p.ai_project_id, k.line_item, k.source, k.api_key_id, trim_scale(k.cost)) AS text
      FROM cost_by_api_key k JOIN projects p ON p.id = k.project_id ORDER BY k.bucket_start_time, k.line_item, p.ai_project_id, k.source, k.api_key_id`;
    return rows.map(({ text }) => text);
  };
  const bills = () => test.database.prisma.$queryRaw<object[]>`
    SELECT ctid::text, xmin::text, xmax::text, cost::text FROM cost_data ORDER BY id`;
  const ledger = () => test.database.prisma.restatement.count();
  /** Rows of the bill that their parts do not add up to, of days that have parts. */
  const unequal = () => test.database.prisma.$queryRaw<object[]>`
    SELECT b.bucket_start_time, b.line_item, b.cost, sum(k.cost) FROM cost_data b
    LEFT JOIN cost_by_api_key k ON k.project_id = b.project_id AND k.bucket_start_time = b.bucket_start_time AND k.line_item = b.line_item
    WHERE b.bucket_start_time >= '2025-12-06' GROUP BY 1, 2, 3, b.project_id HAVING sum(k.cost) IS DISTINCT FROM b.cost`;
  async function report(groupBy: GroupWord[]): Promise<Record<string, string | null>> {
    const query = { ...SPAN, teamId: 'team-1', groupBy };
    const { rows } = await createReportStore(test.database.sql).run(query, parseDay('2025-12-20'));
    return Object.fromEntries(
      rows.map((row) => [
        [row.day, row.project, row.apiKeyId].filter((each) => each !== undefined).join(' '),
        row.cost,
      ]),
    );
  }

  it('writes what each key spent beside the bill, from the first day that is kept by key on', async () => {
    const { collector, emulator } = await open();
    await collector.collect(SPAN);
    const ofOneDay = (day: string) => [
      `${day}|proj_1|gpt-5, input|bill||0.0000000000000001`,
      `${day}|proj_1|gpt-5, input|bill|key_a|0.1000000000000000055`,
      `${day}|proj_1|gpt-5, input|bill|key_b|0.2000000000000000111`,
      `${day}|proj_1|gpt-5, output|bill|key_a|-3`,
      `${day}|proj_2|gpt-5, output|bill|key_c|7`,
      `${day}|unassigned|unspecified|bill||1.5`,
    ];
    expect(await keyed()).toEqual([...ofOneDay('12-06'), ...ofOneDay('12-07')]);
    expect(await unequal()).toEqual([]);
    expect(emulator.requests.filter(({ path }) => path.includes('/costs'))).toHaveLength(2);

    const before = [await bills(), await keyed()];
    const again = await collector.collect(SPAN);
    expect(again.organizations[0]).toMatchObject({ inserted: 0, updated: 0, deleted: 0, missing: [] });
    expect([await bills(), await keyed()]).toEqual(before);
  });

  it('reports by key what the reports by project say, to the last digit, a day before keys were kept included', async () => {
    const { collector } = await open();
    await collector.collect(SPAN);
    const byKey = await report(['day', 'api-key']);
    expect(byKey).toMatchObject({
      '2025-12-05 ': '5.8000000000000001',
      '2025-12-06 key_c': '7',
      '2025-12-07 key_a': '-2.8999999999999999945',
    });
    const days = await report(['day']);
    for (const [day, total] of Object.entries(days)) {
      const parts = Object.entries(byKey).filter(([key]) => key.startsWith(day));
      const [row] = await test.database.prisma.$queryRawUnsafe<[{ sum: string }]>(
        `SELECT trim_scale(${parts.map(([, cost]) => `(${cost ?? ''})::numeric`).join(' + ')})::text AS sum`,
      );
      expect(row.sum).toBe(total);
    }
  });

  it('leaves a bill that was read before keys were asked for as it is; the late digits are of no key', async () => {
    const { collector, emulator } = await open({ noCostsByApiKey: true });
    await collector.collect(SPAN);
    expect(await keyed()).toEqual([]);
    const before = await bills();
    emulator.quirks.noCostsByApiKey = false;
    for (let round = 0; round < 2; round += 1) {
      const {
        organizations: [result],
      } = await collector.collect(SPAN);
      expect(result).toMatchObject({ inserted: 0, updated: 0, deleted: 0 });
      expect(await bills()).toEqual(before);
      expect(await ledger()).toBe(0);
      expect(await unequal()).toEqual([]);
      expect(await keyed()).toContain('12-06|proj_1|gpt-5, input|bill rest||-0.0000000000000000166');
    }
  });

  it('takes a change of the bill however small, once keys are kept', async () => {
    const { collector, days } = await open();
    await collector.collect(SPAN);
    days.set(SECOND, [...ROWS.slice(1), spend('proj_1', 'gpt-5, input', 'key_a', '0.1000000000000000056')]);
    const {
      organizations: [result],
    } = await collector.collect(SPAN);
    expect(result).toMatchObject({ updated: 1, restated: { rows: 1 } });
    expect(await unequal()).toEqual([]);
    expect(await keyed()).toContain('12-07|proj_1|gpt-5, input|bill|key_a|0.1000000000000000056');
  });

  it('takes a change of the bill however small, where keys were never kept', async () => {
    const { collector, days } = await open({ noCostsByApiKey: true });
    await collector.collect(SPAN);
    days.set(SECOND, [...ROWS.slice(0, 4), spend('proj_2', 'gpt-5, output', 'key_c', '7.0000001'), ...ROWS.slice(5)]);
    const {
      organizations: [result],
    } = await collector.collect(SPAN);
    expect(result).toMatchObject({ updated: 1, restated: { rows: 1 } });
  });

  it('collects the bill without keys where they are refused, says so once, and keeps what they still explain', async () => {
    const { collector, emulator, days } = await open();
    await collector.collect(SPAN);
    const before = await bills();
    emulator.quirks.noCostsByApiKey = true;
    const {
      organizations: [result],
    } = await collector.collect(SPAN);
    expect(result).toMatchObject({ status: 'ok', updated: 0, missing: ['API keys of the costs report'] });
    expect(await bills()).toEqual(before);
    expect(await unequal()).toEqual([]);
    expect(await keyed()).toContain('12-07|proj_2|gpt-5, output|bill|key_c|7');

    days.set(SECOND, [...ROWS.slice(0, 4), spend('proj_2', 'gpt-5, output', 'key_c', '8')]);
    await collector.collect(SPAN);
    // A project's day of which nothing is known by key any more is told by its bill.
    expect((await keyed()).filter((text) => text.startsWith('12-07|proj_2'))).toEqual([]);
    expect(await report(['day', 'api-key'])).toMatchObject({ '2025-12-07 key_a': '-2.8999999999999999945' });
    expect(await report(['day'])).toMatchObject({ '2025-12-07': '5.3000000000000001166' });
  });

  describe('and their names', () => {
    const person = { type: 'user', id: 'user_1', name: 'Ada Example', email: 'ada@example.com' } as const;
    const robot = { type: 'service_account', id: 'sa_1', name: 'Nightly' } as const;
    const key = (id: string, name: string, projectId: string, owner: WorldApiKey['owner']) => ({
      id,
      name,
      projectId,
      owner,
    });
    const NAMED = [key('key_a', 'Search', 'proj_1', person), key('key_c', 'Batch', 'proj_2', robot)];

    async function openNamed() {
      const opened = await open();
      const organization = opened.emulator.organization('org-a');
      organization.projects = ['proj_1', 'proj_2'].map((id) => ({
        id,
        name: id,
        createdAt: new Date(0),
        archivedAt: null,
      }));
      organization.apiKeys = [...NAMED];
      const store = createApiKeyStore(test.database.sql);
      const known = async () =>
        (await store.list('team-1')).map(({ id, name, owner, endedAt }) => [
          id,
          name,
          owner?.name ?? owner?.id,
          owner?.email,
          endedAt !== null,
        ]);
      return { ...opened, organization, store, known };
    }

    it('are learned from the provider; a key that is renamed, deleted or was never listed keeps its spend', async () => {
      const { collector, organization, known, store } = await openNamed();
      await collector.collect(SPAN);
      const first = [
        ['key_c', 'Batch', 'Nightly', null, false],
        ['key_a', 'Search', 'user_1', null, false],
        ['key_b', null, undefined, undefined, true],
      ];
      expect(await known()).toEqual(first);
      organization.apiKeys = [key('key_a', 'Search 2', 'proj_1', person)];
      await collector.collect(SPAN);
      expect(await known()).toEqual([
        ['key_a', 'Search 2', 'user_1', null, false],
        ['key_c', 'Batch', 'Nightly', null, true],
        ['key_b', null, undefined, undefined, true],
      ]);
      const endings = async () => (await store.list('team-1')).map(({ id, endedAt }) => [id, endedAt]);
      const before = await endings();
      await collector.collect(SPAN);
      expect(await endings()).toEqual(before);
      await test.database.prisma.$executeRaw`UPDATE api_keys SET ended_at = '2100-01-01' WHERE api_key_id = 'key_b'`;
      await collector.collect(SPAN);
      expect((await endings()).filter(([, ended]) => ended instanceof Date && ended > new Date())).toEqual([]);
      const query = { ...SPAN, teamId: 'team-1', groupBy: ['api-key'] } as const;
      const { rows } = await createReportStore(test.database.sql).run(query, SECOND);
      expect(rows.map(({ apiKey, cost }) => [apiKey, cost])).toContainEqual(['Batch', '14']);
      const filtered = await createReportStore(test.database.sql).run(
        { ...query, patterns: { 'api-key': 'Search*' } },
        SECOND,
      );
      expect(filtered.rows).toMatchObject([{ apiKeyId: 'key_a', cost: '-5.799999999999999989' }]);
      const byOwner = await createReportStore(test.database.sql).run(
        { ...query, groupBy: ['project', 'owner'] },
        SECOND,
      );
      expect(byOwner.rows.map(({ project, owner, cost }) => [project, owner, cost])).toContainEqual([
        'proj_2',
        'Nightly',
        '14',
      ]);
      // A key that ended before names were kept is still its owner's.
      await test.database.prisma.$executeRaw`UPDATE api_keys SET owner_id = 'sa_1' WHERE api_key_id = 'key_a'`;
      const owners = await createReportStore(test.database.sql).run({ ...query, groupBy: ['owner'] }, SECOND);
      expect(owners.rows.filter(({ ownerId }) => ownerId === 'sa_1')).toMatchObject([
        { owner: 'Nightly', cost: '8.200000000000000011' },
      ]);
    });

    it('of people are kept only on request, and forgotten for good', async () => {
      const { collector, store, known } = await openNamed();
      await store.keepPeople('team-1', true);
      await collector.collect(SPAN);
      expect(await known()).toContainEqual(['key_a', 'Search', 'Ada Example', 'ada@example.com', false]);
      expect(await store.forget('team-2', 'ada@example.com')).toBe(0);
      expect(await store.forget('team-1', 'Ada@Example.com')).toBe(1);
      await collector.collect(SPAN);
      expect(await known()).toContainEqual(['key_a', 'Search', '(forgotten)', null, false]);
    });

    it('stay as they were in a project whose keys alone are refused, which is told', async () => {
      const { collector, emulator, known } = await openNamed();
      await collector.collect(SPAN);
      const before = await known();
      emulator.addFault({
        fault: { kind: 'body', status: 400, text: '{"error":{"message":"Project proj_2 is archived."}}' },
        match: { path: '/projects/proj_2/api_keys' },
      });
      const { organizations } = await collector.collect(SPAN);
      expect(organizations).toMatchObject([{ status: 'ok', missing: ['API keys of proj_2'] }]);
      expect(await known()).toEqual(before);
      expect(emulator.requests.filter(({ path }) => path.includes('unassigned'))).toEqual([]);
    });

    it('are left to their ids where the key may not list them', async () => {
      const { collector, organization, known } = await openNamed();
      for (const admin of organization.keys) admin.scopes = ['usage'];
      expect(await collector.collect(SPAN)).toMatchObject({ status: 'ok' });
      expect(await known()).toEqual([]);
    });
  });
});
