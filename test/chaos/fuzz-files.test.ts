// @module-tag story

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse as parseCsv } from 'csv-parse/sync';
import fc from 'fast-check';
import { parse as parseJson, stringify, type LosslessNumber } from 'lossless-json';
import { describe, expect, it } from 'vitest';
import { add, formatDecimal, parseDecimal, ZERO } from '../../src/domain/decimal.js';
import { EXIT_CODES } from '../../src/errors.js';
import type { PrismaClient } from '../../src/generated/prisma/client.js';
import { openDatabase } from '../helpers/open-database.js';
import { useMachine, type Machine } from '../helpers/costs.js';
import { useReadyTarget } from '../helpers/database.js';
import { openEmulator } from '../helpers/emulator.js';
import type { Ran } from '../helpers/ran.js';
import { fuzzTerms } from './fuzz-terms.js';
import { lastDays, makeWorld } from './world.js';
import { mutate, mutations } from './mutations.js';

const termsOf = (fewRuns: number) => fuzzTerms({ parts: 5, longMinutes: 8, fewRuns, seed: 7 });
/** More than the process and one file ever need. */
const MOST_MEGABYTES = 1_500;
/** What was once found, and is tried first ever after. */
const FOUND = fileURLToPath(new URL('../fixtures/fuzz/', import.meta.url));

interface Kind {
  name: string;
  /** What the file is called. */
  file?: string;
  /** How often it is tried where there is little time. */
  fewRuns?: number;
  valid: Buffer;
  /** Reads the file as its command does. */
  run: (path: string) => Promise<Ran>;
  /** All that the command may change, as text. */
  state: () => Promise<string>;
  /** @throws where what was read is not what the file says */
  check: (file: Buffer, ran: Ran, before: string) => Promise<void> | void;
}

async function fuzz({ home }: Machine, kind: Kind): Promise<void> {
  const { name, file: called = 'fuzzed', fewRuns = 4, valid, run, state, check } = kind;
  const terms = termsOf(fewRuns);
  const path = join(home, called);
  const attempt = async (file: Buffer) => {
    await writeFile(path, file);
    const before = await state();
    const ran = await run(path);
    expect([0, ...Object.values(EXIT_CODES)]).toContain(ran.code);
    expect(ran.stderr + ran.stdout).not.toMatch(/\n\s+at |TypeError|RangeError|\[object|invocation|undefined/);
    // eslint-disable-next-line no-control-regex -- what no terminal should be sent
    expect(ran.stderr + ran.stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    expect(process.memoryUsage().rss / 2 ** 20).toBeLessThan(MOST_MEGABYTES);
    if (ran.code === 0) await check(file, ran, before);
    else expect(await state(), ran.stderr).toBe(before);
    return ran;
  };
  const known = existsSync(FOUND) ? readdirSync(FOUND).filter((each) => each.startsWith(`${name}-`)) : [];
  for (const each of known) await attempt(readFileSync(join(FOUND, each)));

  expect(await attempt(valid)).toMatchObject({ code: 0 });
  let last = valid;
  let attempted = Promise.resolve<unknown>(null);
  try {
    await fc.assert(
      fc.asyncProperty(mutations, async (changes) => {
        last = mutate(valid, changes);
        await (attempted = attempt(last));
      }),
      terms.parameters,
    );
    // The last one is still at work when the time is up.
    await attempted;
  } catch (error) {
    mkdirSync(FOUND, { recursive: true });
    // The last that was tried is the smallest that fails, or next to it.
    writeFileSync(join(FOUND, `${name}-${terms.seed}`), last);
    throw error;
  }
}

/** A machine with three collected organizations, on PostgreSQL. */
async function start() {
  const span = lastDays(6);
  const emulator = await openEmulator({ world: makeWorld(3, 8), now: () => new Date() });
  const target = await useReadyTarget('postgresql');
  const machine = await useMachine({
    DATABASE_URL: target.url,
    OPENAI_BASE_URL: emulator.baseUrl('openai'),
    KEY: emulator.organization('org-1').keys[0]?.secret,
  });
  const costs = async (...args: string[]) => {
    const ran = await machine.here(args);
    expect(ran, `${args.join(' ')}: ${ran.stderr}`).toMatchObject({ code: 0 });
    return ran;
  };
  await machine.here(['init', '--team', 'acme', '--email', 'a@example.com', '--password-stdin'], {
    input: 'a password long enough',
  });
  await costs('keys', 'add', '--provider', 'openai', '--organization', 'org-1', '--from-env', 'KEY');
  await costs('backfill', '--since', span.since);
  const database = await openDatabase(target);
  return { machine, costs, prisma: database.prisma, close: () => database.close() };
}

async function tables(prisma: PrismaClient, ...names: string[]): Promise<string> {
  const rows: unknown[] = [];
  for (const name of names)
    rows.push(
      await prisma.$queryRawUnsafe(
        `SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM "${name}" t`,
      ),
    );
  return JSON.stringify(rows);
}

const json = (file: Buffer) => parseJson(file.toString().replace(/^\ufeff/, '')) as Record<string, unknown>;
const { timeout } = termsOf(0);

describe('a file with something wrong in it is read right or refused as a whole', () => {
  it('of prices', { timeout }, async () => {
    const { machine, prisma, close } = await start();
    const price = {
      provider: 'openai',
      model: 'gpt-5',
      tokenType: 'output_tokens',
      currency: 'USD',
      validFrom: '2026-01-01',
    };
    const file = [
      { ...price, price: '10.25', per: '1000000', source: 'contract' },
      { ...price, model: 'gpt-5-mini', price: '0.000001', tier: 'batch' },
    ];
    await fuzz(machine, {
      name: 'prices',
      valid: Buffer.from(JSON.stringify({ prices: file }, null, 1)),
      run: (path) => machine.here(['usage', 'prices', 'import', path, '--json']),
      state: () => tables(prisma, 'prices'),
      async check(read) {
        const document = json(read) as { prices?: unknown } | unknown[];
        const asked = (Array.isArray(document) ? document : document.prices) as { price: unknown }[];
        const stored = await prisma.$queryRaw<{ price: string }[]>`SELECT price::text FROM prices`;
        const known = new Set(stored.map((row) => formatDecimal(parseDecimal(row.price))));
        for (const each of asked) expect(known).toContain(formatDecimal(parseDecimal(String(each.price))));
      },
    });
    await close();
  });

  it('of projects and tags', { timeout }, async () => {
    const { machine, costs, prisma, close } = await start();
    await costs('projects', 'link', '--all');
    const [project] = (await costs('projects', 'list', '--json')).json<{ projects: { id: string }[] }>().projects;
    await costs('projects', 'tag', project?.id ?? '', 'product=Search', 'owner=a "b", c');
    await fuzz(machine, {
      name: 'sheet',
      valid: Buffer.from((await costs('projects', 'export')).stdout),
      run: (path) => machine.here(['projects', 'import', path, '--json']),
      state: () => tables(prisma, 'projects', 'project_tags'),
      // Read once, there is nothing left to change.
      async check() {
        const again = await machine.here(['projects', 'import', join(machine.home, 'fuzzed'), '--json']);
        expect(again.json<{ renames: unknown[]; tags: unknown[] }>()).toMatchObject({ renames: [], tags: [] });
      },
    });
    await close();
  });

  it('of FOCUS', { timeout }, async () => {
    const { machine, prisma, close } = await start();
    const row = (cost: string, change: Record<string, string> = {}) => ({
      ...{
        BilledCost: cost,
        BillingCurrency: 'USD',
        BillingAccountId: 'payer-1',
        ChargeCategory: 'Usage',
        ChargeClass: '',
      },
      ...{ BillingPeriodStart: '2026-10-01T00:00:00Z', BillingPeriodEnd: '2026-11-01T00:00:00Z' },
      ...{ ChargePeriodStart: '2026-10-05T13:00:00Z', ChargePeriodEnd: '2026-10-05T14:00:00Z' },
      ...{ ServiceName: 'Amazon Bedrock', SubAccountId: 'team, "one"', SkuMeter: 'InputTokens', Tags: '{"a":"b"}' },
      ...{ ProviderName: 'AWS', ...change },
    });
    const rows = [
      row('1.5'),
      row('0.1234567890123456789', { SkuMeter: 'Output' }),
      row('-2', { ChargeCategory: 'Credit' }),
    ];
    const line = (cells: string[]) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',');
    await fuzz(machine, {
      name: 'focus',
      file: 'fuzzed.csv',
      valid: Buffer.from(
        [Object.keys(rows[0] ?? {}), ...rows.map((each) => Object.values(each))].map(line).join('\r\n'),
      ),
      run: (path) => machine.here(['import', 'focus', path, '--only', 'all', '--accept-restatement', '--json']),
      state: () => tables(prisma, 'cost_data', 'collected_days', 'restatements'),
      async check(read) {
        const written = parseCsv<Record<string, string>>(read, {
          columns: true,
          bom: true,
          skip_empty_lines: true,
          // Also before the head: a line of `""` alone says nothing.
          skip_records_with_empty_values: true,
          relax_column_count: true,
          record_delimiter: ['\r\n', '\n', '\r'],
        });
        const sums = new Map<string, ReturnType<typeof parseDecimal>>();
        for (const each of written) {
          const currency = (each.BillingCurrency ?? '').toUpperCase();
          sums.set(currency, add(sums.get(currency) ?? ZERO, parseDecimal((each.BilledCost ?? '').trim())));
        }
        const stored = await prisma.$queryRaw<{ currency: string; cost: string }[]>`
          SELECT c.currency, sum(c.cost)::text AS cost FROM cost_data c JOIN projects p ON p.id = c.project_id
          WHERE p.ai_provider <> 'openai' GROUP BY 1`;
        const told = (all: Iterable<[string, ReturnType<typeof parseDecimal>]>) =>
          Object.fromEntries(
            [...all].filter(([, cost]) => cost !== ZERO).map(([currency, cost]) => [currency, formatDecimal(cost)]),
          );
        expect(told(stored.map(({ currency, cost }) => [currency, parseDecimal(cost)]))).toEqual(told(sums));
        await prisma.$executeRaw`DELETE FROM cost_data USING projects p WHERE p.id = project_id AND p.ai_provider <> 'openai'`;
        await prisma.$executeRaw`DELETE FROM collected_days WHERE ai_provider <> 'openai'`;
        await prisma.$executeRaw`DELETE FROM restatements USING projects p WHERE p.id = project_id AND p.ai_provider <> 'openai'`;
      },
    });
    await close();
  });

  it('of rows that a rollback took away', { timeout }, async () => {
    const { machine, costs, prisma, close } = await start();
    const path = join(machine.home, 'lost.jsonl');
    await costs('db', 'rollback', '--to', 'baseline', '--export', path, '--yes');
    await costs('db', 'migrate');
    const valid = readFileSync(path);
    const { parts } = JSON.parse(valid.toString().split('\n')[0] ?? '') as { parts: { table: string }[] };
    const names = [...new Set(parts.map(({ table }) => table))];
    await fuzz(machine, {
      name: 'rollback',
      fewRuns: 3,
      valid,
      run: (file) => machine.here(['db', 'import', file, '--json']),
      state: () => tables(prisma, ...names),
      async check(read) {
        const [header, ...lines] = read.toString().trim().split('\n');
        const bills = (JSON.parse(header ?? '') as { parts: { table: string }[] }).parts.map(
          ({ table }) => table === 'cost_data',
        );
        let sum = ZERO;
        for (const each of lines.slice(0, -1)) {
          const [part, row] = parseJson(each) as [unknown, { cost?: string | LosslessNumber }];
          if (bills[Number(stringify(part))] === true && row.cost !== undefined)
            sum = add(sum, parseDecimal(row.cost.toString()));
        }
        const [stored] = await prisma.$queryRaw<
          [{ cost: string }]
        >`SELECT coalesce(sum(cost), 0)::text AS cost FROM cost_data`;
        expect(formatDecimal(parseDecimal(stored.cost))).toBe(formatDecimal(sum));
        await prisma.$executeRawUnsafe(`TRUNCATE ${names.map((each) => `"${each}"`).join(', ')} CASCADE`);
      },
    });
    await close();
  });
});

describe('a backup with something wrong in it', () => {
  it('is restored as it was made or refused, and the store stays as it is', { timeout }, async () => {
    const machine = await useMachine({}, { store: true });
    const file = join(machine.home, 'backup.tar.gz');
    const backup = await machine.here(['db', 'backup', file]);
    expect(backup, backup.stderr).toMatchObject({ code: 0 });
    const status = async () => (await machine.here(['db', 'status', '--json'])).stdout;
    await fuzz(machine, {
      name: 'backup',
      fewRuns: 2,
      valid: readFileSync(file),
      run: (path) => machine.here(['db', 'restore', path, '--yes', '--json']),
      state: status,
      check: async (_, ran, before) => expect(await status(), ran.stdout).toBe(before),
    });
  });
});
