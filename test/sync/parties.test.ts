import { expect, it } from 'vitest';
import type { Organization } from '../../src/domain/collection.js';
import type { ProviderId } from '../../src/domain/provider.js';
import { Secret } from '../../src/domain/secret.js';
import { CostsError } from '../../src/errors.js';
import { readParentKeys, toParties } from '../../src/sync/parties.js';

const KEYS: Record<string, string> = { parent: 'shared', labs: 'shared', sales: 'shared', own: 'own' };

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

it('opens no key of children for a run of other providers, which may have no session for it', async () => {
  expect((await read([planOf('own', 'openai')])).opened).toEqual([]);
});
