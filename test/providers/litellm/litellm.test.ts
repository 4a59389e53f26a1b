import { describe, expect, it } from 'vitest';
import { addDays, toDay, type Day } from '../../../src/domain/day.js';
import { formatDecimal, sum } from '../../../src/domain/decimal.js';
import type { UsageLine } from '../../../src/domain/usage.js';
import type { WireEvent } from '../../../src/domain/provider.js';
import type { WorldUsageRow } from '../../../src/emulator/usage-world.js';
import { useMachine } from '../../helpers/costs.js';
import { environmentOf, useReadyTarget } from '../../helpers/database.js';
import { adminKey, anOrganization, NOON, openEmulator } from '../../helpers/emulator.js';
import { openProvider } from '../../helpers/provider.js';

const PASSWORD = 'correct horse battery staple\n';
const yesterday = addDays(toDay(NOON), -1);
const activity = (key: string, spend: string, more: Partial<WorldUsageRow['dimensions']> = {}): WorldUsageRow => ({
  at: new Date(`${yesterday}T08:00:00Z`),
  endpoint: 'daily_activity',
  dimensions: { team: 't1', model: 'gpt-5', key, ...more },
  measures: { spend, api_requests: '2' },
});

async function open(usage: WorldUsageRow[]) {
  const events: WireEvent[] = [];
  const opened = await openProvider({ provider: 'litellm', usage }, { observe: (event) => events.push(event) });
  const read = async (day: Day = yesterday) => {
    const lines: UsageLine[] = [];
    const source = opened.provider.usage;
    if (source === undefined) throw new Error('no usage');
    for await (const page of source.fetchUsage(opened.call, { since: day, until: day }, '1d'))
      lines.push(...page.lines);
    return lines;
  };
  const readSpend = async () =>
    (await read())
      .filter(({ tokenType }) => tokenType === 'byok_spend')
      .map(({ providerProjectId, model, apiKeyId, detail, quantity }) =>
        [providerProjectId, model, apiKeyId, formatDecimal(quantity), detail].filter((text) => text !== ''),
      );
  return { ...opened, events, read, readSpend };
}
const total = (lines: readonly UsageLine[]) =>
  formatDecimal(sum(lines.filter(({ tokenType }) => tokenType === 'byok_spend').map(({ quantity }) => quantity)));
const withoutAggregation = { fault: { kind: 'status', status: 404 }, match: { path: '/aggregated' } } as const;

describe('LiteLLM', () => {
  it('tells what a proxy estimates by team, model and key, and bills nothing', async () => {
    const { readSpend, readCosts } = await open([
      activity('k1', '0.1234567890123'),
      activity('k1', '1e-7'),
      activity('k2', '3', { team: null, model: 'claude' }),
    ]);
    expect((await readSpend()).sort()).toEqual([
      ['t1', 'gpt-5', 'k1', '0.1234568890123'],
      ['unassigned', 'claude', 'k2', '3'],
    ]);
    expect(await readCosts(yesterday)).toEqual([]);
  });

  it('notices a list of keys that is cut off, and names the rest', async () => {
    const usage = Array.from({ length: 7 }, (_, index) => activity(`k${index}`, `${10 - index}.5`));
    const { read, readSpend } = await open(usage);
    expect((await readSpend()).at(-1)).toEqual(['unassigned', 'gpt-5', '10', 'keys=not listed']);
    expect(total(await read())).toBe('52.5');
  });

  it('keeps what no model is told of', async () => {
    const { emulator, readSpend } = await open([activity('k1', '1')]);
    emulator.addFault({ fault: { kind: 'rewrite', from: '"metrics":{"spend":1,', to: '"metrics":{"spend":1.25,' } });
    expect((await readSpend()).flat()).toContain('1.25');
  });

  it('adds the pages of an older proxy up, whose totals are those of a page', async () => {
    const usage = Array.from({ length: 2_345 }, (_, index) => activity(`k${index % 40}`, '0.001'));
    const { emulator, read } = await open(usage);
    emulator.addFault(withoutAggregation);
    const lines = await read();
    expect(total(lines)).toBe('2.345');
    expect(lines.filter(({ tokenType }) => tokenType === 'byok_spend')).toHaveLength(40);
  });

  it('holds no more keys of pages than it may have rows', async () => {
    const { emulator, provider, call } = await open(
      Array.from({ length: 4 }, (_, index) => activity(`k${index}`, '1')),
    );
    emulator.addFault(withoutAggregation);
    const read = (mostRows: number) =>
      provider.usage?.fetchUsage({ ...call, mostRows }, { since: yesterday, until: yesterday }, '1d').next();
    await expect(read(4)).resolves.toMatchObject({ done: false });
    await expect(read(3)).rejects.toMatchObject({ code: 'too-large' });
  });

  it('stores nothing where pages skip and repeat rows', async () => {
    const usage = Array.from({ length: 1_001 }, (_, index) => activity(`k${index % 40}`, '0.001'));
    const { emulator, read } = await open(usage);
    emulator.addFault(withoutAggregation);
    emulator.failNext({ kind: 'rewrite', from: '"spend":1,', to: '"spend":1.001,' }, 1, { path: '/activity' });
    await expect(read()).rejects.toMatchObject({
      code: 'contract',
      message: expect.stringContaining('move') as string,
    });
  });

  it('tells of a metric that it does not know, and whose key it is', async () => {
    const { emulator, events, read, provider, call } = await open([activity('k1', '1')]);
    emulator.addFault({ fault: { kind: 'rewrite', from: '"spend":', to: '"brand_new":1,"spend":' } });
    await read();
    expect(events.filter(({ type }) => type === 'drift')).toMatchObject([{ path: 'results[].metrics.brand_new' }]);
    expect(await provider.identify(call)).toMatchObject({ organizationId: 'org-1' });
    const { organizationId: _, ...unsaid } = call;
    expect((await provider.identify(unsaid)).organizationId).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('refuses a key that may not read the spend of all', async () => {
    const lesser = adminKey({ provider: 'litellm', id: 'org-1' }, { scopes: [] });
    const { provider, call } = await openProvider({ provider: 'litellm', keys: [lesser] });
    await expect(provider.identify(call)).rejects.toMatchObject({ code: 'auth' });
  });

  it(
    'is usage beside the bills of others, by team and model, and writes nothing twice',
    { tags: ['story'] },
    async () => {
      const organization = anOrganization({ provider: 'litellm', id: 'proxy', usage: [activity('k1', '0.125')] });
      const emulator = await openEmulator({ world: { organizations: [organization] } });
      const machine = await useMachine({
        ...environmentOf(await useReadyTarget('postgresql')),
        COSTS_INSECURE_STORAGE: '1',
        LITELLM_BASE_URL: emulator.baseUrl('litellm'),
        LITELLM_MASTER_KEY: organization.keys[0]?.secret,
      });
      const [since, until] = [`--since=${yesterday}`, `--until=${yesterday}`];
      await machine.here(['init', '--team', 'acme', '--email', 'a@example.com', '--password-stdin'], {
        input: PASSWORD,
      });
      const added = await machine.here([
        'keys',
        'add',
        '--provider',
        'litellm',
        '--from-env',
        'LITELLM_MASTER_KEY',
        '--json',
      ]);
      expect(added.json()).toMatchObject({ key: { organizationId: expect.stringMatching(/^127/) as string } });
      const backfill = ['backfill', since, until, '--basis', 'usage', '--force', '--json'];
      expect((await machine.here(backfill)).json()).toMatchObject({ organizations: [{ inserted: 2, requests: 1 }] });
      expect((await machine.here(backfill)).json()).toMatchObject({ organizations: [{ inserted: 0, unchanged: 2 }] });
      const report = (...more: string[]) =>
        machine.here(['report', since, until, '--group-by', 'project,model', '--json', ...more]);
      expect((await report('--basis', 'usage')).json()).toMatchObject({
        rows: [{ project: 't1', model: 'gpt-5', cost: '0.125', estimated: true }],
      });
      expect((await report('--basis', 'billed')).json()).toMatchObject({ rows: [], totals: [] });
    },
  );
});
