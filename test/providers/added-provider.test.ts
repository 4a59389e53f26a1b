import { expect, it, vi } from 'vitest';
import { readConfig } from '../../src/config.js';
import { addDays, toDay } from '../../src/domain/day.js';
import { add, formatDecimal, ZERO } from '../../src/domain/decimal.js';
import { expectedTotals } from '../../src/emulator/expected.js';
import { generateWorld } from '../../src/emulator/generate.js';
import { providerOf } from '../../src/providers/registry.js';
import { parseKey } from '../../src/vault/variables.js';
import { useCollector } from '../helpers/collector.js';
import { useTestDatabase } from '../helpers/database.js';
import { NOON, openEmulator } from '../helpers/emulator.js';

// The one line in the list of providers, and the one in that of the emulator.
vi.mock(import('../../src/providers/list.js'), async (original) => {
  const { moonshine } = await import('./added/provider.js');
  return { PROVIDERS: [...(await original()).PROVIDERS, moonshine] };
});
vi.mock(import('../../src/emulator/list.js'), async (original) => {
  const { moonshineServer } = await import('./added/server.js');
  const { EMULATED, emulated } = await original();
  return {
    EMULATED: [...EMULATED, moonshineServer],
    emulated: (id) => (id === 'moonshine' ? moonshineServer : emulated(id)),
  };
});

it('a provider of two folders and a line in a list is collected like the others', async () => {
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

it('everything that asks for what is true of a provider finds it there', () => {
  const environment = { MOONSHINE_BASE_URL: 'http://127.0.0.1:1' };
  expect(readConfig(environment).baseUrls).toMatchObject({ moonshine: 'http://127.0.0.1:1' });
  expect(providerOf('moonshine').focus.subAccountType).toBe('Crater');
  expect(() => parseKey('openai', 'moon-admin-1')).toThrow('That is an admin key of Moonshine');
});
