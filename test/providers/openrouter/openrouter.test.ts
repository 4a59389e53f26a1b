import { describe, expect, it } from 'vitest';
import { addDays, toDay } from '../../../src/domain/day.js';
import { worldRow, type WorldOrganization } from '../../../src/emulator/world.js';
import { openProvider } from '../../helpers/provider.js';
import { adminKey, NOON } from '../../helpers/emulator.js';

const today = toDay(NOON);
const yesterday = addDays(today, -1);
const space = (id: string, name: string) => ({ id, name, createdAt: NOON, archivedAt: null });

const open = (asked: Partial<WorldOrganization> = {}) => openProvider({ provider: 'openrouter', ...asked });

describe('OpenRouter', () => {
  const rows = [
    worldRow({ projectId: 'w1', lineItem: 'a/b', amount: '1.5' }),
    worldRow({ projectId: 'w2', lineItem: 'a/b', amount: '2e-3' }),
    worldRow({ projectId: 'deleted', lineItem: 'a/b', amount: '0.25' }),
  ];
  const projects = [space('w1', 'Team'), space('w2', 'Team')];

  it('tells workspaces of one name apart, and keeps what a deleted one was charged', async () => {
    const { readCosts } = await open({ projects, days: new Map([[yesterday, rows]]) });
    expect(await readCosts(yesterday)).toEqual([
      ['w1', 'a/b', '1.5'],
      ['w2', 'a/b', '0.002'],
      ['unassigned', 'a/b', '0.25'],
    ]);
  });

  it('makes nothing of what its total differs by because it adds binary numbers', async () => {
    const { emulator, readCosts } = await open({ projects, days: new Map([[yesterday, rows.slice(0, 2)]]) });
    emulator.addFault({ fault: { kind: 'rewrite', from: '1.502', to: '1.5020000000000002' } });
    expect(await readCosts(yesterday)).toHaveLength(2);
  });

  it('keeps nothing of a window of which it warns or counts otherwise', async () => {
    const { emulator, readCosts } = await open({ projects, days: new Map([[yesterday, rows]]) });
    const remove = emulator.addFault({ fault: { kind: 'rewrite', from: '"warnings":[]', to: '"warnings":["Late"]' } });
    await expect(readCosts(yesterday)).rejects.toMatchObject({
      code: 'contract',
      message: expect.stringContaining('Late') as string,
    });
    remove();
    emulator.addFault({ fault: { kind: 'rewrite', from: '"row_count":1', to: '"row_count":2' } });
    await expect(readCosts(yesterday)).rejects.toMatchObject({ code: 'contract' });
  });

  it('tells a year back from this moment, of which the first day is asked for that is told whole', async () => {
    const { provider, readCosts } = await open({ projects });
    const first = provider.firstDay?.(today) ?? today;
    expect(await readCosts(first)).toEqual([]);
    await expect(readCosts(addDays(first, -1))).rejects.toMatchObject({ code: 'contract' });
  });

  it('asks for less where an answer is cut short', async () => {
    const { emulator, readCosts } = await open({ projects, days: new Map([[yesterday, rows]]) });
    emulator.addFault({ fault: { kind: 'rewrite', from: '"truncated":false', to: '"truncated":true' } });
    await expect(readCosts(yesterday)).rejects.toMatchObject({ code: 'too-large' });
  });

  it('asks for less, too, where a query takes too long', async () => {
    const { emulator, readCosts } = await open({ projects, days: new Map([[yesterday, rows]]) });
    emulator.addFault({ fault: { kind: 'status', status: 408 } });
    await expect(readCosts(yesterday)).rejects.toMatchObject({ code: 'too-large' });
  });

  it('refuses a key that only calls models, before anything is stored', async () => {
    const calling = adminKey({ provider: 'openrouter', id: 'org-1' }, { scopes: [] });
    const { provider, call } = await open({ keys: [calling] });
    await expect(provider.identify(call)).rejects.toMatchObject({ code: 'auth', keyProblem: 'wrong-kind' });
  });

  it('reads what was paid with own keys as usage, which is never cost, of deleted workspaces too', async () => {
    const usage = ['w1', 'deleted'].map((workspace) => ({
      at: new Date(`${yesterday}T08:00:00Z`),
      endpoint: 'byok',
      dimensions: { workspace, model: 'a/b' },
      measures: { byok_usage: '0.125' },
    }));
    const { provider, call, readCosts } = await open({ projects, usage });
    expect(await readCosts(yesterday)).toEqual([]);
    for await (const { lines } of provider.usage?.fetchUsage(call, { since: yesterday, until: yesterday }, '1d') ?? [])
      expect(lines).toMatchObject([
        { providerProjectId: 'w1', model: 'a/b', unit: 'dollars', quantity: 125n * 10n ** 27n },
        { providerProjectId: 'unassigned', model: 'a/b', unit: 'dollars', quantity: 125n * 10n ** 27n },
      ]);
  });
});
