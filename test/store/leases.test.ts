import { hostname } from 'node:os';
import type { CostProvider } from '../../src/domain/cost-provider.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LeaseStore, LeaseSubject } from '../../src/domain/lease.js';
import type { PrismaClient } from '../../src/generated/prisma/client.js';
import { processStart } from '../../src/process-identity.js';
import { confirmLease } from '../../src/store/collection/leases.js';
import { createStore } from '../../src/store/store.js';
import { underLease } from '../../src/sync/lease.js';
import { useCollector } from '../helpers/collector.js';
import {
  createTestDatabase,
  DATABASE_KINDS,
  STORY_KINDS,
  useTestDatabase,
  type TestDatabase,
} from '../helpers/database.js';
import { openEmulator } from '../helpers/emulator.js';
import { organizationOf, registerOrganization } from '../helpers/organization.js';
import { lastDays, makeWorld, storedSums } from '../chaos/world.js';

const subject: LeaseSubject = { ...organizationOf('openai', 'org-1'), apiVersion: 'costs_v1' };
/** A process id that no machine gives out. */
const NOBODY = 2 ** 30;

describe.each(DATABASE_KINDS)('the lease of an organization on %s', (kind) => {
  let test: TestDatabase;
  let prisma: PrismaClient;
  let leases: LeaseStore;
  beforeAll(async () => {
    test = await createTestDatabase(kind);
    prisma = test.database.prisma;
    leases = createStore(test.database).leases;
    await prisma.team.createMany({
      data: [
        { id: 'team-1', name: 'Acme' },
        { id: 'team-2', name: 'Other' },
      ],
    });
    for (const id of ['org-1', 'org-2']) await registerOrganization(prisma, 'openai', id);
  });
  afterAll(() => test.drop());
  beforeEach(() => prisma.organizationLease.deleteMany());

  const holder = async () => (await prisma.organizationLease.findFirst())?.holder;
  const secondsLeft = async () => {
    const [row] = await prisma.$queryRaw<[{ seconds: number }]>`
      SELECT extract(epoch FROM expires_at - clock_timestamp())::float8 AS seconds FROM organization_leases`;
    return row.seconds;
  };
  const passSeconds = (seconds: number) => prisma.$executeRaw`
    UPDATE organization_leases SET acquired_at = acquired_at - ${seconds}::int * interval '1 second',
                                   expires_at = expires_at - ${seconds}::int * interval '1 second'`;
  const onAnotherMachine = () =>
    prisma.organizationLease.updateMany({ data: { host: 'elsewhere', machine: 'elsewhere' } });

  it('is one run’s alone, and says whose it is to the others', async () => {
    expect(await leases.take(subject, 'run-1', 'costs sync')).toBeNull();
    expect(await leases.take(subject, 'run-2', 'costs backfill')).toMatchObject({
      pid: process.pid,
      command: 'costs sync',
    });
    expect(await holder()).toBe('run-1');
    expect(await leases.take({ ...subject, apiVersion: 'usage_v1' }, 'run-2', 'costs backfill')).toBeNull();
    expect(await leases.take({ ...subject, organizationId: 'org-2' }, 'run-2', 'costs backfill')).toBeNull();
  });

  it('is extended by whoever has it, and stays theirs since they took it', async () => {
    await leases.take(subject, 'run-1', 'costs sync');
    await passSeconds(50);
    const before = await prisma.organizationLease.findFirstOrThrow();
    expect(await leases.take(subject, 'run-1', 'costs sync')).toBeNull();
    expect(await secondsLeft()).toBeGreaterThan(55);
    expect((await prisma.organizationLease.findFirstOrThrow()).acquiredAt).toEqual(before.acquiredAt);
  });

  it.runIf(kind === 'postgresql')('goes to the next when its time is up, wherever its holder lives', async () => {
    await leases.take(subject, 'run-1', 'costs sync');
    await onAnotherMachine();
    await passSeconds(59);
    expect(await leases.take(subject, 'run-2', 'costs sync')).toMatchObject({ host: 'elsewhere' });
    await passSeconds(2);
    expect(await leases.take(subject, 'run-2', 'costs sync')).toBeNull();
    expect(await holder()).toBe('run-2');
    expect(await secondsLeft()).toBeGreaterThan(55);
  });

  it('goes to the next at once when its process on this machine is gone', async () => {
    await leases.take(subject, 'run-1', 'costs sync');
    await prisma.organizationLease.updateMany({ data: { pid: NOBODY } });
    expect(await leases.take(subject, 'run-2', 'costs sync')).toBeNull();
    expect(await holder()).toBe('run-2');
  });

  it('goes to the next at once when its process id is another process’s by now', async () => {
    await leases.take(subject, 'run-1', 'costs sync');
    await prisma.organizationLease.updateMany({ data: { processStart: 'long ago' } });
    expect(await leases.take(subject, 'run-2', 'costs sync')).toBeNull();
  });

  it.runIf(kind === 'postgresql')(
    'stays with a process of another machine, whose processes nobody here can see',
    async () => {
      await leases.take(subject, 'run-1', 'costs sync');
      await prisma.organizationLease.updateMany({ data: { pid: NOBODY } });
      await onAnotherMachine();
      expect(await leases.take(subject, 'run-2', 'costs sync')).toMatchObject({ host: 'elsewhere', pid: NOBODY });
      expect(await holder()).toBe('run-1');
    },
  );

  it.runIf(kind === 'embedded')('goes to the next at once where the store was taken over from its holder', async () => {
    await leases.take(subject, 'run-1', 'costs sync');
    await onAnotherMachine();
    expect(await leases.take(subject, 'run-2', 'costs sync')).toBeNull();
    const parent = { pid: process.ppid, processStart: (await processStart(process.ppid)) ?? '' };
    await prisma.organizationLease.updateMany({ data: parent });
    expect(await leases.take(subject, 'run-3', 'costs sync')).toBeNull();
    expect(await holder()).toBe('run-3');
  });

  it('is given back by its holder only', async () => {
    await leases.take(subject, 'run-1', 'costs sync');
    await leases.release(subject, 'run-2');
    expect(await holder()).toBe('run-1');
    await leases.release(subject, 'run-1');
    expect(await holder()).toBeUndefined();
  });

  it('goes to the next when it lasts longer than any can: the clock was ahead when it was taken', async () => {
    await leases.take(subject, 'run-1', 'costs sync');
    await passSeconds(-50);
    expect(await leases.take(subject, 'run-2', 'costs sync')).not.toBeNull();
    await passSeconds(-3_600);
    expect(await leases.take(subject, 'run-2', 'costs sync')).toBeNull();
    expect(await holder()).toBe('run-2');
    expect(await secondsLeft()).toBeLessThan(61);
  });

  it('tells the next all of whose it is, and since when', async () => {
    await leases.take(subject, 'run-1', 'costs sync');
    await prisma.organizationLease.updateMany({
      data: { host: 'elsewhere', machine: 'elsewhere', pid: NOBODY, processStart: 'then' },
    });
    await passSeconds(61);
    const asked = await prisma.$queryRaw<[{ now: Date }]>`SELECT clock_timestamp() AS now`;
    await leases.take(subject, 'run-2', 'costs backfill');
    const { acquiredAt, machine, processStart: _, ...row } = await prisma.organizationLease.findFirstOrThrow();
    expect(row).toMatchObject({ host: hostname(), pid: process.pid, command: 'costs backfill' });
    expect(acquiredAt.getTime()).toBeGreaterThanOrEqual(asked[0].now.getTime());
    // Its process is seen to live from here.
    expect(machine).not.toBe('elsewhere');
    expect(await leases.take(subject, 'run-3', 'costs sync')).toMatchObject({ command: 'costs backfill' });
  });

  it('is neither taken nor given back by another team, which is told that the organization is not its', async () => {
    const theirs = { ...subject, teamId: 'team-2' };
    await expect(leases.take(theirs, 'run-9', 'costs sync')).rejects.toMatchObject({ code: 'conflict' });
    expect(await holder()).toBeUndefined();
    await leases.take(subject, 'run-1', 'costs sync');
    await expect(leases.take(theirs, 'run-9', 'costs sync')).rejects.toMatchObject({ code: 'conflict' });
    await leases.release(theirs, 'run-1');
    expect(await holder()).toBe('run-1');
  });

  it('is confirmed to its holder alone, for the organization and the work it was taken for', async () => {
    await leases.take(subject, 'run-1', 'costs sync');
    const confirm = (change: Partial<LeaseSubject>, run = 'run-1') =>
      prisma.$transaction((tx) => confirmLease(tx, { ...subject, ...change }, run));
    await expect(confirm({})).resolves.toBeUndefined();
    await expect(confirm({}, 'run-2')).rejects.toMatchObject({ code: 'conflict' });
    for (const other of [{ organizationId: 'org-2' }, { apiVersion: 'usage_v1' as const }, { teamId: 'team-2' }])
      await expect(confirm(other)).rejects.toMatchObject({ code: 'conflict' });
  });

  it.skipIf(kind === 'embedded')('stays with whom it was confirmed to until that commits', async () => {
    await leases.take(subject, 'run-1', 'costs sync');
    await passSeconds(61);
    const session = await test.database.openSession();
    await prisma.$transaction(async (tx) => {
      await confirmLease(tx, subject, 'run-1');
      const taking = session.pool.query(
        `SET LOCAL lock_timeout = 300; UPDATE organization_leases SET holder = 'run-2'`,
      );
      await expect(taking).rejects.toThrow('lock timeout');
    });
    await session.close();
  });
});

describe('work under a lease', () => {
  const terms = {
    holder: 'run-1',
    command: 'costs sync',
    waitMs: 0,
    signal: new AbortController().signal,
    onWait: () => undefined,
  };

  it('extends it for as long as it goes on, even when one extension fails', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const take = vi.fn<LeaseStore['take']>().mockResolvedValue(null);
      const release = vi.fn<LeaseStore['release']>().mockResolvedValue(undefined);
      await underLease({ take, release }, [subject], terms, async () => {
        take.mockRejectedValueOnce(new Error('The database is away.'));
        await vi.advanceTimersByTimeAsync(60_000);
      });
      // It runs out after 60 seconds: two extensions may fail before somebody else could have it.
      expect(take.mock.calls.length).toBeGreaterThanOrEqual(1 + 3);
      expect(release).toHaveBeenCalledExactlyOnceWith(subject, 'run-1');
      const calls = take.mock.calls.length;
      await vi.advanceTimersByTimeAsync(60_000);
      expect(take).toHaveBeenCalledTimes(calls);
    } finally {
      vi.useRealTimers();
    }
  });

  it('gives back what an extension that is still under way would have taken again', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const calls: string[] = [];
      const take = vi.fn<LeaseStore['take']>().mockResolvedValueOnce(null);
      take.mockImplementation(async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        calls.push('extended');
        return null;
      });
      const release = () => Promise.resolve(void calls.push('released'));
      await underLease({ take, release }, [subject], terms, async () => {
        await vi.advanceTimersByTimeAsync(15_000);
      });
      expect(calls).toEqual(['extended', 'released']);
    } finally {
      vi.useRealTimers();
    }
  });

  const holder = { host: 'ci-1', pid: 7, command: 'costs backfill', since: new Date('2026-03-02T10:00:00Z') };
  /** Takes a lease that somebody else has the first so many times. */
  function held(times: number, change: Partial<typeof terms>) {
    const take = vi.fn<LeaseStore['take']>().mockResolvedValue(null);
    for (let index = 0; index < times; index += 1) take.mockResolvedValueOnce(holder);
    const [release, onWait, work] = [vi.fn<LeaseStore['release']>().mockResolvedValue(undefined), vi.fn(), vi.fn()];
    work.mockResolvedValue('worked');
    const outcome = underLease({ take, release }, [subject], { ...terms, ...change, onWait }, work);
    return { take, release, onWait, work, outcome };
  }

  it('is not done where somebody else has it and nobody waits, who is told and keeps it', async () => {
    const { outcome, take, release, onWait, work } = held(1, {});
    expect(await outcome).toEqual({ heldBy: holder });
    expect(take).toHaveBeenCalledExactlyOnceWith(subject, 'run-1', 'costs sync');
    for (const never of [release, onWait, work]) expect(never).not.toHaveBeenCalled();
  });

  it('is done once somebody else has given it back within the time that it may wait, which is told once', async () => {
    const { outcome, take, release, onWait } = held(2, { waitMs: 5_000 });
    expect(await outcome).toEqual({ done: 'worked' });
    expect(take).toHaveBeenCalledTimes(3);
    expect(onWait).toHaveBeenCalledExactlyOnceWith(holder);
    expect(release).toHaveBeenCalledOnce();
  });

  it('is not done when the time to wait is over, or the run is', async () => {
    const short = held(100, { waitMs: 1_200 });
    expect(await short.outcome).toEqual({ heldBy: holder });
    expect(short.take.mock.calls.length).toBeGreaterThan(1);
    const ended = held(100, { waitMs: 60_000, signal: AbortSignal.abort() });
    expect(await ended.outcome).toEqual({ heldBy: holder });
    expect(ended.take).toHaveBeenCalledOnce();
  });

  it('is had of all that a key collects or of none: what was taken is given back', async () => {
    const other = { ...subject, organizationId: 'org-0' };
    const taken: string[] = [];
    const holder = { host: 'ci-1', pid: 7, command: 'costs sync', since: new Date('2026-03-02T10:00:00Z') };
    const take: LeaseStore['take'] = ({ organizationId }) => {
      taken.push(organizationId);
      return Promise.resolve(organizationId === subject.organizationId ? holder : null);
    };
    const release = vi.fn<LeaseStore['release']>().mockResolvedValue(undefined);
    const work = vi.fn();
    expect(await underLease({ take, release }, [subject, other], terms, work)).toEqual({ heldBy: holder });
    expect(taken).toEqual(['org-0', subject.organizationId]);
    expect(release).toHaveBeenCalledExactlyOnceWith(other, 'run-1');
    expect(work).not.toHaveBeenCalled();
  });

  it('is given back when the work fails', async () => {
    const release = vi.fn<LeaseStore['release']>().mockResolvedValue(undefined);
    const work = () => Promise.reject(new Error('It failed.'));
    await expect(underLease({ take: () => Promise.resolve(null), release }, [subject], terms, work)).rejects.toThrow(
      'It failed.',
    );
    expect(release).toHaveBeenCalledOnce();
  });
});

describe.each(STORY_KINDS)('a run that is stopped for longer than its lease, on %s', (kind) => {
  it.each(['bills', 'usage'] as const)('writes none of the %s it read when somebody has taken over', async (what) => {
    const emulator = await openEmulator({ world: makeWorld(3, 5), now: () => new Date() });
    emulator.world.organizations.splice(1);
    const { database } = await useTestDatabase(kind);
    const { collect, dependencies, store } = await useCollector(database, emulator);
    const stopped = { ...subject, apiVersion: what === 'bills' ? ('costs_v1' as const) : ('usage_v1' as const) };
    const sleep = async () => {
      await database.prisma
        .$executeRaw`UPDATE organization_leases SET expires_at = clock_timestamp() - interval '1 second'`;
      expect(await store.leases.take(stopped, 'successor', 'costs sync')).toBeNull();
    };
    const { provider } = dependencies;
    dependencies.provider = async (id) => sleepyProvider(await provider(id), sleep);
    if (what === 'usage')
      dependencies.collector = (await import('../../src/sync/collect-usage.js')).usageCollector(store.usage, '1d');
    const { organizations } = await collect(lastDays(3), what === 'usage' ? { basis: 'usage' } : {});
    expect(organizations[0]).toMatchObject({ status: 'failed', error: { code: 'conflict' } });
    expect(await storedSums(database.prisma)).toEqual({});
    expect(await database.prisma.collectedDay.count()).toBe(0);
    expect(await database.prisma.collectedUsage.count()).toBe(0);
    expect((await database.prisma.organizationLease.findFirst())?.holder).toBe('successor');
  });
});

/** Sleeps through its lease once the provider has answered. */
function sleepyProvider(provider: CostProvider, sleep: () => Promise<void>): CostProvider {
  return {
    ...provider,
    async *fetchCosts(call, span) {
      yield* provider.fetchCosts(call, span);
      await sleep();
    },
    ...(provider.usage && {
      usage: {
        ...provider.usage,
        async *fetchUsage(call, span, width) {
          if (provider.usage) yield* provider.usage.fetchUsage(call, span, width);
          await sleep();
        },
      },
    }),
  };
}
