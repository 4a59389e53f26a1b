import { describe, expect, it } from 'vitest';
import type { ListedApiKey } from '../../src/domain/api-key.js';
import type { CostProvider } from '../../src/domain/cost-provider.js';
import { parseDay, type DaySpan } from '../../src/domain/day.js';
import type { ProviderCall, ProviderProject, WireEvent } from '../../src/domain/provider.js';
import { CostsError } from '../../src/errors.js';
import { followNames, learnApiKeys, listOrNull } from '../../src/sync/names.js';
import type { WindowWork } from '../../src/sync/work.js';

const NOW = new Date('2026-11-23T12:00:00Z');
const span = (since: string, until: string): DaySpan => ({ since: parseDay(since), until: parseDay(until) });
const WINDOWS = [span('2026-03-01', '2026-03-31'), span('2026-01-01', '2026-01-31'), span('2026-02-01', '2026-02-28')];
const spent = (apiKeyId: string, projectId: string) => ({ apiKeyId, projectId });
const key = (id: string, projectId: string, owner: ListedApiKey['owner'] = null): ListedApiKey => ({
  ...{ id, projectId, name: `Key ${id}`, hint: null, owner, createdAt: null, lastUsedAt: null, endedAt: null },
});
const person = (id: string, name: string | null) => ({ id, name, email: null, kind: 'user' as const }) as never;

interface World {
  spenders?: { apiKeyId: string; projectId: string }[];
  provider?: Partial<CostProvider>;
  keepsPeople?: boolean;
  listed?: Map<string, ProviderProject>;
}

/** What a window is worked on with, and all that its store and its provider were asked for and told. */
function work({ spenders = [], provider = {}, keepsPeople = false, listed = new Map() }: World) {
  const told: { [what: string]: unknown } = {};
  const observed: WireEvent[] = [];
  const tell =
    (what: string, answer: unknown) =>
    (...given: unknown[]) => {
      told[what] = given;
      return Promise.resolve(answer);
    };
  const made = {
    provider,
    call: { observe: (event: WireEvent) => observed.push(event) },
    organization: { provider: 'openai', organizationId: 'org-1', teamId: 'team-1' },
    projects: () => Promise.resolve(listed),
    dependencies: {
      store: {
        spenders: tell('spenders', spenders),
        learnApiKeys: tell('learned', undefined),
        followNames: tell('followed', [{ from: 'Old', to: 'New' }]),
        keepsPeople: tell('keepsPeople', keepsPeople),
        clock: () => Promise.resolve(NOW),
      },
    },
  };
  return { work: made as unknown as WindowWork, told, observed };
}

describe('API keys', () => {
  it('are asked for of all days that were read, by whatever window came first, and of projects that spent by key', async () => {
    const asked: unknown[][] = [];
    const listApiKeys = (...given: unknown[]) => {
      asked.push(given.slice(1));
      return Promise.resolve({ keys: [key('k1', 'p1')], projectIds: ['p1', 'p2'] });
    };
    const spenders = [spent('k1', 'p1'), spent('k2', 'p1'), spent('k3', 'p2'), spent('k4', 'p3')];
    const listed = new Map([['p9', { id: 'p9', name: 'Nine', archivedAt: null }]]);
    const { work: of, told } = work({ spenders, listed, provider: { listApiKeys } });
    await learnApiKeys(of, WINDOWS);
    expect(told.spenders).toEqual([of.organization, span('2026-01-01', '2026-03-31')]);
    expect(asked).toEqual([[['p1', 'p2', 'p3'], new Set(['p9', 'p1', 'p2', 'p3'])]]);
    // Those that are not listed any more have ended; of a project that was not listed nothing is known.
    const gone = { name: null, hint: null, owner: null, createdAt: null, lastUsedAt: null, endedAt: NOW };
    expect(told.learned).toEqual([
      'team-1',
      {
        ...{ provider: 'openai', organizationId: 'org-1', projectIds: ['p1', 'p2'] },
        keys: [key('k1', 'p1'), { id: 'k2', projectId: 'p1', ...gone }, { id: 'k3', projectId: 'p2', ...gone }],
      },
    ]);
  });

  it('are not asked for where nothing was spent by key, nor where the provider lists none', async () => {
    const nobody = work({ provider: { listApiKeys: () => Promise.reject(new Error('asked')) } });
    await learnApiKeys(nobody.work, WINDOWS);
    expect(nobody.told.learned).toBeUndefined();
    const without = work({ spenders: [spent('k', 'p')] });
    await learnApiKeys(without.work, WINDOWS);
    expect(without.told).toEqual({});
  });

  it('keep what is known of them where they cannot be listed', async () => {
    const listApiKeys = () => Promise.reject(new CostsError('auth', 'no'));
    const { work: of, told, observed } = work({ spenders: [spent('k', 'p')], provider: { listApiKeys } });
    await learnApiKeys(of, WINDOWS);
    expect([told.learned, observed]).toEqual([undefined, []]);
  });

  it.each([
    ['and are named where people are kept', true, 'Ada'],
    ['and stay nameless where people are not kept', false, null],
  ])('have owners, who are told by the list of people, %s', async (_, keepsPeople, name) => {
    let asked = 0;
    const provider: Partial<CostProvider> = {
      listApiKeys: () =>
        Promise.resolve({
          keys: [key('k1', 'p', person('u1', null)), key('k2', 'p', person('u2', 'Bob')), key('k3', 'p')],
          projectIds: ['p'],
        }),
      listPeople: () => {
        asked += 1;
        return Promise.resolve([person('u1', 'Ada'), person('u9', 'Eve')]);
      },
    };
    const { work: of, told } = work({ spenders: [spent('k1', 'p')], provider, keepsPeople });
    await learnApiKeys(of, WINDOWS);
    const [, { keys }] = told.learned as [string, { keys: ListedApiKey[] }];
    expect(keys.map(({ owner }) => owner?.name ?? null)).toEqual([name, 'Bob', null]);
    expect(asked).toBe(keepsPeople ? 1 : 0);
  });

  it('keep the owners they have where the list of people is refused', async () => {
    const provider: Partial<CostProvider> = {
      listApiKeys: () => Promise.resolve({ keys: [key('k1', 'p', person('u1', 'A.'))], projectIds: ['p'] }),
      listPeople: () => Promise.reject(new CostsError('contract', 'no end')),
    };
    const { work: of, told, observed } = work({ spenders: [spent('k1', 'p')], provider, keepsPeople: true });
    await learnApiKeys(of, WINDOWS);
    const [, { keys }] = told.learned as [string, { keys: ListedApiKey[] }];
    expect(keys.map(({ owner }) => owner?.name)).toEqual(['A.']);
    expect(observed).toEqual([{ type: 'missing', endpoint: 'names of people (no end)' }]);
  });
});

describe('a list of names', () => {
  const observed: WireEvent[] = [];
  const call = { observe: (event: WireEvent) => observed.push(event) } as unknown as ProviderCall;

  it('that is refused is none, in silence; one that makes no sense is told; a fault of ours ends the run', async () => {
    expect(await listOrNull(call, 'API keys', Promise.resolve(['a']))).toEqual(['a']);
    expect(await listOrNull(call, 'API keys', undefined)).toBeNull();
    expect(await listOrNull(call, 'API keys', Promise.reject(new CostsError('auth', 'no')))).toBeNull();
    expect(observed).toEqual([]);
    expect(await listOrNull(call, 'API keys', Promise.reject(new CostsError('contract', 'odd')))).toBeNull();
    expect(observed).toEqual([{ type: 'missing', endpoint: 'names of API keys (odd)' }]);
    await expect(listOrNull(call, 'API keys', Promise.reject(new TypeError('ours')))).rejects.toThrow(TypeError);
  });
});

it('projects follow the names that a provider listed, and none where it listed none', async () => {
  const none = work({});
  expect(await followNames(none.work)).toEqual([]);
  expect(none.told).toEqual({});
  const listed = new Map([['p', { id: 'p', name: 'New', archivedAt: null }]]);
  const some = work({ listed });
  expect(await followNames(some.work)).toEqual([{ from: 'Old', to: 'New' }]);
  expect(some.told.followed).toEqual([
    { provider: 'openai', organizationId: 'org-1', teamId: 'team-1', projects: listed },
  ]);
});
