import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CostProvider } from '../../src/domain/cost-provider.js';
import { daysOf, parseDay, type DaySpan } from '../../src/domain/day.js';
import type { ProviderCall } from '../../src/domain/provider.js';
import { CostsError } from '../../src/errors.js';
import type { SyncEvent } from '../../src/sync/events.js';
import { planBackfill } from '../../src/sync/plan.js';
import { runSync } from '../../src/sync/run.js';
import { useCollector } from '../helpers/collector.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { anOrganization, openEmulator } from '../helpers/emulator.js';
import { organizationOf } from '../helpers/organization.js';

const SPAN = { since: parseDay('2026-05-01'), until: parseDay('2026-05-10') };

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase('postgresql');
});
afterAll(() => test.drop());
beforeEach(() => test.database.prisma.$executeRaw`TRUNCATE teams, organizations CASCADE`);

/** Two organizations without spend, and what happened in a run of five windows of two days. */
async function start(ids = ['org-1', 'org-2']) {
  const organizations = ids.map((id) => anOrganization({ provider: 'openai', id }));
  const emulator = await openEmulator({ world: { organizations } });
  const collector = await useCollector(test.database, emulator);
  const { dependencies, store } = collector;
  const events: SyncEvent[] = [];
  dependencies.onEvent = (event) => events.push(event);
  const { provider } = dependencies;
  /** Does something in the place of a request for a window. */
  const disturb = (instead: (call: ProviderCall, window: DaySpan) => void) => {
    dependencies.provider = async (id): Promise<CostProvider> => {
      const real = await provider(id);
      return {
        ...real,
        async *fetchCosts(call, window) {
          instead(call, window);
          yield* real.fetchCosts(call, window);
        },
      };
    };
  };
  const run = async (runId: string, { waitMs = 0, maxDays = 2 }: { waitMs?: number; maxDays?: number } = {}) => {
    const input = { organizations: collector.organizations, collected: new Map(), today: parseDay('2026-11-23') };
    const plan = planBackfill({ ...input, maxDays: () => maxDays, requestsAWindow: () => 1 }, SPAN, true);
    const options = { runId, teamId: 'team-1', version: '1.2.3', acceptRestatement: false, forced: true, waitMs };
    return runSync(plan, { ...options, plannedAt: await store.collection.clock() }, dependencies);
  };
  const recorded = async (id: string) => {
    const { status, version, plan } = await test.database.prisma.run.findUniqueOrThrow({ where: { id } });
    return { status, version, plan };
  };
  const windows = (type: SyncEvent['type']) =>
    events.flatMap((event) => (event.type === type && 'window' in event ? [event.window.since] : []));
  return { emulator, store, dependencies, events, windows, disturb, run, recorded };
}

describe('a run', () => {
  it('goes on with the other organizations when one fails, and fails when all do', async () => {
    const { emulator, run, recorded, events } = await start();
    expect(await run('run-1')).toMatchObject({ status: 'ok', command: 'backfill', basis: 'billed', ...SPAN });
    emulator.addFault({ fault: { kind: 'status', status: 401 }, match: { organizationId: 'org-2' } });
    const { status, organizations } = await run('run-2');
    expect(status).toBe('partial');
    expect(organizations).toMatchObject([
      { status: 'ok', days: 10 },
      { status: 'failed', error: { code: 'auth' } },
    ]);
    emulator.addFault({ fault: { kind: 'status', status: 401 }, match: { organizationId: 'org-1' } });
    expect(await run('run-3')).toMatchObject({ status: 'failed' });
    expect(events.filter(({ type }) => type === 'organization-done')).toHaveLength(6);
    expect((await recorded('run-1')).status).toBe('ok');
    expect((await recorded('run-2')).status).toBe('partial');
    expect((await recorded('run-3')).status).toBe('failed');
  });

  it('says so where to the provider days have not ended, which cannot be read whole', async () => {
    const { run, disturb } = await start(['org-1']);
    let date = new Date('2026-05-11T00:00:00Z');
    disturb(({ observe }) => observe({ type: 'request', method: 'GET', url: '', status: 200, milliseconds: 1, date }));
    expect((await run('run-1')).organizations).toMatchObject([{ missing: [] }]);
    date = new Date('2026-05-10T23:59:59Z');
    const { organizations } = await run('run-2');
    expect(organizations).toMatchObject([{ status: 'ok', days: 10 }]);
    expect(organizations[0]?.missing[0]).toContain('to OpenAI it is still 10 May 2026');
  });

  it('keeps what it was going to read, and by which version', async () => {
    const { run, recorded } = await start(['org-1']);
    await run('run-1');
    const { version, plan } = await recorded('run-1');
    const windows = [1, 3, 5, 7, 9].map((day) => ({
      since: `2026-05-0${day}`,
      until: day === 9 ? '2026-05-10' : `2026-05-0${day + 1}`,
    }));
    expect(version).toBe('1.2.3');
    expect(plan).toEqual([{ provider: 'openai', organizationId: 'org-1', basis: 'billed', forced: true, windows }]);
  });

  it('reads days that were never read before the others, and of both the newest first', async () => {
    const { run, disturb, store, dependencies } = await start(['org-1']);
    const [fourth, seventh] = ['2026-05-04', '2026-05-07'];
    dependencies.store = {
      ...store.collection,
      // So many rows that each day is read alone.
      collectedDays: () =>
        Promise.resolve(
          daysOf(SPAN)
            .filter((day) => day !== fourth && day !== seventh)
            .map((day) => ({ day, readAt: new Date(0), rows: 15_000 })),
        ),
    };
    const asked: string[] = [];
    disturb((_, { since }) => asked.push(since));
    await run('run-1', { maxDays: 1 });
    const others = daysOf(SPAN).filter((day) => day !== fourth && day !== seventh);
    expect(asked).toEqual([seventh, fourth, ...others.reverse()]);
  });

  it('ends an organization at the first refusal of its key, and tells of it once', async () => {
    const { emulator, run, windows } = await start(['org-1']);
    emulator.addFault({ fault: { kind: 'status', status: 401 } });
    const { organizations } = await run('run-1');
    expect(windows('window-failed')).toEqual(['2026-05-10']);
    expect(organizations[0]?.error?.windows.flatMap(daysOf)).toEqual(daysOf(SPAN));
    expect(emulator.requests).toHaveLength(1);
  });

  it('whose time is up keeps what it has, and says what it waited for', async () => {
    const { run, disturb, dependencies, store, recorded } = await start(['org-1']);
    const deadline = new AbortController();
    dependencies.deadline = deadline.signal;
    disturb(({ observe }, { since }) => {
      if (since > '2026-05-05') return;
      observe({ type: 'retry', reason: 'OpenAI is busy', waitMilliseconds: 60_000 });
      deadline.abort();
      throw new CostsError('interrupted', 'Interrupted.');
    });
    const { organizations, status } = await run('run-1');
    expect(status).toBe('failed');
    expect(organizations[0]?.error).toMatchObject({ code: 'failed' });
    expect(organizations[0]?.error?.message).toContain('--timeout was up (OpenAI is busy)');
    expect(organizations[0]?.error?.hint).toContain('With --force the same command begins again');
    const read = await store.collection.collectedDays(organizationOf('openai', 'org-1'));
    expect(read.map(({ day }) => day)).toContain('2026-05-10');
    expect((await recorded('run-1')).status).toBe('failed');
  });

  it('whose time is up after the provider had answered again does not name an old trouble', async () => {
    const { run, disturb, dependencies } = await start(['org-1']);
    const deadline = new AbortController();
    dependencies.deadline = deadline.signal;
    disturb(({ observe }) => {
      const answer = { method: 'GET', url: '', milliseconds: 1, date: null };
      observe({ type: 'retry', reason: 'OpenAI is busy', waitMilliseconds: 5 });
      observe({ type: 'request', status: 200, ...answer });
      deadline.abort();
      throw new CostsError('interrupted', 'Interrupted.');
    });
    const { organizations } = await run('run-1');
    expect(organizations[0]?.error?.message).toContain('--timeout was up;');
  });

  it('whose time is up while it waits for a lock of somebody else ends, and writes nothing afterwards', async () => {
    const { run, dependencies, store, recorded } = await start(['org-1']);
    const { pool } = test.database;
    const other = await pool.connect();
    await other.query('BEGIN; LOCK TABLE collected_days IN EXCLUSIVE MODE');
    const waiting = `SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    const count = async (sql: string) => (await pool.query<{ count: number }>(sql)).rows[0]?.count;
    const deadline = new AbortController();
    Object.assign(dependencies, { deadline: deadline.signal, graceMs: 200 });
    try {
      const running = run('run-1');
      await expect.poll(() => count(waiting)).toBeGreaterThan(0);
      deadline.abort();
      const { organizations, status } = await running;
      expect(status).toBe('failed');
      expect(organizations[0]?.error?.message).toContain('--timeout was up;');
      expect((await recorded('run-1')).status).toBe('failed');
    } finally {
      await other.query('ROLLBACK');
      other.release();
    }
    const atWork = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()`;
    await expect.poll(() => count(atWork)).toBe(0);
    expect(await store.collection.collectedDays(organizationOf('openai', 'org-1'))).toEqual([]);
  });

  it('that somebody ends is recorded as interrupted, whatever its time', async () => {
    const { run, disturb, dependencies, recorded } = await start(['org-1']);
    const [end, deadline] = [new AbortController(), new AbortController()];
    Object.assign(dependencies, { signal: end.signal, deadline: deadline.signal });
    disturb(() => {
      deadline.abort();
      end.abort();
    });
    await expect(run('run-1')).rejects.toMatchObject({ code: 'interrupted' });
    expect((await recorded('run-1')).status).toBe('interrupted');
  });

  it('leaves an organization to another process that collects it, names that, and waits for it if told to', async () => {
    const { run, dependencies, store, events } = await start(['org-1']);
    const subject = { ...organizationOf('openai', 'org-1'), apiVersion: 'costs_v1' } as const;
    expect(await store.leases.take(subject, 'other', 'costs sync')).toBeNull();
    await test.database.prisma.organizationLease.updateMany({ data: { host: 'elsewhere', machine: 'elsewhere' } });
    const { status, organizations } = await run('run-1');
    expect(status).toBe('ok');
    expect(organizations[0]).toMatchObject({ status: 'skipped', heldBy: { host: 'elsewhere', command: 'costs sync' } });
    expect(events).toEqual([]);

    dependencies.onEvent = (event) => {
      events.push(event);
      if (event.type === 'waiting') void store.leases.release(subject, 'other');
    };
    expect(await run('run-2', { waitMs: 5_000 })).toMatchObject({ organizations: [{ status: 'ok', days: 10 }] });
    expect(events[0]).toMatchObject({ type: 'waiting', holder: { host: 'elsewhere' } });
    expect(await test.database.prisma.organizationLease.count()).toBe(0);
  });
});
