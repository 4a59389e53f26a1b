// @module-tag story

import { expect, it, onTestFinished } from 'vitest';
import { addDays, daysOf, startOfMonthOf, toDay } from '../../src/domain/day.js';
import type { Status } from '../../src/domain/status.js';
import { formatDecimal, sum } from '../../src/domain/decimal.js';
import { expectedTotals } from '../../src/emulator/expected.js';
import { generateWorld } from '../../src/emulator/generate.js';
import { createHttpClient } from '../../src/providers/http.js';
import { providerOf } from '../../src/providers/registry.js';
import { planBackfill } from '../../src/sync/plan.js';
import { runSync } from '../../src/sync/run.js';
import { useCollector } from '../helpers/collector.js';
import { useMachine } from '../helpers/costs.js';
import { environmentOf, useTestDatabase } from '../helpers/database.js';
import { NOON, openEmulator } from '../helpers/emulator.js';
import { organizationOf } from '../helpers/organization.js';

const HOUR = 3_600_000;
const today = toDay(NOON);
const span = { since: addDays(today, -180), until: addDays(today, -36) };

it('half a year of bills at few requests an hour completes over several runs, without asking for a window twice', async () => {
  const organizations = [{ provider: 'anthropic', id: 'org-1', projects: 25, lineItems: 8 }];
  const world = generateWorld({ seed: 11, until: today, days: 181, organizations });
  let now = NOON;
  const emulator = await openEmulator({ world, now: () => now });
  emulator.quirks.requestsPerHour = 10;
  // Windows side by side would each be cut before their last page.
  emulator.quirks.daysPerPage = 5;
  const { database } = await useTestDatabase('postgresql');
  const collector = await useCollector(database, emulator, { now: () => NOON });

  const ended: (string | undefined)[] = [];
  for (let run = 0; run < 8 && ended.at(-1) !== 'done'; run += 1) {
    const collected = new Map([
      ['key-org-1', await collector.store.collection.collectedDays(organizationOf('anthropic', 'org-1'))],
    ]);
    const organizationsNow = { organizations: collector.organizations, collected, today, maxDays: () => 31 };
    const plan = planBackfill({ ...organizationsNow, requestsAWindow: () => 1 }, span, false);
    // A run is a process of its own: what one was told of its quota, the next has to be told again.
    const http = createHttpClient({ version: 'test', tlsChecksOff: false, giveUpAfterMs: 1_000 });
    onTestFinished(() => http.close());
    const connect = (id: string) =>
      providerOf(id).connect({ http, baseUrl: new URL(emulator.baseUrl(id)), now: () => NOON });
    const result = await runSync(
      plan,
      {
        runId: `run-${run}`,
        teamId: 'team-1',
        version: '0.0.0',
        acceptRestatement: false,
        forced: false,
        waitMs: 0,
        plannedAt: await collector.store.collection.clock(),
      },
      { ...collector.dependencies, provider: connect },
    );
    const error = result.organizations[0]?.error;
    const read = await collector.store.collection.collectedDays(organizationOf('anthropic', 'org-1'));
    if (error === undefined) ended.push('done');
    else {
      expect(error.code).toBe('unreachable');
      const free = new Date(now.getTime() + HOUR).toISOString().slice(11, 16);
      expect(error.message).toContain(`the next 10 requests are free at ${free} UTC`);
      ended.push('quota');
      // The newest days come first: of those before it, no more are missing than were cut short side by side.
      expect(read.at(-1)?.day).toBe(span.until);
      expect(daysOf({ since: read[0]?.day ?? span.since, until: span.until }).length - read.length).toBeLessThan(30);
    }
    now = new Date(now.getTime() + HOUR);
  }
  expect(ended.length).toBeGreaterThan(2);
  expect(ended.at(-1)).toBe('done');
  const read = await collector.store.collection.collectedDays(organizationOf('anthropic', 'org-1'));
  expect(read.map(({ day }) => day)).toEqual(daysOf(span));
  const asked = emulator.requests.filter(({ path, status }) => path.endsWith('/cost_report') && status === 200);
  expect(new Set(asked.map(({ query }) => query)).size).toBe(asked.length);
  expect(asked.length).toBeLessThan(daysOf(span).length / emulator.quirks.daysPerPage + 10);
  const [stored] = await database.prisma.$queryRaw<
    { cost: string }[]
  >`SELECT trim_scale(sum(cost))::text AS cost FROM cost_data`;
  expect(stored?.cost).toBe(formatDecimal(sum(expectedTotals(world, span, NOON).map(({ cost }) => cost))));
});

/** What a first sync reads: this month and all of the one before. */
const newestDay = toDay(new Date());
const firstDay = startOfMonthOf(addDays(startOfMonthOf(newestDay), -1));
const isOneWindow = daysOf({ since: firstDay, until: newestDay }).length <= 31;

it.skipIf(isOneWindow)(
  'what a first sync did not come to is a gap, and read by the next, though newer days were read',
  async () => {
    const organizations = [{ provider: 'anthropic', id: 'org-1', projects: 2, lineItems: 2 }];
    const world = generateWorld({ seed: 3, until: newestDay, days: 70, organizations });
    const emulator = await openEmulator({ world, now: () => new Date() });
    const { target } = await useTestDatabase('postgresql');
    const machine = await useMachine({
      ...environmentOf(target),
      ANTHROPIC_BASE_URL: emulator.baseUrl('anthropic'),
      KEY: emulator.organization('org-1').keys[0]?.secret,
    });
    await machine.here(['init', '--team', 'acme', '--email', 'a@example.com', '--password-stdin'], {
      input: 'a long password',
    });
    await machine.here(['keys', 'add', '--provider', 'anthropic', '--from-env', 'KEY']);
    // Two windows, the newest first; the other one finds nothing left to ask with.
    emulator.quirks.requestsPerHour = 1;
    expect(await machine.here(['sync'])).toMatchObject({ code: 6 });
    const status = (await machine.here(['status', '--json'])).json<Status>();
    const [known] = status.organizations;
    const newest = known?.firstDay ?? firstDay;
    expect(newest > firstDay).toBe(true);
    expect(known?.gaps).toEqual([{ since: firstDay, until: addDays(newest, -1) }]);
    emulator.quirks.requestsPerHour = null;
    expect(await machine.here(['sync'])).toMatchObject({ code: 0 });
    const [after] = (await machine.here(['status', '--json'])).json<Status>().organizations;
    expect([after?.firstDay, after?.gaps]).toEqual([firstDay, []]);
  },
);
