import type { CostProvider } from '../../src/domain/cost-provider.js';
import { createLeaseStore } from '../../src/store/collection/leases.js';
import { onTestFinished } from 'vitest';
import type { Organization } from '../../src/domain/collection.js';
import { toDay, type DaySpan } from '../../src/domain/day.js';
import type { ProviderId } from '../../src/domain/provider.js';
import type { SyncResult } from '../../src/domain/results.js';
import { Secret } from '../../src/domain/secret.js';
import type { UsageWidth } from '../../src/domain/usage.js';
import type { Emulator } from '../../src/emulator/emulator.js';
import { createHttpClient } from '../../src/providers/http.js';
import { providerOf } from '../../src/providers/registry.js';
import { createCollectionStore } from '../../src/store/collection/collection-store.js';
import type { OpenDatabase as Database } from './open-database.js';
import { createUsageStore } from '../../src/store/usage/usage-store.js';
import { usageCollector } from '../../src/sync/collect-usage.js';
import { planBackfill } from '../../src/sync/plan.js';
import { runSync } from '../../src/sync/run.js';
import { NOON } from './emulator.js';

export const TEAM = 'team-1';

/** The tool's parts on an emulator and a database, as the commands put them together. */
export interface Collecting {
  /** Reads a past range and writes it. */
  backfill(
    span: DaySpan,
    options?: { width?: UsageWidth | 'bills'; acceptRestatement?: boolean; resumedSince?: Date },
  ): Promise<SyncResult>;
  /** One organization's provider. */
  provider(id: ProviderId): Promise<CostProvider>;
}

export function collectFrom(emulator: Emulator, database: Database): Collecting {
  const { prisma, sql } = database;
  const http = createHttpClient({ version: '0.0.0', tlsChecksOff: false, firstWaitMs: 1 });
  onTestFinished(() => http.close());
  const provider = (id: ProviderId) =>
    providerOf(id).connect({ http, baseUrl: new URL(emulator.baseUrl(id)), now: () => NOON });
  const organizations = emulator.world.organizations.map(({ provider: of, id, name }) => organizationOf(of, id, name));
  let runs = 0;
  return {
    provider,
    async backfill(span, { width = '1d', acceptRestatement = false, resumedSince } = {}) {
      await prisma.organization.createMany({
        data: organizations.map(({ provider: of, organizationId, name }) => ({
          provider: of,
          organizationId,
          name,
          teamId: TEAM,
        })),
        skipDuplicates: true,
      });
      const store = createCollectionStore(sql);
      const usageStore = createUsageStore(sql);
      const isUsage = width !== 'bills';
      const limits = new Map<ProviderId, number>();
      for (const { provider: id } of organizations) {
        const { usage, maxDaysPerRequest } = await provider(id);
        limits.set(id, isUsage ? (usage?.maxDays(width) ?? 1) : maxDaysPerRequest);
      }
      const maxDays = ({ provider: id }: Organization) => limits.get(id) ?? 1;
      const plan = planBackfill(
        {
          organizations,
          collected: new Map(),
          today: toDay(NOON),
          maxDays,
          requestsAWindow: () => 1,
          basis: isUsage ? 'usage' : 'billed',
          ...(resumedSince === undefined
            ? {}
            : { resumedSince: new Map(organizations.map(({ keyId }) => [keyId, resumedSince])) }),
        },
        span,
        true,
      );
      runs += 1;
      return runSync(
        plan,
        {
          runId: `run-${runs}-${Math.random()}`,
          teamId: TEAM,
          version: '0.0.0',
          acceptRestatement,
          forced: true,
          waitMs: 0,
          plannedAt: await store.clock(),
        },
        {
          store,
          leases: createLeaseStore(database),
          provider,
          adminKey: ({ organizationId }) =>
            Promise.resolve(new Secret(emulator.organization(organizationId).keys[0]?.secret ?? '')),
          children: [],
          isRegistered: () => true,
          folder: () => Promise.reject(new Error('no folder')),
          now: () => NOON,
          signal: new AbortController().signal,
          deadline: null,
          onEvent: () => undefined,
          ...(isUsage ? { collector: usageCollector(usageStore, width) } : {}),
        },
      );
    },
  };
}

function organizationOf(provider: ProviderId, id: string, name: string): Organization {
  return {
    keyId: `key-${id}`,
    teamId: TEAM,
    provider,
    organizationId: id,
    name,
    isActive: true,
    billSource: 'key',
    source: 'env',
    variable: 'KEY',
    lastFour: 'abcd',
    host: '127.0.0.1',
    expiresAt: null,
    lastUsedAt: null,
  };
}
