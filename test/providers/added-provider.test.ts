import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { addDays, toDay } from '../../src/domain/day.js';
import { add, formatDecimal, ZERO } from '../../src/domain/decimal.js';
import { NOON } from '../helpers/emulator.js';

// The one line of it. Everything is loaded anew with it.
beforeAll(() => {
  vi.resetModules();
  vi.doMock(import('../../src/providers/list.js'), async (original) => {
    const { moonshine } = await import('./added/provider.js');
    const { COLLECTED, PROVIDERS } = await original();
    return {
      COLLECTED: [...COLLECTED, { provider: moonshine, emulator: () => import('./added/server.js') }],
      PROVIDERS: [...PROVIDERS, moonshine],
    };
  });
});
afterAll(() => {
  vi.doUnmock('../../src/providers/list.js');
  vi.resetModules();
});

it('a provider of two folders and a line in one list is collected like the others', async () => {
  const { generateWorld } = await import('../../src/emulator/generate.js');
  const { expectedTotals } = await import('../../src/emulator/expected.js');
  const { useTestDatabase } = await import('../helpers/database.js');
  const { openEmulator } = await import('../helpers/emulator.js');
  const { useCollector } = await import('../helpers/collector.js');
  const today = toDay(NOON);
  const span = { since: addDays(today, -9), until: addDays(today, -1) };
  const organizations = [{ provider: 'moonshine', id: 'moon-1', projects: 3, lineItems: 4 }];
  const world = generateWorld({ seed: 3, until: today, days: 20, organizations });
  const { database } = await useTestDatabase('postgresql');
  const emulator = await openEmulator({ world });
  const { collect } = await useCollector(database, emulator, { now: () => NOON });

  const [result] = (await collect(span)).organizations;
  const expected = expectedTotals(world, span, NOON).reduce((sum, { cost }) => add(sum, cost), ZERO);
  expect(result).toMatchObject({ status: 'ok', days: 9, totals: [{ currency: 'EUR', cost: formatDecimal(expected) }] });
  expect((await collect(span)).organizations[0]).toMatchObject({ inserted: 0, updated: 0, deleted: 0 });
});

it('everything that asks for what is true of a provider finds it there', async () => {
  const { readConfig } = await import('../../src/config.js');
  const { providerOf } = await import('../../src/providers/registry.js');
  const { parseKey } = await import('../../src/vault/variables.js');
  const environment = { MOONSHINE_BASE_URL: 'http://127.0.0.1:1' };
  expect(readConfig(environment).baseUrls).toMatchObject({ moonshine: 'http://127.0.0.1:1' });
  expect(providerOf('moonshine').focus.subAccountType).toBe('Crater');
  expect(() => parseKey('openai', 'moon-admin-1')).toThrow('That is an admin key of Moonshine');
});
