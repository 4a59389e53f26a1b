import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { addDays, daysOf, toDay, type Day } from '../../src/domain/day.js';
import { formatDecimal } from '../../src/domain/decimal.js';
import type { Report } from '../../src/domain/report.js';
import type { SyncResult } from '../../src/domain/results.js';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.js';
import { editRows, addRow } from '../../src/emulator/edits.js';
import { expectedTotals, sumBy } from '../../src/emulator/expected.js';
import { generateWorld } from '../../src/emulator/generate.js';
import { worldRow } from '../../src/emulator/world.js';
import { useMachine, type Machine } from '../helpers/costs.js';
import { DATABASE_KINDS, environmentOf, useReadyTarget } from '../helpers/database.js';
import { useQuickScrypt } from '../helpers/quick-scrypt.js';

const today = toDay(new Date());

/** Two OpenAI organizations and one of Anthropic with so many days of everything a bill may hold; the real clock is theirs, too. */
function makeWorld(seed: number, days: number) {
  return generateWorld({
    seed,
    until: today,
    days,
    organizations: [
      { provider: 'openai', id: 'org-1', projects: 3, lineItems: 3, currencies: ['eur'] },
      { provider: 'openai', id: 'org-2', projects: 2, lineItems: 2 },
      { provider: 'anthropic', id: 'org-3', projects: 2, lineItems: 4 },
    ],
  });
}

describe.each(DATABASE_KINDS)('the main job on %s', (kind) => {
  useQuickScrypt();
  const days = inject('long') ? 365 : { postgresql: 75, embedded: 20 }[kind];
  const all = { since: addDays(today, 1 - days), until: today };
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator({
      world: makeWorld(kind === 'embedded' ? 2 : 1, days),
      now: () => new Date(),
      quirks: { undocumentedFields: true, cursorPastEnd: 'once' },
    });
  });
  afterAll(() => emulator.close());

  const keys = ['org-1', 'org-2', 'org-3'];

  async function start(env: Record<string, string> = {}): Promise<Machine> {
    const target = await useReadyTarget(kind);
    const secrets = Object.fromEntries(
      keys.map((id, index) => [`KEY_${index + 1}`, emulator.organization(id).keys[0]?.secret]),
    );
    const store = environmentOf(target);
    const machine = await useMachine({
      ...store,
      OPENAI_BASE_URL: emulator.baseUrl('openai'),
      ANTHROPIC_BASE_URL: emulator.baseUrl('anthropic'),
      ...secrets,
      ...env,
    });
    const init = await machine.here(['init', '--team', 'acme', '--email', 'admin@example.com', '--password-stdin'], {
      input: 'correct horse battery staple',
    });
    expect(init).toMatchObject({ code: 0 });
    for (const [index, id] of keys.entries()) {
      const { provider } = emulator.organization(id);
      const added = await machine.here([
        'keys',
        'add',
        '--provider',
        provider,
        '--organization',
        id,
        '--name',
        `Org ${id}`,
        '--from-env',
        `KEY_${index + 1}`,
        '--json',
      ]);
      expect(added, added.stderr).toMatchObject({ code: 0 });
    }
    return machine;
  }

  /** What the providers say, by organization, project, day and currency. */
  function expected(span = all): Record<string, string> {
    const totals = expectedTotals(emulator.world, span, new Date());
    const sums = sumBy(
      totals,
      ({ organizationId, projectId, day, currency }) => `${organizationId} ${projectId} ${day} ${currency}`,
    );
    return Object.fromEntries([...sums].map(([key, cost]) => [key, formatDecimal(cost)]));
  }

  /** What is stored, through the command that reads it. */
  async function stored(machine: Machine, { since, until } = all): Promise<Record<string, string>> {
    const projects = (await machine.here(['projects', 'list', '--json'])).json<{
      projects: { id: string; providerProjectId: string }[];
    }>().projects;
    const idOf = new Map(projects.map(({ id, providerProjectId }) => [id, providerProjectId]));
    const report = (
      await machine.here(['report', '--since', since, '--until', until, '--group-by', 'project,day', '--json'])
    ).json<Report>();
    return Object.fromEntries(
      report.rows.map(({ organizationId, projectId, day, currency, cost }) => [
        `${organizationId ?? ''} ${idOf.get(projectId ?? '') ?? ''} ${day ?? ''} ${currency}`,
        cost ?? 'unknown',
      ]),
    );
  }

  const changes = ({ organizations }: SyncResult) =>
    organizations.map(({ inserted, updated, deleted }) => [inserted, updated, deleted]);

  it(
    `brings ${days} days of three organizations, exact to the last digit, once, and follows restatements`,
    { tags: kind === 'embedded' ? ['story'] : [] },
    async () => {
      const machine = await start({ TZ: kind === 'embedded' ? 'America/Los_Angeles' : 'Asia/Kolkata' });
      const backfill = ['backfill', '--since', all.since, '--until', all.until, '--json'];

      const first = await machine.costs(backfill);
      expect(first, first.stderr).toMatchObject({ code: 0 });
      expect(first.json<SyncResult>()).toMatchObject({
        status: 'ok',
        organizations: [{ days }, { days }, { days }],
      });
      expect(await stored(machine)).toEqual(expected());

      const second = (await machine.here([...backfill, '--force'])).json<SyncResult>();
      expect(changes(second)).toEqual([
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ]);

      restate(daysOf({ since: addDays(today, -10), until: addDays(today, -1) }));
      const sync = (await machine.here(['sync', '--json'])).json<SyncResult>();
      expect(sync.status).toBe('ok');
      expect(sync.organizations.every(({ restated }) => restated.rows > 0)).toBe(true);
      expect(await stored(machine)).toEqual(expected());

      // That processes wait for one another's embedded store is told of it alone.
      if (kind === 'embedded' && !inject('long')) return;
      const both = await Promise.all([machine.costs(['sync', '--json']), machine.costs(['sync', '--json'])]);
      expect(both.map(({ code }) => code)).toEqual([0, 0]);
      expect(await stored(machine)).toEqual(expected());
    },
  );

  /** Some rows change, some vanish, one is new. */
  function restate(days: Day[]) {
    for (const id of keys) {
      const organization = emulator.organization(id);
      for (const day of days) {
        let index = 0;
        editRows(organization, day, (row) => {
          // Few are in another currency: most of it could vanish, which is refused.
          if (row.currency.toUpperCase() !== 'USD') return row;
          index += 1;
          if (index % 5 === 0) return null;
          return index % 3 === 0
            ? { ...row, amount: organization.provider === 'openai' ? `${index}.25` : `"${index}25"` }
            : row;
        });
        addRow(
          organization,
          day,
          worldRow({
            projectId: null,
            lineItem: 'a late charge',
            amount: organization.provider === 'openai' ? '1e-3' : '"0.1"',
          }),
        );
      }
    }
  }

  it.skipIf(kind === 'embedded')(
    'completes the others when one organization stays down, and says which and why',
    async () => {
      const machine = await start();
      const remove = emulator.addFault({ fault: { kind: 'status', status: 503 }, match: { organizationId: 'org-2' } });
      // A day more than is looked at: midnight may pass meanwhile.
      const run = await machine.here(['sync', '--lookback', '6', '--retry-for', '1', '--json']);
      remove();
      expect(run.code).toBe(3);
      const result = run.json<SyncResult>();
      expect(result.status).toBe('partial');
      expect(
        Object.fromEntries(
          result.organizations.map(({ organizationId, status, error }) => [organizationId, [status, error?.code]]),
        ),
      ).toEqual({
        'org-1': ['ok', undefined],
        'org-2': ['failed', 'unreachable'],
        'org-3': ['ok', undefined],
      });
      const since = addDays(today, -5);
      const others = Object.entries(expected({ since, until: today })).filter(([key]) => !key.startsWith('org-2'));
      expect(await stored(machine, { since, until: today })).toEqual(Object.fromEntries(others));
    },
  );

  it.skipIf(kind === 'embedded')(
    'changes nothing when settled days suddenly have nothing, until that is accepted',
    { tags: ['story'] },
    async () => {
      const machine = await start();
      const span = { since: addDays(today, -60), until: addDays(today, -45) };
      const backfill = ['backfill', '--since', span.since, '--until', span.until, '--json'];
      await machine.here(backfill);
      const remove = emulator.addFault({ fault: { kind: 'empty-buckets' } });
      const emptied = await machine.here([...backfill, '--force']);
      expect(emptied.code).toBe(3);
      expect(emptied.json<SyncResult>().organizations.map(({ error }) => error?.code)).toEqual([
        'shrink',
        'shrink',
        'shrink',
      ]);
      expect(await stored(machine, span)).toEqual(expected(span));
      expect(await machine.here([...backfill, '--force', '--accept-restatement'])).toMatchObject({ code: 0 });
      expect(await stored(machine, span)).toEqual({});
      remove();
    },
  );

  it.skipIf(kind === 'embedded')(
    'ends a run whose process is interrupted with 130 and keeps what was finished',
    { tags: ['story'] },
    async () => {
      const machine = await start();
      const remove = emulator.addFault({ fault: { kind: 'stall' }, match: { hasCursor: true } });
      emulator.requests.length = 0;
      const when = () =>
        expect.poll(() => emulator.requests.map(({ fault }) => fault), { timeout: 60_000 }).toContain('stall');
      const run = await machine.costs(['backfill', '--since', addDays(today, -40), '--json'], {
        end: { signal: 'SIGINT', when },
      });
      remove();
      expect(run.code).toBe(130);
      expect(run.error()).toMatchObject({ code: 'interrupted' });
      const runs = (await machine.here(['runs', '--json'])).json<{ runs: { status: string }[] }>().runs;
      expect(runs[0]?.status).toBe('interrupted');
    },
  );
});
