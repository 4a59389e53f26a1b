import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Organization } from '../../src/domain/collection.js';
import { toDay, type DaySpan } from '../../src/domain/day.js';
import type { SyncResult } from '../../src/domain/results.js';
import { Secret } from '../../src/domain/secret.js';
import type { Emulator } from '../../src/emulator/emulator.js';
import { createHttpClient, type HttpOptions } from '../../src/providers/http.js';
import { providerOf } from '../../src/providers/registry.js';
import type { OpenDatabase as Database } from './open-database.js';
import { createStore, type Store } from '../../src/store/store.js';
import { planBackfill } from '../../src/sync/plan.js';
import { runSync } from '../../src/sync/run.js';
import type { SyncDependencies } from '../../src/sync/work.js';

/** Collects from an emulator into a database, in this process, without a command around it. */
export interface Collector {
  store: Store;
  organizations: Organization[];
  dependencies: SyncDependencies;
  /** Reads a span again, whatever was read of it; `resumed` reads what is left of it. */
  collect: (
    span: DaySpan,
    options?: { acceptRestatement?: boolean; forced?: boolean; basis?: 'billed' | 'usage'; resumed?: boolean },
  ) => Promise<SyncResult>;
}

type Patience = Pick<HttpOptions, 'giveUpAfterMs' | 'requestTimeoutMs'>;

/** Registers the emulator's organizations under a team; the HTTP client is closed when the running test ends. */
export async function useCollector(
  database: Database,
  emulator: Emulator,
  {
    teamId = 'team-1',
    now = () => new Date(),
    patience = {},
  }: { teamId?: string; now?: () => Date; patience?: Patience } = {},
): Promise<Collector> {
  const { prisma } = database;
  await prisma.team.create({ data: { id: teamId, name: 'acme' } });
  for (const { provider, id, name } of emulator.world.organizations) {
    await prisma.organizationApiKey.create({
      data: {
        id: `key-${id}`,
        teamId,
        provider,
        organizationId: id,
        name,
        source: 'env',
        variable: 'KEY',
        host: 'loopback',
        lastFour: 'abcd',
      },
    });
  }
  const http = createHttpClient({
    version: 'test',
    tlsChecksOff: false,
    firstWaitMs: 5,
    giveUpAfterMs: 400,
    ...patience,
  });
  onTestFinished(() => http.close());
  const store = createStore(database);
  const organizations = await (await store.access()).keys.list(teamId);
  const dependencies: SyncDependencies = {
    store: store.collection,
    leases: store.leases,
    provider: (id) => providerOf(id).connect({ http, baseUrl: new URL(emulator.baseUrl(id)), now }),
    adminKey: ({ organizationId }) =>
      Promise.resolve(new Secret(emulator.organization(organizationId).keys[0]?.secret ?? '')),
    children: organizations.filter(({ billSource }) => billSource === 'parent'),
    isRegistered: (_, organizationId) => organizations.some((each) => each.organizationId === organizationId),
    folder: () => Promise.reject(new Error('no folder')),
    now,
    signal: new AbortController().signal,
    deadline: null,
    onEvent: () => undefined,
  };
  return {
    store,
    organizations,
    dependencies,
    async collect(span, { acceptRestatement = false, forced = true, basis = 'billed', resumed = false } = {}) {
      const plannedAt = await store.collection.clock();
      const known = resumed ? organizations : [];
      const collected = new Map(
        await Promise.all(known.map(async (each) => [each.keyId, await store.collection.collectedDays(each)] as const)),
      );
      const plan = planBackfill(
        {
          organizations,
          collected,
          today: toDay(now()),
          maxDays: () => 31,
          requestsAWindow: () => 1,
          basis,
        },
        span,
        !resumed,
      );
      const options = {
        runId: randomUUID(),
        teamId,
        version: '0.0.0',
        acceptRestatement,
        forced,
        waitMs: 0,
        plannedAt,
      };
      return runSync(plan, options, dependencies);
    },
  };
}
