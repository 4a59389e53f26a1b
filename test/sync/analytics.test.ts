import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseDay, type Day, type DaySpan } from '../../src/domain/day.js';
import type { GroupWord } from '../../src/domain/dimensions.js';
import { defaultWorkspace } from '../../src/emulator/anthropic/analytics.js';
import { worldRow, type WorldRow } from '../../src/emulator/world.js';
import { createApiKeyStore } from '../../src/store/api-keys.js';
import { createReportStore } from '../../src/store/spend/report-store.js';
import { useCollector } from '../helpers/collector.js';
import { createTestDatabase, STORY_KINDS, type TestDatabase } from '../helpers/database.js';
import { anOrganization, openEmulator } from '../helpers/emulator.js';

const [BEFORE, FIRST, SECOND] = ['2025-12-31', '2026-01-01', '2026-01-02'].map(parseDay) as [Day, Day, Day];
const SPAN = { since: BEFORE, until: SECOND };
const NOW = new Date('2026-01-20T12:00:00Z');
const TOKENS = { costType: 'tokens', contextWindow: null, serviceTier: 'standard', inferenceGeo: 'global' };

/** @param cents as the answer has them */
function spend(
  projectId: string | null,
  tokenType: string,
  cents: string,
  apiKeyId: string | null,
  product = 'claude_code',
): WorldRow {
  const dimensions = { ...TOKENS, model: 'claude-opus-5', tokenType };
  const lineItem = `Claude Opus 5 Usage - ${tokenType}`;
  return worldRow({ projectId, lineItem, apiKeyId, product, amount: `"${cents}"`, dimensions });
}

const BILL = [
  spend('wrkspc_a', 'output_tokens', '1000.5', 'apikey_1'),
  spend('wrkspc_a', 'uncached_input_tokens', '200', 'apikey_2'),
  spend(null, 'output_tokens', '300.000001', null),
  spend('wrkspc_b', 'output_tokens', '70', null),
];
/** Less of one workspace, more of the default one, nothing of the third, and one that has no bill. */
const ANALYTICS = [
  spend('wrkspc_a', 'output_tokens', '999.5', 'apikey_1'),
  spend('wrkspc_a', 'uncached_input_tokens', '200', 'apikey_2', 'chat'),
  spend(null, 'output_tokens', '310', 'apikey_3'),
  spend('wrkspc_c', 'output_tokens', '5', 'apikey_1'),
];

const TOLD = ['API keys', 'products'].map((what) => expect.stringContaining(`what ${what} spent`) as string);

describe.each(STORY_KINDS)('costs by API key of a report beside the bill, in %s', (kind) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase(kind);
  });
  afterAll(() => test.drop());
  beforeEach(() => test.database.prisma.$executeRaw`TRUNCATE teams, organizations CASCADE`);

  async function open() {
    const days = new Map([BEFORE, FIRST, SECOND].map((day) => [day, [...BILL]]));
    const analytics = new Map([BEFORE, FIRST, SECOND].map((day) => [day, [...ANALYTICS]]));
    const projects = ['wrkspc_a', 'wrkspc_b', 'wrkspc_c'].map((id) => ({
      ...{ id, name: id.toUpperCase(), createdAt: new Date(0), archivedAt: null },
    }));
    const organization = anOrganization({ provider: 'anthropic', id: 'org-a', days, analytics, projects });
    const emulator = await openEmulator({ world: { organizations: [organization] }, now: () => NOW });
    const collector = await useCollector(test.database, emulator, { now: () => NOW });
    return { emulator, collector, days, organization };
  }

  const cuts = async () => {
    const rows = await test.database.prisma.$queryRaw<{ text: string }[]>`
      SELECT concat_ws('|', to_char(k.bucket_start_time, 'MM-DD'), p.ai_project_id, k.source, k.api_key_id, k.token_type, trim_scale(k.cost)) AS text
      FROM cost_by_api_key k JOIN projects p ON p.id = k.project_id WHERE k.source LIKE 'analytics%'
      ORDER BY k.bucket_start_time, p.ai_project_id COLLATE "C", k.source, k.api_key_id, k.token_type`;
    return rows.map(({ text }) => text);
  };
  const stored = () => test.database.prisma.$queryRaw<object[]>`
    SELECT id, ctid::text, xmin::text FROM cost_data UNION ALL SELECT id, ctid::text, xmin::text FROM cost_by_api_key ORDER BY 1`;
  async function report(groupBy: GroupWord[]): Promise<[string, string | null][]> {
    const query = { ...SPAN, teamId: 'team-1', groupBy };
    const { rows } = await createReportStore(test.database.sql).run(query, parseDay('2026-01-20'));
    return rows.map((row) => [[row.day, row.project, row.apiKeyId].filter((part) => part != null).join(' '), row.cost]);
  }
  /** The days that a report by these words tells as not read of the report beside the bill. */
  async function due(groupBy: GroupWord[]): Promise<DaySpan[]> {
    const query = { ...SPAN, teamId: 'team-1', groupBy };
    const { coverage } = await createReportStore(test.database.sql).run(query, parseDay('2026-01-20'));
    return coverage.reportsDue.map(({ since, until }) => ({ since, until }));
  }
  /** What rows come to, exactly, by the words they begin with. */
  async function sums(rows: [string, string | null][], words: number): Promise<Record<string, string>> {
    const keys = rows.map(([key]) => key.split(' ').slice(0, words).join(' '));
    const added = await test.database.prisma.$queryRaw<{ key: string; cost: string }[]>`
      SELECT key, trim_scale(sum(cost::numeric))::text AS cost FROM unnest(${keys}::text[], ${rows.map(([, cost]) => cost)}::text[]) AS r (key, cost)
      GROUP BY key ORDER BY key`;
    return Object.fromEntries(added.map(({ key, cost }) => [key, cost]));
  }

  it('is stored with its source; what is left of the bill is of no key, more or less than nothing', async () => {
    const { collector } = await open();
    await collector.collect(SPAN);
    const ofOneDay = (day: string) => [
      `${day}|unassigned|analytics|apikey_3|output_tokens|3.1`,
      `${day}|unassigned|analytics rest|||-0.09999999`,
      `${day}|wrkspc_a|analytics|apikey_1|output_tokens|9.995`,
      `${day}|wrkspc_a|analytics|apikey_2|uncached_input_tokens|2`,
      `${day}|wrkspc_a|analytics rest|||0.01`,
      `${day}|wrkspc_c|analytics|apikey_1|output_tokens|0.05`,
      `${day}|wrkspc_c|analytics rest|||-0.05`,
    ];
    expect(await cuts()).toEqual([...ofOneDay('01-01'), ...ofOneDay('01-02')]);
  });

  it('adds up to the bill by project and day, days before 2026 included', async () => {
    const { collector } = await open();
    await collector.collect(SPAN);
    const byProject = await report(['day', 'project']);
    const byKey = await report(['day', 'project', 'api-key']);
    const expected = await sums(byProject, 2);
    expect(expected).toMatchObject({ '2026-01-01 WRKSPC_A': '12.005', '2025-12-31 WRKSPC_A': '12.005' });
    expect(await sums(byKey, 2)).toEqual({ ...expected, '2026-01-01 WRKSPC_C': '0', '2026-01-02 WRKSPC_C': '0' });
    expect(await sums(await report(['day', 'api-key']), 1)).toEqual(await sums(byProject, 1));
    expect(await report(['api-key'])).toContainEqual(['apikey_1', '20.09']);
  });

  it('is asked for once a window, beside the bill, and written once', async () => {
    const { collector, emulator } = await open();
    await collector.collect(SPAN);
    const asked = emulator.requests.filter(({ path }) => path.endsWith('/analytics/cost'));
    expect(asked.map(({ query }) => new URLSearchParams(query).get('group_by[]')).sort()).toEqual([
      'api_key_id',
      'product',
    ]);
    expect(asked[0]?.headers).toContain('anthropic-beta');
    expect(new URLSearchParams(asked[0]?.query).get('starting_at')).toBe('2026-01-01T00:00:00Z');
    const before = await stored();
    const { organizations } = await collector.collect(SPAN);
    expect(organizations[0]).toMatchObject({ status: 'ok', inserted: 0, updated: 0, deleted: 0, missing: [] });
    expect(await stored()).toEqual(before);
  });

  it('is read by the next run, without the bill, where the network kept it from coming', async () => {
    const { collector, emulator } = await open();
    emulator.addFault({ fault: { kind: 'status', status: 503 }, match: { path: '/analytics/cost' } });
    const failed = await collector.collect(SPAN);
    expect(failed.organizations[0]).toMatchObject({ status: 'ok', days: 3, missing: TOLD });
    expect([await due(['day']), await due(['product']), await due(['api-key'])]).toEqual([[], [SPAN], [SPAN]]);
    emulator.clearFaults();
    emulator.requests.length = 0;
    const again = await collector.collect(SPAN, { resumed: true });
    expect([await due(['product']), await due(['api-key'])]).toEqual([[], []]);
    expect(again.organizations[0]?.error).toBeUndefined();
    expect(again.organizations[0]).toMatchObject({ status: 'ok', days: 0, inserted: 0, updated: 0 });
    expect(emulator.requests.filter(({ path }) => path.endsWith('/cost_report'))).toEqual([]);
    expect(emulator.requests.filter(({ path }) => path.endsWith('/analytics/cost'))).toHaveLength(2);
    expect(await cuts()).toHaveLength(14);
    emulator.requests.length = 0;
    expect((await collector.collect(SPAN, { resumed: true })).organizations[0]).toMatchObject({ status: 'skipped' });
    expect(emulator.requests).toEqual([]);
  });

  it('is left out where it is refused, which is said once; what was known of the days still adds up', async () => {
    const { collector, emulator, days } = await open();
    await collector.collect(SPAN);
    emulator.quirks.noAnalytics = true;
    days.set(SECOND, [spend('wrkspc_a', 'output_tokens', '2000', 'apikey_1'), ...BILL.slice(1)]);
    const {
      organizations: [result],
    } = await collector.collect({ since: parseDay('2025-11-20'), until: SECOND });
    expect(result).toMatchObject({ status: 'ok', updated: 1 });
    expect(result?.missing).toEqual([
      expect.stringMatching(/^what API keys spent \(.*HIPAA readiness\.\)$/),
      expect.stringMatching(/^what products spent \(.*HIPAA readiness\.\)$/),
    ]);
    expect(emulator.requests.filter(({ path, status }) => path.endsWith('/cost') && status === 400)).toHaveLength(2);
    expect(await cuts()).toContain('01-02|wrkspc_a|analytics rest|||10.005');
    expect(await sums(await report(['day', 'api-key']), 1)).toEqual(await sums(await report(['day', 'project']), 1));
  });

  it('never stands in the way of the bill: an answer of another shape, a server that is down', async () => {
    const { collector, emulator } = await open();
    const body = { kind: 'body', text: '{"data":[{"starting_at":"2026-01-01T00:00:00Z"}],"has_more":false}' } as const;
    for (const fault of [body, { kind: 'status', status: 500 } as const]) {
      const remove = emulator.addFault({ fault, match: { path: '/analytics/' } });
      const { organizations } = await collector.collect(SPAN);
      expect(organizations[0]).toMatchObject({ status: 'ok', missing: TOLD });
      remove();
    }
    expect(await cuts()).toEqual([]);
  });

  it('is told by product, too, which adds up to the bill and is not told by whatever else the other one knows', async () => {
    const { collector } = await open();
    await collector.collect(SPAN);
    const query = { ...SPAN, teamId: 'team-1', groupBy: ['product', 'day'] } as const;
    const reports = createReportStore(test.database.sql);
    const { rows } = await reports.run(query, parseDay('2026-01-20'));
    const byProduct = rows.map((row): [string, string | null] => [`${row.day ?? ''} ${row.product ?? ''}`, row.cost]);
    expect(byProduct).toContainEqual(['2026-01-01 claude_code', '13.145']);
    expect(byProduct).toContainEqual(['2026-01-01 chat', '2']);
    expect(await sums(byProduct, 1)).toEqual(await sums(await report(['day']), 1));
    for (const word of ['api-key', 'owner', 'model', 'token-type', 'line-item'] as const)
      await expect(reports.run({ ...query, groupBy: ['product', word] }, SECOND)).rejects.toMatchObject({
        code: 'usage',
        message: `What is told by product is not told by ${word}: leave one of them out.`,
      });
    await expect(reports.run({ ...query, patterns: { model: 'claude*' } }, SECOND)).rejects.toThrow(
      'not told by model',
    );
  });

  it('knows the default workspace, which only it gives an id, and pages beyond a thousand groups', async () => {
    const { collector, organization, emulator } = await open();
    const many = Array.from({ length: 1_100 }, (_, index) => spend(null, 'output_tokens', '1', `apikey_${index}`));
    organization.analytics = new Map([[FIRST, many]]);
    await collector.collect({ since: FIRST, until: FIRST });
    expect(emulator.requests.filter(({ path }) => path.endsWith('/analytics/cost'))).toHaveLength(3);
    expect((await cuts()).filter((text) => text.startsWith('01-01|unassigned|analytics|'))).toHaveLength(1_100);
    expect(JSON.stringify(await report(['project']))).not.toContain(defaultWorkspace(organization));
    expect(await sums(await report(['day', 'api-key']), 1)).toEqual(await sums(await report(['day', 'project']), 1));
  });

  it('tells whose keys are by the list of people, which is asked for only where the team keeps them', async () => {
    const { collector, emulator, organization } = await open();
    const owner = { type: 'user', id: 'user_1', name: 'Ada Example', email: 'ada@example.com' } as const;
    organization.apiKeys = [{ id: 'apikey_1', name: 'Search', projectId: 'wrkspc_a', owner }];
    const store = createApiKeyStore(test.database.sql);
    const ownerOfKey = async () => (await store.list('team-1')).find(({ id }) => id === 'apikey_1')?.owner;
    const asked = () => emulator.requests.filter(({ path }) => path.endsWith('/users')).length;
    await collector.collect(SPAN);
    expect([await ownerOfKey(), asked()]).toEqual([{ kind: 'user', id: 'user_1', name: null, email: null }, 0]);
    await store.keepPeople('team-1', true);
    await collector.collect(SPAN);
    expect([await ownerOfKey(), asked()]).toMatchObject([{ name: 'Ada Example', email: 'ada@example.com' }, 1]);
    expect(await store.forget('team-1', 'ada@example.com')).toBe(1);
    await collector.collect(SPAN);
    expect(await ownerOfKey()).toMatchObject({ name: '(forgotten)', email: null });
  });
});
