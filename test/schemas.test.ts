// @module-tag story

import { Ajv } from 'ajv';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { addDays, toDay } from '../src/domain/day.js';
import { billUsage } from '../src/emulator/bill-usage.js';
import type { Emulator } from '../src/emulator/emulator.js';
import { startEmulator } from '../src/emulator/emulator.js';
import { generateUsage } from '../src/emulator/generate-usage.js';
import { generateWorld } from '../src/emulator/generate.js';
import type { CheckFindings } from '../src/domain/finding.js';
import { schemaOf } from '../src/schemas.js';
import { listCommands } from './helpers/command-table.js';
import { createEmptyTarget, environmentOf, fillHome, onServer } from './helpers/database.js';
import { checkDocument, documentNames, documentOf, FORMATS } from './helpers/documents.js';
import { adminKey, anOrganization } from './helpers/emulator.js';
import { runHere } from './helpers/here.js';
import { useQuickScrypt } from './helpers/quick-scrypt.js';
import { listCharges } from './helpers/tariff.js';
import { useWebhook } from './helpers/webhook.js';

const YESTERDAY = addDays(toDay(new Date()), -1);
const SINCE = addDays(YESTERDAY, -9);
const SPAN = ['--since', SINCE, '--until', YESTERDAY];
const PASSWORD = 'correct horse battery staple';
const ADMIN = 'admin@example.com';

const seen = new Set<string>();
let folder: string;
let emulator: Emulator;
let database: Awaited<ReturnType<typeof createEmptyTarget>>;
let environment: Record<string, string | undefined>;

/** Runs it and notes that it did; a failure ends the test. */
async function run<T>(words: string, more: readonly string[] = [], { input = '', env = {} } = {}): Promise<T> {
  const args = [...(words === '' ? [] : words.split(' ')), ...more, '--json'];
  const ran = await runHere(args, { ...environment, ...env }, input);
  expect(ran.stderr, args.join(' ')).toBe('');
  seen.add(documentOf(args) ?? '');
  return ran.json<T>();
}

async function sql(statement: string): Promise<void> {
  const client = new pg.Client(environment.DATABASE_URL);
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

useQuickScrypt();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'costs-schemas-'));
  const openai = anOrganization({ provider: 'openai', id: 'org-a', name: 'Acme Prod' });
  openai.usage = generateUsage(openai, {
    seed: 7,
    until: YESTERDAY,
    days: 10,
    perDay: 4,
    models: ['gpt-5', 'gpt-mystery'],
  });
  billUsage(openai, listCharges());
  const anthropic = generateWorld({
    seed: 7,
    until: YESTERDAY,
    days: 10,
    organizations: [{ provider: 'anthropic', id: 'ant-b', name: 'Acme EU', projects: 3, lineItems: 3 }],
  }).organizations.map((each) => ({ ...each, keys: [adminKey(each)] }));
  emulator = await startEmulator({ world: { organizations: [openai, ...anthropic] }, now: () => new Date() });
  database = await createEmptyTarget('postgresql');
  environment = {
    ...environmentOf(database.target),
    COSTS_HOME: folder,
    COSTS_INSECURE_STORAGE: '1',
    OPENAI_BASE_URL: emulator.baseUrl('openai'),
    ANTHROPIC_BASE_URL: emulator.baseUrl('anthropic'),
    OPENAI_ADMIN_KEY: adminKey({ provider: 'openai', id: 'org-a' }).secret,
  };
});
afterAll(async () => {
  await Promise.all([emulator.close(), database.remove(), rm(folder, { recursive: true, force: true })]);
});

describe('the document of each command is what its schema says', () => {
  it('from an empty database to a team', async () => {
    await run('db status');
    await run('db migrate');
    await run('db status');
    await run('db diff');
    await run('db grants');
    await run('');
    await run('init', ['--team', 'acme', '--email', ADMIN, '--password-stdin'], { input: PASSWORD });
    await run('whoami');
    await run('logout');
    await run('whoami');
    await run('login', ['--email', ADMIN, '--password-stdin'], { input: PASSWORD });
  });

  it('of keys', async () => {
    const anthropic = ['--provider', 'anthropic', '--organization', 'ant-b', '--name', 'Acme EU', '--key-stdin'];
    const key = adminKey({ provider: 'anthropic', id: 'ant-b' }).secret;
    await run('keys list');
    await run('keys add', ['--provider', 'openai', '--organization', 'org-a', '--from-env', 'OPENAI_ADMIN_KEY']);
    await run('keys add', anthropic, { input: key });
    await run('keys verify');
    await run('keys rotate', ['Acme EU', '--key-stdin'], { input: key });
    await run('keys disable', ['Acme EU']);
    await run('keys enable', ['Acme EU']);
    await run('keys list');
  });

  it('of collecting, with a provider that fails and a key that is refused', async () => {
    await run('');
    await run('sync', ['--dry-run']);
    await run('backfill', [...SPAN, '--provider', 'openai']);
    await run('sync');
    await run('sync', ['--verify']);
    await run('backfill', [...SPAN, '--basis', 'usage']);
    await run('verify', SPAN);
    await run('status');
    const keys = emulator.organization('ant-b').keys;
    for (const each of keys) each.revoked = true;
    await run('backfill', [...SPAN, '--force']);
    await run('keys verify');
    for (const each of keys) each.revoked = false;
    const { runs } = await run<{ runs: { id: string }[] }>('runs list');
    for (const { id } of runs) await run('runs show', [id]);
  });

  it('of projects and their tags', async () => {
    await run('projects discover');
    const { projects } = await run<{ projects: { id: string; name: string; providerProjectId: string }[] }>(
      'projects list',
    );
    const [one, other] = projects.map(({ id }) => id);
    if (one === undefined || other === undefined) throw new Error('The world has too few projects.');
    await run('projects rename', [one, 'Search']);
    await run('projects link', ['--all']);
    await run('projects unlink', [one]);
    await run('projects tag', [other, 'team=search']);
    await run('projects untag', [other, 'team', '--from', YESTERDAY]);
    await run('projects export');
    const sheet = join(folder, 'sheet.csv');
    await writeFile(sheet, `id,name,tag:team\n${other},Found,core\n`);
    await run('projects import', [sheet, '--dry-run']);
    await run('projects import', [sheet]);
    const bill = join(folder, 'focus.csv');
    const columns = 'BilledCost,BillingCurrency,BillingAccountId,BillingPeriodStart,BillingPeriodEnd';
    const charge =
      '1.5,USD,payer-1,2026-09-01T00:00:00Z,2026-10-01T00:00:00Z,2026-09-05T00:00:00Z,2026-09-06T00:00:00Z';
    await writeFile(
      bill,
      `${columns},ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ServiceName,ProviderName\n${charge},Usage,Amazon Bedrock,AWS\n`,
    );
    await run('import focus', ['--services']);
    await run('import focus', [bill]);
  });

  it('of figures', async () => {
    await run('report', SPAN);
    await run('report', [...SPAN, '--group-by', 'provider,project,line-item', '--top', '3']);
    await run('report', [...SPAN, '--group-by', 'tag:team,week,month', '--basis', 'usage']);
    await run('changes', ['--since', '2000-01-01']);
    await run('forecast', ['--backtest']);
    await run('explain', ['yesterday', '--against', 'last-7d', '--top', '1']);
    const { budgets } = await run<{ budgets: { id: string }[] }>('budget set', ['0.5']);
    await run('budget list');
    await run('config people', ['on']);
    await onServer(
      (client) =>
        client.query(
          `INSERT INTO api_keys (ai_provider, ai_organization_id, api_key_id, name, owner_kind, owner_id, owner_email)
           VALUES ('openai', 'org-a', 'key_of_ada', 'Search', 'user', 'user_1', 'ada@example.com')`,
        ),
      environment.DATABASE_URL,
    );
    await run('api-keys list');
    await run('budget set', ['500', '--api-key', 'key_of_ada', '--from', '2026-01']);
    await run('budget set', ['500', '--tag', 'team=Search', '--month', '2026-12']);
    await run('people forget', ['ada@example.com', '--yes']);
    const hook = await useWebhook();
    const HOOK = hook.address;
    await run('notify test', ['HOOK'], { env: { HOOK } });
    const { findings } = await run<CheckFindings>('check', ['--new', '--notify', 'HOOK'], { env: { HOOK } });
    await run('check ack', [findings[0]?.id ?? '', '--until', '2099-12-31']);
    await run('check list');
    await run('budget remove', [budgets[0]?.id ?? '', '--yes']);
    await run('export', [...SPAN, '--format', 'csv', '--output', join(folder, 'rows.csv')]);
    const { prices } = await run<{ prices: unknown[] }>('usage prices list');
    await writeFile(join(folder, 'prices.json'), JSON.stringify({ prices: prices.slice(0, 2) }));
    await run('usage prices import', [join(folder, 'prices.json')]);
    await run('usage prices check');
    await run('usage compare', SPAN);
  });

  it('of members, tokens and logins', async () => {
    const member = 'b@example.com';
    const again = () => run('login', ['--email', ADMIN, '--password-stdin'], { input: PASSWORD });
    await run('members add', ['--email', member, '--role', 'member', '--password-stdin'], { input: PASSWORD });
    await run('members list');
    await run('members role', [member, 'admin']);
    await run('members role', [member, 'member']);
    await again();
    await run('members reset', [member]);
    const token = await run<{ token: string }>('tokens create', ['--name', 'ci']);
    await run('whoami', [], { env: { COSTS_TOKEN: token.token, COSTS_INSECURE_STORAGE: undefined } });
    await run('tokens list');
    await run('tokens revoke', ['ci', '--yes']);
    await again();
    await run('members remove', [member, '--yes']);
    await again();
    await run('keys rotate-vault');
    await again();
    await runHere(['login', '--email', ADMIN, '--password-stdin'], environment, 'not the password');
    await run('members logins list');
    await run('members logins unlock', [ADMIN]);
    await run('members logins keep', ['30', '--yes']);
    await run('members passwd', ['--password-stdin'], { input: `${PASSWORD}\nanother horse battery staple\n` });
    await run('doctor');
    await run('keys rename', ['Acme EU', 'Acme Europe']);
    await run('keys rename', ['Acme Europe', 'Acme EU']);
    await run('keys move', ['Acme EU', 'elsewhere', '--yes']);
    await run('keys remove', ['Acme EU', '--yes']);
    await run('keys remove', ['Acme EU', '--purge', '--yes']);
    await run('completion', ['fish']);
    await run('completion names', ['projects']);
  });

  it('of going back and coming again', async () => {
    const file = join(folder, 'before.jsonl');
    await run('db partition', ['usage', '--yes']);
    await run('db rollback', ['--to', 'multi_org_support', '--export', file, '--yes']);
    await run('db status');
    await run('db migrate');
    await run('db import', [file]);
    await sql(
      'UPDATE _prisma_migrations SET finished_at = NULL WHERE started_at = (SELECT max(started_at) FROM _prisma_migrations)',
    );
    const { failed } = await run<{ failed: { name: string }[] }>('db status');
    await run('db resolve', ['--applied', failed[0]?.name ?? '']);
    await sql('DROP TABLE _prisma_migrations');
    await run('db status');
    await run('db adopt');
    // What a migration fills in rows, no schema tells: it is filled again.
    await run('db migrate');
  });

  it('of the embedded store', async () => {
    const [home, other] = [join(folder, 'one'), join(folder, 'other')];
    await fillHome(home);
    const env = { COSTS_HOME: home, DATABASE_URL: undefined };
    const key = ['--provider', 'openai', '--organization', 'org-a', '--from-env', 'OPENAI_ADMIN_KEY'];
    await run('', [], { env: { ...env, COSTS_HOME: other } });
    await run('init', ['--team', 'acme'], { env });
    await run('keys add', key, { env });
    await run('whoami', [], { env });
    await run('login', [], { env });
    await run('logout', [], { env });
    await run('db backup', [join(folder, 'backup.tar.gz')], { env });
    await run('db restore', [join(folder, 'backup.tar.gz')], { env: { ...env, COSTS_HOME: other } });
    await sql('DELETE FROM organization_api_keys');
    await run('db copy', ['--from', 'embedded'], { env: { COSTS_HOME: home } });
    // It costs as much as all that is above; its picture in the README is drawn from a real one in each run of the tests.
    if (inject('long')) await run('demo', [], { env });
    else seen.add('demo');
  });

  it('of a failure', async () => {
    const ran = await runHere(['report', '--project', 'nobody', '--json'], environment);
    expect(ran.error()).toMatchObject({ code: 'usage' });
    seen.add('error');
  });

  it('and that was every one of them', () => {
    expect(documentNames().filter((name) => !seen.has(name))).toEqual([]);
  });
});

describe('the schemas', () => {
  it('are there for every command, and for no other', async () => {
    const paths = (await listCommands()).map(({ path }) => path);
    expect(documentNames().sort()).toEqual([...paths, 'costs', 'error'].sort());
  });

  it('can be read alone, and allow for fields that are added later', () => {
    for (const name of documentNames()) {
      const schema = schemaOf(name);
      expect(
        () => new Ajv({ strict: true, allowUnionTypes: true, formats: FORMATS }).compile(schema),
        name,
      ).not.toThrow();
      expect(JSON.stringify(schema), name).not.toContain('"additionalProperties":false');
    }
  });

  it('want amounts as text and days as days', () => {
    const report = { since: SINCE, until: YESTERDAY, groupBy: [], basis: 'best', readAt: null, asOf: null, rows: [] };
    const coverage = { gaps: [], adopted: [], halfRead: [], reportsDue: [], open: [], provisional: [] };
    const withTotal = (cost: unknown, since: string = SINCE) =>
      JSON.stringify({ ...report, since, totals: [{ currency: 'USD', cost }], unpriced: [], coverage });
    expect(() => checkDocument('report', withTotal('12.50'))).not.toThrow();
    expect(() => checkDocument('report', withTotal(12.5))).toThrow('/totals/0/cost');
    expect(() => checkDocument('report', withTotal('1e3'))).toThrow('/totals/0/cost');
    expect(() => checkDocument('report', withTotal('1', '23.11.2026'))).toThrow('/since');
    expect(() => checkDocument('report', withTotal('1').replace('{', '{"more":1,'))).toThrow('more');
  });

  it('of what is no command are refused, with those that begin so', () => {
    expect(() => schemaOf('nothing')).toThrow('No command named "nothing"');
    expect(() => schemaOf('toString')).toThrow('No command named');
    try {
      schemaOf('keys');
      expect.unreachable();
    } catch (error) {
      expect((error as { hint: string }).hint).toContain('keys list');
    }
  });
});
