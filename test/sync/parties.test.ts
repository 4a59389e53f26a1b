import { expect, it } from 'vitest';
import type { Organization } from '../../src/domain/collection.js';
import { parseDay } from '../../src/domain/day.js';
import type { ProviderId } from '../../src/domain/provider.js';
import { Secret } from '../../src/domain/secret.js';
import { CostsError } from '../../src/errors.js';
import { cutTogether, readParentKeys, toParties } from '../../src/sync/parties.js';

const KEYS: Record<string, string> = { labs: 'shared', sales: 'shared', own: 'own', other: 'second', alike: 'shared' };

function planOf(keyId: string, provider: ProviderId = 'anthropic') {
  return { organization: { keyId, provider } as Organization, windows: [], reports: [], requests: 0, notBefore: null };
}
const children = [planOf('labs'), planOf('sales'), planOf('lost')].map(({ organization }) => organization);

async function read(plans: ReturnType<typeof planOf>[]) {
  const opened: string[] = [];
  const adminKey = ({ keyId }: Organization) => {
    opened.push(keyId);
    const key = KEYS[keyId];
    return key === undefined ? Promise.reject(new CostsError('auth', 'lost')) : Promise.resolve(new Secret(key));
  };
  return { keys: await readParentKeys({ adminKey, children }, plans), opened };
}

it('puts the children of one key together, holds those that are not collected now, and leaves alone what cannot be opened', async () => {
  const plans = [planOf('labs'), planOf('own'), planOf('lost')];
  const { keys } = await read(plans);
  const parties = toParties(plans, children, keys);
  const ids = (each: readonly Organization[]) => each.map(({ keyId }) => keyId);
  expect(
    parties.map(({ plans: own, holds }) => [ids(own.map(({ organization }) => organization)), ids(holds)]),
  ).toEqual([
    [['labs'], ['labs', 'sales']],
    [['own'], ['own']],
    [['lost'], ['lost']],
  ]);
});

it('has a party for each key, of each provider', () => {
  const plans = [planOf('labs'), planOf('other'), planOf('sales'), planOf('alike', 'openai')];
  const all = plans.map(({ organization }) => organization);
  const keys = new Map(all.map(({ keyId }) => [keyId, KEYS[keyId] ?? null]));
  const parties = toParties(plans, all, keys);
  expect(parties.map(({ plans: own, holds }) => [own.length, holds.map(({ keyId }) => keyId)])).toEqual([
    [2, ['labs', 'sales']],
    [1, ['other']],
    [1, ['alike']],
  ]);
});

it('opens no key of children for a run of other providers, which may have no session for it', async () => {
  expect((await read([planOf('own', 'openai')])).opened).toEqual([]);
});

it('gives up for a failure that is not about the key', async () => {
  const adminKey = () => Promise.reject(new Error('out of order'));
  await expect(readParentKeys({ adminKey, children }, [planOf('labs')])).rejects.toThrow('out of order');
});

it('cuts the windows of all at the same days, so that one answer serves them', () => {
  const span = (since: string, until: string) => ({ since: parseDay(since), until: parseDay(until) });
  const plans = [
    { ...planOf('labs'), windows: [span('2026-01-05', '2026-01-20'), span('2026-02-01', '2026-02-03')] },
    { ...planOf('sales'), windows: [span('2026-01-01', '2026-01-10')] },
  ];
  const { windows, plans: cut } = cutTogether(plans, 10);
  expect(windows).toEqual([
    span('2026-01-01', '2026-01-10'),
    span('2026-01-11', '2026-01-20'),
    span('2026-02-01', '2026-02-03'),
  ]);
  expect(cut).toEqual([
    {
      ...planOf('labs'),
      windows: [span('2026-01-05', '2026-01-10'), span('2026-01-11', '2026-01-20'), span('2026-02-01', '2026-02-03')],
    },
    { ...planOf('sales'), windows: [span('2026-01-01', '2026-01-10')] },
  ]);
});
