// @module-tag story

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, toDay } from '../../src/domain/day.js';
import { startEmulator, type Emulator } from '../../src/emulator/emulator.js';
import { worldRow } from '../../src/emulator/world.js';
import { openDatabase, type DatabaseTarget } from '../../src/store/open.js';
import { listCommands, type DescribedCommand } from '../helpers/command-table.js';
import { STORY_KINDS, createReadyTarget } from '../helpers/database.js';
import { adminKey, anOrganization } from '../helpers/emulator.js';
import { runHere } from '../helpers/here.js';
import { useQuickScrypt } from '../helpers/quick-scrypt.js';
import { readRowsOf } from '../helpers/schema-states.js';

/** What belongs to the first team, each unmistakable. */
const PLANTED = [
  'zz-search',
  'zz-project-id',
  'zz-loose',
  'Zz Organization',
  'org-zz',
  'zz-run',
  'zz-budget-id',
  'zz-tag',
  'zz-admin@example.com',
  'zz-token',
  'zz-model',
  'proj_zz_loose',
  'ZZ_VARIABLE',
  '31337.4242',
  '98765.4321',
  '777.123',
  'zz-api-key',
  'zz-person@example.com',
];
/** What somebody of the second team might type of it, by the kind of thing that a command is about. */
const TYPED = {
  project: ['zz-search', 'zz-project-id', 'Zz Organization/zz-search'],
  organization: ['org-zz', 'Zz Organization', 'k1'],
  run: ['zz-run'],
  finding: ['zz-finding'],
  budget: ['zz-budget-id'],
  token: ['zz-token', 'zz-token-id'],
  email: ['zz-admin@example.com'],
  person: ['zz-person@example.com'],
} as const;
/** And of its own. */
const OWN = {
  project: 'Mine',
  organization: 'Other',
  run: 'run2',
  finding: 'finding2',
  budget: 'budget2',
  token: 'token2',
  email: 'second@example.com',
  person: 'person@example.com',
};
const FOREIGN: ReadonlySet<string> = new Set(Object.values(TYPED).flat());
type Thing = keyof typeof TYPED;
/** The arguments of commands that take some: what they are about, then the rest. */
const ABOUT: Record<string, [Thing, ...string[]]> = {
  'keys verify': ['organization'],
  'keys rotate': ['organization', '--from-env', 'OTHER_KEY'],
  'keys enable': ['organization'],
  'keys disable': ['organization'],
  'keys rename': ['organization', 'Stolen'],
  'keys move': ['organization', 'org-stolen', '--yes'],
  'keys remove': ['organization', '--yes'],
  'members role': ['email', 'member'],
  'members reset': ['email'],
  'members remove': ['email', '--yes'],
  'tokens revoke': ['token', '--yes'],
  'members logins unlock': ['email'],
  'projects link': ['project', '--provider', 'openai', '--provider-project', 'proj_zz'],
  'projects unlink': ['project'],
  'projects rename': ['project', 'Stolen'],
  'projects tag': ['project', 'product=Stolen'],
  'projects untag': ['project', 'product'],
  'budget remove': ['budget', '--yes'],
  'people forget': ['person', '--yes'],
  'runs show': ['run'],
  'check ack': ['finding'],
};
/** What other commands need to do their work, and `FOLDER` where they read a file. */
const NEEDS: Record<string, string[]> = {
  'completion names': ['projects'],
  login: ['--email', 'zz-admin@example.com', '--password-stdin'],
  'members passwd': ['--email', 'zz-admin@example.com', '--code', '--password-stdin'],
  'keys add': ['--provider', 'openai', '--organization', 'org-zz', '--from-env', 'OTHER_KEY'],
  'members add': ['--email', 'zz-admin@example.com', '--role', 'member', '--password-stdin'],
  'tokens create': ['--name', 'token2'],
  'members logins keep': ['30', '--yes'],
  'projects import': ['FOLDER/projects.csv'],
  'import focus': ['FOLDER/focus.csv'],
  'usage prices import': ['FOLDER/prices.json'],
  'budget set': ['5'],
  backfill: ['--since', '2026-01-01', '--force'],
  export: ['--format', 'csv', '--period', 'last-30d'],
  sync: ['--retry-for', '1'],
  'notify test': ['HOOK'],
};
const PRICES = [
  { provider: 'openai', model: 'yy-model', tokenType: 'output_tokens', validFrom: '2020-01-01', price: '1' },
];
const SHEET = 'id,name,tag:product\nzz-project-id,Stolen,Stolen\n';
/** A cloud's bill. */
const BILL = `BilledCost,BillingCurrency,BillingAccountId,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ServiceName,ProviderName
1,USD,acct-other,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,2026-10-05T00:00:00Z,2026-10-06T00:00:00Z,Usage,Amazon Bedrock,AWS
`;
/** These end the session, and so come last. */
const ENDING = ['keys rotate-vault', 'members remove', 'tokens revoke', 'logout'];
const PASSWORD = 'correct horse battery staple';
const LOGIN = ['--email', 'admin-of-other@example.com', '--password-stdin'];
/** These are about the whole database by their nature, or about none: whoever runs them holds it. */
const STORE_WIDE = /^(db |demo$|init$|completion$)/;

async function fill(pool: Pool): Promise<void> {
  await pool.query(`
    INSERT INTO teams VALUES ('t1', 'first'), ('t2', 'other');
    INSERT INTO users (id, team_id, email, role) VALUES ('u1', 't1', 'zz-admin@example.com', 'admin');
    INSERT INTO organization_api_keys (id, team_id, provider, organization_id, name, source, variable, host, last_four) VALUES
      ('k1', 't1', 'openai', 'org-zz', 'Zz Organization', 'env', 'ZZ_VARIABLE', 'loopback', 'zzzz'),
      ('k2', 't2', 'openai', 'org-other', 'Other', 'env', 'OTHER_KEY', 'loopback', 'abcd');
    INSERT INTO projects (id, team_id, name, ai_provider, ai_organization_id, ai_project_id, provider_name, linked_at) VALUES
      ('zz-project-id', 't1', 'zz-search', 'openai', 'org-zz', 'proj_zz', 'zz-search', now()),
      ('zz-loose-id', 't1', 'zz-loose', 'openai', 'org-zz', 'proj_zz_loose', 'zz-loose', NULL),
      ('mine', 't2', 'Mine', 'openai', 'org-other', 'proj_mine', 'mine', now());
    INSERT INTO projects (id, team_id, name, openai_project_id) VALUES ('zz-legacy', 't1', 'zz-search', 'proj_zz_legacy');
    INSERT INTO cost_data (id, project_id, cost, api_version, bucket_start_time, bucket_end_time, line_item, currency, model)
      SELECT 'zz-row' || p || n, p, 31337.4242, 'costs_v1', date_trunc('day', now()) - n * interval '1 day', date_trunc('day', now()) - (n - 1) * interval '1 day', 'zz-model, input', 'USD', 'zz-model'
      FROM generate_series(1, 20) AS n, unnest(ARRAY['zz-project-id', 'zz-loose-id']) AS p;
    INSERT INTO collected_days (ai_provider, ai_organization_id, api_version, day, read_at, first_read_at, first_closed_read_at, rows, run_id)
      SELECT 'openai', 'org-zz', 'costs_v1', now()::date - n, now(), now(), now(), 2, 'zz-run' FROM generate_series(1, 20) AS n WHERE n <> 5;
    INSERT INTO usage_data (id, project_id, bucket_width, bucket_start_time, bucket_end_time, endpoint, token_type, unit, model, service_tier, batch, api_key_id, context_window, inference_geo, detail, quantity)
      VALUES ('zz-usage', 'zz-project-id', '1d', now()::date - 1, now()::date, 'completions', 'output_tokens', 'tokens', 'zz-model', '', '', '', '', '', '', 98765.4321);
    INSERT INTO collected_usage (ai_provider, ai_organization_id, bucket_width, endpoint, day, read_at, rows, run_id)
      VALUES ('openai', 'org-zz', '1d', 'completions', now()::date - 1, now(), 1, 'zz-run');
    INSERT INTO runs (id, team_id, command, since, until, status, version, plan) VALUES ('zz-run', 't1', 'sync', '2026-01-01', '2026-01-02', 'ok', '0', '["zz-search"]'), ('run2', 't2', 'sync', '2026-01-01', '2026-01-02', 'ok', '0', '[]');
    INSERT INTO restatements (project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, old_cost, new_cost, cause, run_id)
      VALUES ('zz-project-id', 'costs_v1', now()::date - 3, now()::date - 2, 'zz-model, input', 'USD', 1, 31337.4242, 'provider', 'zz-run');
    INSERT INTO api_keys (ai_provider, ai_organization_id, api_key_id, name, owner_kind, owner_id, owner_name, owner_email, ai_project_id) VALUES
      ('openai', 'org-zz', 'zz-api-key-id', 'zz-api-key', 'user', 'zz-user', 'zz-person', 'zz-person@example.com', 'proj_zz'),
      ('openai', 'org-other', 'key2', 'key2', 'user', 'user2', 'Person', 'person@example.com', 'proj_mine');
    INSERT INTO team_settings VALUES ('t1', true), ('t2', true);
    INSERT INTO cost_by_api_key (id, project_id, bucket_start_time, bucket_end_time, source, api_key_id, line_item, currency, model, token_type, service_tier, product, cost)
      SELECT 'zz-cut' || n, 'zz-project-id', date_trunc('day', now()) - n * interval '1 day', date_trunc('day', now()) - (n - 1) * interval '1 day', 'bill', 'zz-api-key-id', 'zz-model, input', 'USD', 'zz-model', '', '', '', 31337.4242
      FROM generate_series(1, 20) AS n;
    INSERT INTO project_tags VALUES ('zz-project-id', 'product', '1970-01-01', 'zz-tag');
    INSERT INTO budgets (id, team_id, project_id, currency, amount) VALUES ('zz-budget-id', 't1', 'zz-project-id', 'USD', 98765.4321), ('budget2', 't2', 'mine', 'USD', 5);
    INSERT INTO budgets (id, team_id, provider, organization_id, currency, amount, from_month) VALUES ('zz-budget-id-2', 't1', 'openai', 'org-zz', 'USD', 98765.4321, '2020-01');
    INSERT INTO budgets (id, team_id, tag_key, tag_value, currency, amount) VALUES ('zz-budget-id-3', 't1', 'product', 'zz-tag', 'USD', 98765.4321);
    INSERT INTO findings (team_id, id, "check", subject, message, hint, first_seen_at, last_seen_at) VALUES
      ('t1', 'zz-finding', 'anomaly', 'zz-search', '31337.4242', 'costs report', now(), now()),
      ('t2', 'finding2', 'anomaly', 'Mine', 'Much.', 'costs report', now(), now());
    INSERT INTO finding_messages (team_id, finding_id, channel, sent_at) VALUES ('t1', 'zz-finding', 'HOOK', now());
    INSERT INTO prices (team_id, provider, model, token_type, tier, context_window, inference_geo, unit, valid_from, currency, price, per, source)
      VALUES ('t1', 'openai', 'zz-model', 'output_tokens', 'standard', '', '', 'tokens', '2020-01-01', 'USD', 777.123, 1000000, 'zz-tag');
    INSERT INTO vault_tokens (id, team_id, name, role, created_by, expires_at) VALUES ('zz-token-id', 't1', 'zz-token', 'member', 'zz-admin@example.com', now() + interval '1 year');
    INSERT INTO login_attempts (id, email, team_id, success, reason, attempted_at)
      SELECT 'zz-attempt' || age, 'zz-admin@example.com', 't1', false, 'bad_password', now() - age * interval '1 day' FROM unnest(ARRAY[0, 40]) AS age`);
}

/** The provider as the second team's key sees it: one project with some days of spend. */
function otherWorld() {
  const organization = anOrganization({
    provider: 'openai',
    id: 'org-other',
    projects: [{ id: 'proj_mine', name: 'mine', createdAt: new Date('2026-01-01T00:00:00Z'), archivedAt: null }],
  });
  const row = worldRow({ projectId: 'proj_mine', lineItem: 'gpt-5, input', amount: '1.25' });
  for (let back = 1; back <= 5; back += 1) organization.days.set(addDays(toDay(new Date()), -back), [row]);
  return { organizations: [organization] };
}

/** Every command, with each word of the first team's that it may be given, and with its own. */
function callsOf({ path, command }: DescribedCommand, folder: string): string[][] {
  const base = path.split(' ');
  const has = (flag: string) => command.options.some(({ long }) => long === flag);
  const needs = (NEEDS[path] ?? []).map((word) => word.replace('FOLDER', folder));
  const [about, ...rest] = ABOUT[path] ?? [];
  const argument =
    about === undefined ? [] : [...TYPED[about], OWN[about]].map((word) => [...base, word, ...rest, ...needs]);
  const given = (flag: string, words: readonly string[]) =>
    has(flag) ? words.map((word) => [...base, ...needs, flag, word]) : [];
  return [
    ...argument,
    ...(command.registeredArguments.some(({ required }) => required) && needs.length === 0
      ? []
      : [[...base, ...needs]]),
    ...(has('--create')
      ? [[], ['--organization', 'org-zz']].map((more) => [...base, 'Stolen', ...rest, '--create', ...more])
      : []),
    ...(has('--purge') ? TYPED.organization.map((word) => [...base, word, '--purge', '--yes']) : []),
    ...(has('--all') ? [[...base, '--all']] : []),
    ...(has('--new') ? [[...base, '--new']] : []),
    ...(has('--stored') ? [[...base, '--stored']] : []),
    ...given('--project', TYPED.project),
    ...(about === 'organization' || path === 'keys add' ? [] : given('--organization', TYPED.organization)),
    ...given('--group-by', ['project,model', 'organization,line-item', 'api-key,owner']),
    ...given('--api-key', ['zz-*']),
    ...given('--basis', ['best']),
  ];
}

useQuickScrypt();

describe.each(STORY_KINDS)('a second team in one database, on %s', (kind) => {
  let target: DatabaseTarget;
  let remove: () => Promise<void>;
  let emulator: Emulator;
  let folder: string;
  let before: Awaited<ReturnType<typeof readRowsOf>>;
  let environment: Record<string, string | undefined>;
  let commands: DescribedCommand[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'costs-second-team-'));
    emulator = await startEmulator({ world: otherWorld(), now: () => new Date() });
    ({ target, remove } = await createReadyTarget(kind));
    const database = await openDatabase(target);
    await fill(database.pool);
    await writeFile(join(folder, 'prices.json'), JSON.stringify(PRICES));
    await writeFile(join(folder, 'projects.csv'), SHEET);
    await writeFile(join(folder, 'focus.csv'), BILL);
    before = await readRowsOf(database.pool);
    await database.close();
    environment = {
      ...(target.kind === 'postgresql'
        ? { DATABASE_URL: target.url, COSTS_HOME: folder }
        : { COSTS_HOME: target.home }),
      COSTS_TEAM: 'other',
      COSTS_INSECURE_STORAGE: '1',
      OTHER_KEY: adminKey({ provider: 'openai', id: 'org-other' }).secret,
      // Nobody listens there.
      HOOK: 'http://127.0.0.1:9/',
      OPENAI_BASE_URL: emulator.baseUrl('openai'),
      ANTHROPIC_BASE_URL: emulator.baseUrl('anthropic'),
    };
    if (kind === 'postgresql') await runHere(['init', '--team', 'other', ...LOGIN], environment, PASSWORD);
    commands = (await listCommands()).filter(({ path }) => !STORE_WIDE.test(path));
  });
  afterAll(async () => {
    await Promise.all([remove(), emulator.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  async function walk(commands: readonly DescribedCommand[]): Promise<void> {
    for (const described of commands) {
      let worked = false;
      for (const args of callsOf(described, folder)) {
        if (kind === 'postgresql' && ENDING.includes(described.path))
          await runHere(['login', ...LOGIN], environment, PASSWORD);
        const ran = await runHere(
          [...args, '--no-input'],
          environment,
          described.path === 'members passwd' ? `code\n${PASSWORD}` : PASSWORD,
        );
        const told = ran.stdout + ran.stderr;
        // What somebody typed may be told back to him.
        const typed = described.path === 'projects import' ? [...args, 'zz-project-id'] : args;
        const untyped = typed.reduce((text, word) => text.replaceAll(word, ''), told);
        const found = PLANTED.filter((planted) => untyped.toLowerCase().includes(planted.toLowerCase()));
        expect(found, `${args.join(' ')}\n${told}`).toEqual([]);
        // The embedded store needs no login, whoever asks, and an import calls its own bill what it likes.
        if (!['login', 'import focus'].includes(described.path) && args.some((word) => FOREIGN.has(word)))
          expect(ran.code, `${args.join(' ')}\n${told}`).not.toBe(0);
        worked ||= ran.code !== 2 || /there is no/i.test(told);
      }
      // A call that is refused for its words has looked for nothing. The embedded store has no logins to look at.
      if (kind === 'postgresql') expect.soft(worked, described.path).toBe(true);
    }
  }

  it('sees nothing of the first one, with whatever command', { timeout: 300_000 }, () =>
    walk(commands.filter(({ path }) => !ENDING.includes(path))),
  );

  it('is never taken by an empty word to mean the only one of its own', async () => {
    const calls = Object.entries(ABOUT).filter(([path]) => kind === 'postgresql' || !/^(members|tokens) /.test(path));
    for (const [path, [, ...rest]] of calls) {
      const { code, stderr } = await runHere([...path.split(' '), '', ...rest, '--no-input'], environment, '');
      expect({ path, code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/ is empty\.|not a valid email/) as string,
      });
    }
  });

  it('nor with those that end its session', () =>
    walk(ENDING.flatMap((path) => commands.filter((command) => command.path === path))));

  it('has changed nothing of it afterwards', async () => {
    const database = await openDatabase(target);
    const after = await readRowsOf(database.pool);
    await database.close();
    const rest = (rows: Record<string, unknown>[] = []) => new Set(rows.map((row) => JSON.stringify(row)));
    const isOther = (row: Record<string, unknown>) =>
      [row['team_id'], row['id']].includes('t2') || row['ai_organization_id'] === 'org-other';
    for (const [table, rows] of Object.entries(before)) {
      const kept = rest(after[table]);
      const lost = rows.filter((row) => !isOther(row) && !kept.has(JSON.stringify(row)));
      expect(lost, table).toEqual([]);
    }
  });
});
