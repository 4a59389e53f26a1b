// @module-tag story

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, daysOf, toDay, type Day } from '../../src/domain/day.js';
import { add, formatDecimal, parseDecimal, ZERO } from '../../src/domain/decimal.js';
import type { Report } from '../../src/domain/report.js';
import type { SyncResult } from '../../src/domain/results.js';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.js';
import { amountText, worldRow, type WorldOrganization, type WorldRow } from '../../src/emulator/world.js';
import type { KeyChange } from '../../src/output/keys.js';
import { openDatabase } from '../helpers/open-database.js';
import { createMachine, type Machine } from '../helpers/costs.js';
import { STORY_KINDS, createReadyTarget, environmentOf } from '../helpers/database.js';
import { adminKey, anOrganization } from '../helpers/emulator.js';
import { useQuickScrypt } from '../helpers/quick-scrypt.js';

const PASSWORD = 'correct horse battery staple';
const today = toDay(new Date());
const SPAN = { since: addDays(today, -60), until: today };
const [LABS, LEGAL, SALES, DESK, LATER] = ['labs', 'legal', 'sales', 'desk', 'later'].map(
  (name) => `0000aaaa-${name}`,
) as [string, string, string, string, string];

/** @param cents a day, of two keys and a tool */
function spend(id: string, cents: string): WorldRow[] {
  const dimensions = { costType: 'tokens', model: 'claude-opus-5', contextWindow: null, inferenceGeo: 'global' };
  const row = (tokenType: string, apiKeyId: string | null, serviceTier: string) =>
    worldRow({
      ...{
        projectId: `wrkspc_${id}`,
        lineItem: `Claude Opus 5 Usage - ${tokenType}`,
        apiKeyId,
        product: 'claude_code',
      },
      ...{ amount: `"${cents}"`, dimensions: { ...dimensions, tokenType, serviceTier } },
    });
  const tool = worldRow({
    ...{ lineItem: 'Web Search Usage', amount: '"7.000001"' },
    dimensions: { ...dimensions, costType: 'web_search', model: null, tokenType: null, serviceTier: null },
  });
  return [
    row('output_tokens', `apikey_${id}_1`, 'standard'),
    row('output_tokens', `apikey_${id}_2`, 'standard'),
    row('uncached_input_tokens', `apikey_${id}_1`, 'batch'),
    tool,
  ];
}

function child(id: string, cents: string, more: Partial<WorldOrganization> = {}): WorldOrganization {
  const days = new Map<Day, WorldRow[]>(daysOf(SPAN).map((day) => [day, spend(id, cents)]));
  return anOrganization({ provider: 'anthropic', id, name: `Acme ${id.slice(9)}`, parentId: 'parent', days, ...more });
}

const parentKey = (secret: string) =>
  adminKey({ provider: 'anthropic', id: 'parent' }, { secret, analyticsOnly: true });
const [FIRST, SECOND] = ['sk-ant-api01-parent-first-0001', 'sk-ant-api01-parent-second-0002'];

describe.each(STORY_KINDS)('a parent organization with its children, in %s', (kind) => {
  useQuickScrypt();
  let emulator: Emulator;
  let base: Awaited<ReturnType<typeof createReadyTarget>>;
  let machine: Machine & { drop: () => Promise<void> };

  beforeAll(async () => {
    const parent = anOrganization({ provider: 'anthropic', id: 'parent', keys: [parentKey(FIRST)] });
    const organizations = [
      parent,
      child(LABS, '100.5'),
      child(LEGAL, '1', { isHipaa: true }),
      child(SALES, '33.25'),
      child(DESK, '20'),
    ];
    emulator = await startEmulator({ world: { organizations }, now: () => new Date() });
    base = await createReadyTarget(kind);
    machine = await createMachine({
      ...environmentOf(base.target),
      ANTHROPIC_BASE_URL: emulator.baseUrl('anthropic'),
      COSTS_INSECURE_STORAGE: '1',
    });
    const init = ['init', '--team', 'acme', '--email', 'admin@example.com', '--password-stdin'];
    expect((await machine.here(init, { input: PASSWORD })).code).toBe(0);
  });
  afterAll(async () => {
    await Promise.all([base.remove(), emulator.close(), machine.drop()]);
  });

  async function run<T>(args: string[], input = '', code = 0): Promise<T> {
    const ran = await machine.here([...args, '--json'], { input });
    expect([ran.code, ran.code === code ? '' : ran.stderr]).toEqual([code, '']);
    return ran.json<T>();
  }
  const addKey = (secret: string, ...args: string[]) =>
    run<KeyChange>(['keys', 'add', '--provider', 'anthropic', '--key-stdin', '--link', 'all', ...args], secret);
  const sync = (code = 0) => run<SyncResult>(['sync'], '', code);
  const byId = ({ organizations }: SyncResult) => new Map(organizations.map((each) => [each.organizationId, each]));
  const secretOf = (id: string) => emulator.organization(id).keys[0]?.secret ?? '';

  /** What the world charges an organization since the first day of the last month, in dollars. */
  function expected(id: string, since: Day, isMeant = (_row: WorldRow) => true): string {
    const days = daysOf({ since, until: today });
    const rows = days.flatMap((day) => emulator.organization(id).days.get(day) ?? []).filter(isMeant);
    return formatDecimal(rows.reduce((sum, { amount }) => add(sum, parseDecimal(amountText(amount), -2)), ZERO));
  }

  const ofProduct = (id: string, since: Day) => expected(id, since, ({ product }) => product !== undefined);

  async function reported(since: Day): Promise<Record<string, string | null>> {
    const period = ['--since', since, '--until', today];
    const { rows } = await run<Report>(['report', '--group-by', 'organization', ...period]);
    return Object.fromEntries(rows.map((row) => [row.organizationId ?? '', row.cost]));
  }

  let since: Day;

  it('registers those it may, each with a ciphertext of its own, and says whom it leaves out and why', async () => {
    await addKey(secretOf(SALES));
    const { key, others = [], leftOut = [] } = await addKey(FIRST);
    expect([key, ...others].map(({ organizationId }) => organizationId).sort()).toEqual([DESK, LABS]);
    expect(key).toMatchObject({
      billSource: 'parent',
      billReport: 'analytics/cost',
      name: expect.any(String) as string,
    });
    expect(leftOut.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      expect.objectContaining({ name: 'Acme legal', reason: expect.stringContaining('HIPAA') as string }),
      expect.objectContaining({ organizationId: SALES, reason: 'it has a key of its own, which collects it.' }),
    ]);
    const database = await openDatabase(base.target);
    const rows = await database.prisma.organizationApiKey.findMany();
    await database.close();
    expect(new Set(rows.map(({ encryptedKey }) => encryptedKey)).size).toBe(3);
    const { keys } = await run<{ keys: KeyChange['key'][] }>(['keys', 'list']);
    expect(Object.fromEntries(keys.map((each) => [each.organizationId, each.billReport]))).toEqual({
      [SALES]: null,
      [LABS]: 'analytics/cost',
      [DESK]: 'analytics/cost',
    });
  });

  it('collects them in one set of requests, exact to the last digit, and twice changes nothing', async () => {
    emulator.requests.length = 0;
    const result = await sync();
    expect(result.status).toBe('ok');
    since = result.since;
    const asked = emulator.requests.filter(({ organizationId }) => organizationId === 'parent');
    // The bill, and what products spent beside it.
    expect(asked.length).toBe(2 * Math.ceil(daysOf({ since, until: today }).length / 31));
    for (const { path } of asked) expect(path).toBe('/v1/organizations/analytics/cost');
    expect(await reported(since)).toEqual({
      [LABS]: expected(LABS, since),
      [DESK]: expected(DESK, since),
      [SALES]: expected(SALES, since),
    });
    for (const each of byId(await sync()).values())
      expect(each).toMatchObject({ status: 'ok', inserted: 0, updated: 0, deleted: 0 });
  });

  it('tells API keys and products, which add up to the bill, and marks where the bill comes from', async () => {
    const period = ['--since', since, '--until', today];
    const [report, byProduct] = (await Promise.all(
      ['api-key', 'product'].map((word) => run<Report>(['report', '--group-by', `organization,${word}`, ...period])),
    )) as [Report, Report];
    for (const { rows } of [report, byProduct]) {
      const parts = rows.filter(({ organizationId }) => organizationId === LABS);
      const sum = parts.reduce((total, { cost }) => add(total, parseDecimal(cost ?? '0')), ZERO);
      expect(formatDecimal(sum)).toBe(expected(LABS, since));
    }
    const costOf = (id: string) =>
      byProduct.rows.find((row) => row.organizationId === id && row.product === 'claude_code')?.cost;
    expect([costOf(LABS), costOf(DESK)]).toEqual([ofProduct(LABS, since), ofProduct(DESK, since)]);
    expect(report.rows.map(({ apiKeyId }) => apiKeyId)).toContain(`apikey_${LABS}_2`);
    expect(report.billReports?.map(({ organizationId }) => organizationId).sort()).toEqual([DESK, LABS]);
    // Which report that is needs no address of the provider.
    const unsafe = await machine.here(['report'], { env: { ANTHROPIC_BASE_URL: 'http://proxy.example' } });
    expect(unsafe.code).toBe(0);
    const { checks } = (await machine.here(['doctor', '--json'])).json<{
      checks: { name: string; status: string }[];
    }>();
    const ofKeys = checks.filter(({ name }) => name.startsWith('Key of '));
    expect(ofKeys.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
    const status = await run<{ organizations: { organizationId: string; billReport: string | null }[] }>(['status']);
    expect(status.organizations.find(({ organizationId }) => organizationId === LABS)?.billReport).toBe(
      'analytics/cost',
    );
    const exported = await machine.here(['export', '--format', 'csv', ...period]);
    const lines = exported.stdout.trim().split('\r\n');
    expect(lines[0]?.split(',')).toContain('billReport');
    const ofReport = lines.filter((line) => line.includes(',analytics/cost,'));
    expect(ofReport).not.toEqual([]);
    expect(ofReport.filter((line) => line.includes(SALES))).toEqual([]);
    const verified = await run<{ organizations: { organizationId: string; equal: number; billReport?: string }[] }>([
      'verify',
    ]);
    for (const each of verified.organizations) expect(each.equal).toBeGreaterThan(20);
    expect(verified.organizations.filter(({ billReport }) => billReport === 'analytics/cost')).toHaveLength(2);
  });

  it('says once of a child that appears later, which the same key then registers alone', async () => {
    emulator.world.organizations.push(child(LATER, '3'));
    const result = await sync();
    expect(result.organizations.flatMap(({ unregistered = [] }) => unregistered)).toEqual([LATER]);
    const { key, others } = await addKey(FIRST);
    expect([key.organizationId, others]).toEqual([LATER, undefined]);
    expect(byId(await sync()).get(LATER)).toMatchObject({ status: 'ok' });
    expect(await reported(since)).toMatchObject({ [LATER]: expected(LATER, since), [LABS]: expected(LABS, since) });
  });

  it('loses none of the others when one is left out, and takes nothing of that one for zero', async () => {
    emulator.organization(DESK).isHipaa = true;
    const before = await reported(since);
    const results = byId(await sync(3));
    expect(results.get(DESK)).toMatchObject({
      status: 'failed',
      deleted: 0,
      error: { code: 'forbidden', message: expect.stringContaining('HIPAA') as string },
    });
    for (const id of [LABS, LATER, SALES]) expect(results.get(id)).toMatchObject({ status: 'ok', updated: 0 });
    expect(await reported(since)).toEqual(before);
    const verified = await machine.here(['keys', 'verify', '--json']);
    expect(verified.code).toBe(3);
  });

  it('lets a key of its own collect a child from then on, without a double and without a loss', async () => {
    await run(['keys', 'rotate', DESK, '--key-stdin'], secretOf(DESK));
    emulator.requests.length = 0;
    expect(byId(await sync()).get(DESK)).toMatchObject({ status: 'ok' });
    expect(
      emulator.requests.some(({ path, organizationId }) => organizationId === DESK && path.endsWith('cost_report')),
    ).toBe(true);
    expect(await reported(since)).toMatchObject({ [DESK]: expected(DESK, since), [LABS]: expected(LABS, since) });
    expect((await run<Report>(['report', '--organization', DESK])).billReports).toBeUndefined();
    // And back: without its own key, the parent's may collect it again.
    emulator.organization(DESK).isHipaa = false;
    await run(['keys', 'remove', DESK, '--yes']);
    const told = await sync();
    expect(told.organizations.flatMap(({ unregistered = [] }) => unregistered)).toEqual([DESK]);
    expect((await addKey(FIRST)).key).toMatchObject({ organizationId: DESK, billSource: 'parent' });
    await sync();
    expect(await reported(since)).toMatchObject({ [DESK]: expected(DESK, since) });
  });

  it('swaps the key of all that share it, also after a change of data key; removing one leaves it to the others', async () => {
    await run(['keys', 'rotate-vault']);
    if (kind === 'postgresql')
      await machine.here(['login', '--email', 'admin@example.com', '--password-stdin'], { input: PASSWORD });
    expect((await sync()).status).toBe('ok');
    emulator.organization('parent').keys = [parentKey(SECOND)];
    expect(byId(await sync(3)).get(LABS)).toMatchObject({ status: 'failed', error: { code: 'auth' } });
    const { key, others = [] } = await run<KeyChange>(['keys', 'rotate', LABS, '--key-stdin'], SECOND);
    expect([key, ...others].map(({ organizationId }) => organizationId).sort()).toEqual([DESK, LABS, LATER]);
    expect((await sync()).status).toBe('ok');
    const removal = await run<{ done: string }>(['keys', 'remove', LATER, '--yes']);
    expect(removal.done).toContain('2 other organizations still share the key');
    expect(byId(await sync()).get(LABS)).toMatchObject({ status: 'ok', updated: 0 });
  });
});
