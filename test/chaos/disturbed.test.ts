// @module-tag story

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, inject, it } from 'vitest';
import type { Report } from '../../src/domain/report.js';
import type { SyncResult } from '../../src/domain/results.js';
import { addDays, daysOf } from '../../src/domain/day.js';
import { addRow, editRows } from '../../src/emulator/edits.js';
import type { Emulator } from '../../src/emulator/emulator.js';
import { createRandom } from '../../src/emulator/random.js';
import type { PrismaClient } from '../../src/generated/prisma/client.js';
import { openDatabase } from '../helpers/open-database.js';
import { billedRowsAsOf } from '../../src/store/spend/as-of.js';
import { useMachine, type Machine } from '../helpers/costs.js';
import { useReadyTarget } from '../helpers/database.js';
import { openEmulator } from '../helpers/emulator.js';
import type { Ran } from '../helpers/ran.js';
import { expectedSums, lastDays, makeWorld, storedSums } from './world.js';

const SECONDS = inject('long') ? 120 : 4;
const SYNCS = inject('long') ? 10 : 3;
const SEED = Number(process.env.CHAOS_SEED ?? 1);
const DAYS = 20;
const span = lastDays(DAYS);
const PASSWORD = 'a password long enough';
const [SINCE, UNTIL] = [
  ['--since', span.since],
  ['--until', span.until],
];

type Costs = (args: readonly string[], input?: string) => Promise<Ran>;

/** Three organizations, one of whose keys is in the vault: a change of the data key then meets syncs that need it. */
async function start() {
  const emulator = await openEmulator({
    world: makeWorld(SEED, DAYS),
    now: () => new Date(),
    quirks: { latency: 15 },
  });
  const target = await useReadyTarget('postgresql');
  const secretOf = (id: string) => emulator.organization(id).keys[0]?.secret ?? '';
  const machine = await useMachine({
    ...{ DATABASE_URL: target.url, COSTS_INSECURE_STORAGE: '1' },
    OPENAI_BASE_URL: emulator.baseUrl('openai'),
    ANTHROPIC_BASE_URL: emulator.baseUrl('anthropic'),
    ...{ KEY_1: secretOf('org-1'), KEY_3: secretOf('ant-1') },
  });
  const costs: Costs = async (args, input) => {
    const ran = await machine.here(args, input === undefined ? {} : { input });
    expect(ran.stderr, args.join(' ')).not.toMatch(/\n\s+at |TypeError|\[object|invocation/);
    return ran;
  };
  const done: Costs = async (args, input) => {
    const ran = await costs(args, input);
    expect(ran, `${args.join(' ')}: ${ran.stderr}`).toMatchObject({ code: 0 });
    return ran;
  };
  await done(['init', '--team', 'acme', '--email', 'a@example.com', '--password-stdin'], PASSWORD);
  const add = (provider: string, id: string) => ['keys', 'add', '--provider', provider, '--organization', id, '--json'];
  await done([...add('openai', 'org-1'), '--from-env', 'KEY_1']);
  await done([...add('openai', 'org-2'), '--key-stdin'], secretOf('org-2'));
  await done([...add('anthropic', 'ant-1'), '--from-env', 'KEY_3']);
  const token = (await done(['tokens', 'create', '--name', 'ci', '--role', 'member', '--json'])).json<{
    token: string;
  }>().token;
  const database = await openDatabase(target);
  return { emulator, machine, costs, done, token, database };
}

/** What the bills say by provider project and line item, and the latest write that was seen with them. */
async function readBills(prisma: PrismaClient): Promise<{ at: Date | null; sums: Record<string, string> }> {
  return prisma.$transaction(
    async (tx) => {
      const [{ at }] = await tx.$queryRaw<[{ at: Date | null }]>`SELECT max(committed_at) AS at FROM writes`;
      const rows = await tx.$queryRaw<{ key: string; cost: string }[]>`
        SELECT concat_ws('|', p.ai_organization_id, p.ai_project_id, c.line_item, c.currency) AS key, trim_scale(sum(c.cost))::text AS cost
        FROM cost_data c JOIN projects p ON p.id = c.project_id WHERE c.api_version = 'costs_v1' GROUP BY 1 ORDER BY 1`;
      return { at, sums: Object.fromEntries(rows.map(({ key, cost }) => [key, cost])) };
    },
    { isolationLevel: 'RepeatableRead' },
  );
}

async function retell(prisma: PrismaClient, at: Date): Promise<Record<string, string>> {
  const rows = await prisma.$queryRaw<{ key: string; cost: string }[]>`
    SELECT concat_ws('|', p.ai_organization_id, p.ai_project_id, c.line_item, c.currency) AS key, trim_scale(sum(c.cost))::text AS cost
    FROM (${billedRowsAsOf(span, at, ['line_item'])}) c JOIN projects p ON p.id = c.project_id GROUP BY 1 ORDER BY 1`;
  return Object.fromEntries(rows.map(({ key, cost }) => [key, cost]));
}

/** What people do while jobs collect: all of it once in a while. */
function disturbances(emulator: Emulator, costs: Costs, machine: Machine, random: () => number) {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const project = () => {
    const organization = pick(emulator.world.organizations);
    return { organization, id: pick(organization.projects).id };
  };
  const ours = async () => {
    const { projects } = (await costs(['projects', 'list', '--json'])).json<{
      projects: { id: string; linked: boolean }[];
    }>();
    return { all: projects, linked: projects.filter(({ linked }) => linked) };
  };
  const login = () => costs(['login', '--email', 'a@example.com', '--password-stdin'], PASSWORD);
  const number = () => Math.floor(random() * 1000);
  return {
    async link() {
      const { organization, id } = project();
      const where = ['--provider', organization.provider, '--organization', organization.id];
      return costs(['projects', 'link', `Product ${number()}`, ...where, '--provider-project', id, '--create']);
    },
    async unlink() {
      const { linked } = await ours();
      return linked.length === 0 ? null : costs(['projects', 'unlink', pick(linked).id]);
    },
    async rename() {
      const { all } = await ours();
      return all.length === 0 ? null : costs(['projects', 'rename', pick(all).id, `Renamed ${number()}`]);
    },
    async tag() {
      const { all } = await ours();
      return all.length === 0 ? null : costs(['projects', 'tag', pick(all).id, `product=P${number()}`]);
    },
    async prices() {
      const file = join(machine.home, 'prices.json');
      const price = {
        provider: 'openai',
        model: 'gpt-5',
        tokenType: 'output_tokens',
        price: `${number()}`,
        per: '1000000',
      };
      await writeFile(file, JSON.stringify({ prices: [{ ...price, currency: 'USD', validFrom: '2026-01-01' }] }));
      return costs(['usage', 'prices', 'import', file]);
    },
    async rotate() {
      await login();
      return costs(['keys', 'rotate-vault']);
    },
    async members() {
      await login();
      const email = `b${number()}@example.com`;
      await costs(['members', 'add', '--email', email, '--role', 'member', '--password-stdin'], PASSWORD);
      return costs(['members', 'remove', email, '--yes']);
    },
    /** The provider restates, loses, adds or splits rows of a day. */
    restate(): null {
      const organization = pick(emulator.world.organizations);
      const day = pick(daysOf(span));
      const how = number() % 3;
      if (how === 0)
        editRows(organization, day, (row) => (random() < 0.3 ? { ...row, amount: `${number()}.25` } : row));
      if (how === 1) editRows(organization, day, (row) => (random() < 0.1 ? null : row));
      const [row] = organization.days.get(day) ?? [];
      if (how === 2 && row !== undefined) addRow(organization, day, { ...row, amount: `${number()}.125` });
      return null;
    },
  };
}

describe('ten syncs, and everything people do beside them', () => {
  it(
    'end with the providers’ sums, no row without a home, and every bill that was read meanwhile told again',
    { timeout: (SECONDS + 300) * 1000 },
    async () => {
      const { emulator, machine, costs, done, token, database } = await start();
      const { prisma } = database;
      const random = createRandom('disturbed', SEED);
      const until = Date.now() + SECONDS * 1000;
      const isOver = () => Date.now() >= until;
      const ran = new Map<string, number>();
      const failures: string[] = [];

      const syncs = Array.from({ length: SYNCS }, async () => {
        while (!isOver()) {
          const since = addDays(span.until, -Math.floor(random() * DAYS));
          const sync = ['backfill', '--since', since, ...UNTIL, '--force', '--accept-restatement', '--json'];
          const one = await machine.here(sync, { env: { COSTS_TOKEN: token } });
          if (one.code !== 0) failures.push(`${one.code} ${one.stdout} ${one.stderr}`);
          ran.set('sync', (ran.get('sync') ?? 0) + 1);
          await wait(random() * 300);
        }
      });
      const people = (async () => {
        const all = Object.entries(disturbances(emulator, costs, machine, random));
        while (!isOver()) {
          const [name, act] = all[Math.floor(random() * all.length)] ?? ['', () => null];
          const one = await act();
          if (one !== null && one.code !== 0 && !/ is linked to /.test(one.stderr))
            failures.push(`${name}: ${one.code} ${one.stderr}`);
          ran.set(name, (ran.get(name) ?? 0) + 1);
          await wait(random() * 200);
        }
      })();
      const bills: Awaited<ReturnType<typeof readBills>>[] = [];
      const reports: Report[] = [];
      const query = [...SINCE, ...UNTIL, '--basis', 'billed', '--group-by', 'organization,line-item', '--json'];
      const readers = (async () => {
        while (!isOver()) {
          bills.push(await readBills(prisma));
          reports.push((await done(['report', ...query])).json<Report>());
          await wait(50 + random() * 300);
        }
      })();
      await Promise.all([...syncs, people, readers]);

      expect(failures).toEqual([]);
      const last = await machine.here(['backfill', ...SINCE, '--force', '--accept-restatement', '--json'], {
        env: { COSTS_TOKEN: token },
      });
      expect(last, last.stderr).toMatchObject({ code: 0 });
      expect(last.json<SyncResult>().status).toBe('ok');
      expect(await storedSums(prisma)).toEqual(expectedSums(emulator.world, span));
      const verified = await costs(['verify', ...SINCE, '--stored', '--json']);
      expect(verified, verified.stdout).toMatchObject({ code: 0 });

      for (const { at, sums } of bills)
        if (at !== null) expect(await retell(prisma, at), at.toISOString()).toEqual(sums);
      for (const report of reports) {
        if (report.readAt === null) continue;
        const again = (await done(['report', ...query, '--as-of', report.readAt])).json<Report>();
        expect([again.rows, again.totals], report.readAt).toEqual([report.rows, report.totals]);
      }
      expect(Math.min(bills.length, reports.length, ran.get('sync') ?? 0)).toBeGreaterThan(0);
      await database.close();
    },
  );
});
