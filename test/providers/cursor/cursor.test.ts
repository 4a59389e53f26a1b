import { describe, expect, it } from 'vitest';
import { addDays, toDay } from '../../../src/domain/day.js';
import { formatDecimal } from '../../../src/domain/decimal.js';
import { worldRow } from '../../../src/emulator/world.js';
import { NOON } from '../../helpers/emulator.js';
import { openProvider } from '../../helpers/provider.js';

const yesterday = addDays(toDay(NOON), -1);
const event = (amount: string, more = {}) => worldRow({ lineItem: 'claude-5-sonnet', amount, ...more });

describe('Cursor', () => {
  it('bills charged events to the last fraction of a cent; included ones are worth something and cost nothing', async () => {
    const rows = [event('21.36232'), event('0.00001'), event('0', { listAmount: '35.5' })];
    const { read } = await openProvider({ provider: 'cursor', days: new Map([[yesterday, rows]]) });
    const lines = await read(yesterday);
    expect(
      lines.map(({ lineItem, cost, listCost }) => [lineItem, formatDecimal(cost), formatDecimal(listCost ?? cost)]),
    ).toEqual([
      ['claude-5-sonnet · Included in Business', '0', '0.355'],
      ['claude-5-sonnet · Usage-based', '0.2136233', '0.2136233'],
    ]);
  });

  it.each(['USAGE_EVENT_KIND_INCLUDED_IN_BUSINESS', 'Errored, Not Charged', 'FREE_CREDIT', 'USER_API_KEY'])(
    'bills nothing of the kind %s, though the event says that it is chargeable',
    async (kind) => {
      const { emulator, read } = await openProvider({
        provider: 'cursor',
        days: new Map([[yesterday, [event('8')]]]),
      });
      emulator.addFault({ fault: { kind: 'rewrite', from: 'Usage-based', to: kind } });
      const lines = await read(yesterday);
      expect(lines.map(({ cost, listCost }) => [cost, formatDecimal(listCost ?? cost)])).toEqual([[0n, '0.08']]);
    },
  );

  it('turns every page, asks to the last millisecond of the day, and leaves events of the next one to it', async () => {
    const rows = Array.from({ length: 2_345 }, (_, index) =>
      event('1', { projectId: index % 2 === 0 ? 'team_1' : 'team_2', hour: 23 }),
    );
    const { emulator, readCosts } = await openProvider({
      provider: 'cursor',
      days: new Map([
        [yesterday, rows],
        [toDay(NOON), [event('7')]],
      ]),
    });
    const lines = await readCosts(yesterday);
    expect(lines.sort()).toEqual([
      ['team_1', 'claude-5-sonnet · Usage-based', '11.73'],
      ['team_2', 'claude-5-sonnet · Usage-based', '11.72'],
    ]);
    expect(emulator.requests).toHaveLength(4);
  });

  it('refuses events of a day that was not asked for, which would be on none', async () => {
    const { emulator, readCosts } = await openProvider({
      provider: 'cursor',
      days: new Map([[yesterday, [event('1')]]]),
    });
    emulator.addFault({ fault: { kind: 'rewrite', from: '"timestamp":"17', to: '"timestamp":"16' } });
    await expect(readCosts(yesterday)).rejects.toMatchObject({
      code: 'contract',
      message: expect.stringContaining('not asked for') as string,
    });
  });

  it('reads again where pages move while they are turned, and stores nothing where they go on moving', async () => {
    const { emulator, readCosts } = await openProvider({
      provider: 'cursor',
      days: new Map([[yesterday, [event('1')]]]),
    });
    const moved = { kind: 'rewrite', from: '"totalUsageEventsCount":1', to: '"totalUsageEventsCount":2' } as const;
    emulator.failNext(moved, 1, { path: '/filtered' });
    expect(await readCosts(yesterday)).toHaveLength(1);
    emulator.addFault({ fault: moved });
    await expect(readCosts(yesterday)).rejects.toMatchObject({ code: 'contract' });
  });

  it('turns no further page where more events have come than it says there are', async () => {
    const rows = Array.from({ length: 2_345 }, () => event('1'));
    const { emulator, readCosts } = await openProvider({ provider: 'cursor', days: new Map([[yesterday, rows]]) });
    emulator.addFault({
      fault: { kind: 'rewrite', from: '"totalUsageEventsCount":2345', to: '"totalUsageEventsCount":9' },
    });
    await expect(readCosts(yesterday)).rejects.toMatchObject({ code: 'contract' });
    expect(emulator.requests).toHaveLength(1 + 3);
  });

  it('compares the cycle that goes on with what its members spent on demand', async () => {
    const rows = [event('21.36232'), event('0', { listAmount: '35.5' })];
    const { provider, call } = await openProvider({ provider: 'cursor', days: new Map([[yesterday, rows]]) });
    expect(await provider.cycleTotal?.(call)).toMatchObject({
      since: '2026-11-01',
      rows: 2136232n * 10n ** 23n,
      total: 2136232n * 10n ** 23n,
    });
  });
});
