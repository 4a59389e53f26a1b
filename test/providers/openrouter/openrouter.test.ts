import { describe, expect, it, onTestFinished } from 'vitest';
import { addDays, toDay } from '../../../src/domain/day.js';
import { formatDecimal } from '../../../src/domain/decimal.js';
import { Secret } from '../../../src/domain/secret.js';
import type { CostLine } from '../../../src/domain/bucket.js';
import { worldRow, type WorldOrganization } from '../../../src/emulator/world.js';
import { createHttpClient } from '../../../src/providers/http.js';
import { providerOf } from '../../../src/providers/registry.js';
import { adminKey, anOrganization, NOON, openEmulator } from '../../helpers/emulator.js';

const today = toDay(NOON);
const yesterday = addDays(today, -1);
const space = (id: string, name: string) => ({ id, name, createdAt: NOON, archivedAt: null });

async function open(organization: Partial<WorldOrganization> = {}) {
  const world = { organizations: [anOrganization({ provider: 'openrouter', id: 'org-1', ...organization })] };
  const emulator = await openEmulator({ world });
  const http = createHttpClient({ version: 'test', tlsChecksOff: false, firstWaitMs: 5, giveUpAfterMs: 400 });
  onTestFinished(() => http.close());
  const baseUrl = new URL(emulator.baseUrl('openrouter'));
  const provider = await providerOf('openrouter').connect({ http, baseUrl, now: () => NOON });
  const key = new Secret(emulator.organization('org-1').keys[0]?.secret ?? '');
  const call = { key, signal: new AbortController().signal, observe: () => undefined };
  return {
    emulator,
    provider,
    call,
    read: async (day = yesterday) => {
      const lines: CostLine[] = [];
      for await (const page of provider.fetchCosts(call, { since: day, until: day })) lines.push(...page.lines);
      return lines.map(({ providerProjectId, lineItem, cost }) => [providerProjectId, lineItem, formatDecimal(cost)]);
    },
  };
}

describe('OpenRouter', () => {
  const rows = [
    worldRow({ projectId: 'w1', lineItem: 'a/b', amount: '1.5' }),
    worldRow({ projectId: 'w2', lineItem: 'a/b', amount: '2e-3' }),
    worldRow({ projectId: 'deleted', lineItem: 'a/b', amount: '0.25' }),
  ];
  const projects = [space('w1', 'Team'), space('w2', 'Team')];

  it('tells workspaces of one name apart, and keeps what a deleted one was charged', async () => {
    const { read } = await open({ projects, days: new Map([[yesterday, rows]]) });
    expect(await read()).toEqual([
      ['w1', 'a/b', '1.5'],
      ['w2', 'a/b', '0.002'],
      ['unassigned', 'a/b', '0.25'],
    ]);
  });

  it('makes nothing of what its total differs by because it adds binary numbers', async () => {
    const { emulator, read } = await open({ projects, days: new Map([[yesterday, rows.slice(0, 2)]]) });
    emulator.addFault({ fault: { kind: 'rewrite', from: '1.502', to: '1.5020000000000002' } });
    expect(await read()).toHaveLength(2);
  });

  it('keeps nothing of a window of which it warns or counts otherwise', async () => {
    const { emulator, read } = await open({ projects, days: new Map([[yesterday, rows]]) });
    const remove = emulator.addFault({ fault: { kind: 'rewrite', from: '"warnings":[]', to: '"warnings":["Late"]' } });
    await expect(read()).rejects.toMatchObject({
      code: 'contract',
      message: expect.stringContaining('Late') as string,
    });
    remove();
    emulator.addFault({ fault: { kind: 'rewrite', from: '"row_count":1', to: '"row_count":2' } });
    await expect(read()).rejects.toMatchObject({ code: 'contract' });
  });

  it('asks for less where an answer is cut short', async () => {
    const { emulator, read } = await open({ projects, days: new Map([[yesterday, rows]]) });
    emulator.addFault({ fault: { kind: 'rewrite', from: '"truncated":false', to: '"truncated":true' } });
    await expect(read()).rejects.toMatchObject({ code: 'too-large' });
  });

  it('refuses a key that only calls models, before anything is stored', async () => {
    const calling = adminKey({ provider: 'openrouter', id: 'org-1' }, { scopes: [] });
    const { provider, call } = await open({ keys: [calling] });
    await expect(provider.identify(call)).rejects.toMatchObject({ code: 'auth', keyProblem: 'wrong-kind' });
  });

  it('reads what was paid with own keys as usage, which is never cost', async () => {
    const usage = [
      {
        at: new Date(`${yesterday}T08:00:00Z`),
        endpoint: 'byok',
        dimensions: { workspace: 'w1', model: 'a/b' },
        measures: { byok_usage: '0.125' },
      },
    ];
    const { provider, call, read } = await open({ projects, usage });
    expect(await read()).toEqual([]);
    for await (const { lines } of provider.usage?.fetchUsage(call, { since: yesterday, until: yesterday }, '1d') ?? [])
      expect(lines).toMatchObject([
        { providerProjectId: 'w1', model: 'a/b', unit: 'dollars', quantity: 125n * 10n ** 27n },
      ]);
  });
});
