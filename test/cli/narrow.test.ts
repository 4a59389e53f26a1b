// @module-tag story

import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createTestDatabase, environmentOf, type TestDatabase } from '../helpers/database.js';
import { listCommands } from '../helpers/command-table.js';
import { runHere } from '../helpers/here.js';

/** Sixty characters each, or as wide. */
const NAMES = [
  'Customer support assistant, second generation, Europe, pilot',
  'a-project-whose-name-has-sixty-characters-and-no-space-at-al',
  '顧客サポート向けアシスタント第二世代欧州パイロット運用計画',
  '🚀🧪 experiments 👩‍🔬 of the research team 🧬 and their friends',
  'مساعد خدمة العملاء للجيل الثاني في أوروبا والشرق الأوسط كله',
  '👨‍👩‍👧‍👦 families, flags 🇩🇪🇯🇵, thumbs 👍🏽, hearts ❤️ and letters of e\u0301 two',
];
const ORGANIZATION = 'An organization whose name has sixty characters, or nearly so';
/** What they need to do their work. */
const NEEDS: Record<string, string[]> = {
  'runs show': ['run1'],
  changes: ['--since', '30d'],
  verify: ['--stored'],
  explain: ['last-7d', '--against', 'last-month'],
};
/** These ask a provider or a person, change something, or write rows and scripts for machines. */
const OTHERS =
  /^(sync|backfill|demo|init|login|logout|whoami|doctor|import.*|export|completion.*|keys (?!list).*|projects (?!list).*|members (?!list$).*|tokens (?!list).*|people.*|config.*|notify.*|budget (?!list).*|check ack|usage compare|usage prices (import|export)|db .*)$/;

const fill = (names: readonly string[]) => `
  INSERT INTO teams VALUES ('t1', 'acme');
  INSERT INTO users (id, team_id, email, role)
    SELECT 'u' || n, 't1', 'somebody-with-a-rather-long-address-' || n || '@engineering.example.com', 'admin' FROM generate_series(1, 20) AS n;
  INSERT INTO organization_api_keys (id, team_id, provider, organization_id, name, source, variable, host, last_four, expires_at)
    SELECT 'k' || n, 't1', 'openai', 'org-' || n, '${ORGANIZATION} ' || n, 'env', 'A_VARIABLE_WITH_A_LONG_NAME_' || n, 'loopback', 'abcd', now() + interval '5 days'
    FROM generate_series(1, 3) AS n;
  INSERT INTO projects (id, team_id, name, ai_provider, ai_organization_id, ai_project_id, linked_at)
    SELECT 'project-of-a-long-id-' || n, 't1', (ARRAY[${names.map((name) => `'${name}'`).join(', ')}])[1 + n % ${names.length}] || ' ' || n,
      'openai', 'org-' || (1 + n % 3), 'proj_of_the_provider_with_a_long_id_' || n, CASE WHEN n % 7 > 0 THEN now() END FROM generate_series(1, 200) AS n;
  INSERT INTO cost_data (id, project_id, cost, api_version, bucket_start_time, bucket_end_time, line_item, currency, model, quantity, quantity_unit)
    SELECT p.id || '-' || d, p.id, 1234.5678 + d, 'costs_v1', now()::date - d, now()::date - d + 1, 'gpt-5-with-a-long-name-2026-08-07, cached input', 'USD', 'gpt-5-with-a-long-name-2026-08-07', 1000000, 'tokens'
    FROM projects p, unnest(ARRAY[1, 2, 3, 8, 9, 10, 31, 32, 33, 38, 39, 40, 62, 63]) AS d;
  INSERT INTO collected_days (ai_provider, ai_organization_id, api_version, day, read_at, first_read_at, first_closed_read_at, rows, run_id)
    SELECT 'openai', 'org-' || o, 'costs_v1', now()::date - d, now() - interval '1 minute', now() - interval '1 minute', now() - interval '1 minute', 1, 'run1'
    FROM generate_series(1, 3) AS o, generate_series(1, 70) AS d WHERE d NOT IN (5, 20);
  INSERT INTO restatements (project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, old_cost, new_cost, cause, run_id)
    SELECT id, 'costs_v1', now()::date - 3, now()::date - 2, 'gpt-5-with-a-long-name-2026-08-07, cached input', 'USD', 1, 1234.5678, 'provider', 'run1' FROM projects LIMIT 50;
  INSERT INTO runs (id, team_id, command, since, until, status, version, plan) VALUES ('run1', 't1', 'backfill', '2025-12-01', '2026-01-31', 'ok', '0', '[]');
  INSERT INTO budgets (id, team_id, project_id, currency, amount) SELECT 'budget-' || id, 't1', id, 'USD', 12345678.25 FROM projects LIMIT 20;
  INSERT INTO api_keys (ai_provider, ai_organization_id, api_key_id, name, owner_kind, owner_id, owner_name, ai_project_id, created_at, last_used_at)
    SELECT 'openai', 'org-1', 'key_' || n, '${ORGANIZATION} ' || n, 'service_account', 'sa' || n, 'The account of a service ' || n, 'proj_of_the_provider_with_a_long_id_3', now(), now() FROM generate_series(1, 30) AS n;
  INSERT INTO cost_by_api_key (id, project_id, bucket_start_time, bucket_end_time, source, api_key_id, line_item, currency, model, token_type, service_tier, product, cost)
    SELECT 'cut' || n, 'project-of-a-long-id-3', now()::date - 1, now()::date, 'bill', 'key_' || n, 'gpt-5', 'USD', 'gpt-5', '', '', '', 12.5 FROM generate_series(1, 30) AS n;
  INSERT INTO prices (team_id, provider, model, token_type, tier, context_window, inference_geo, unit, valid_from, currency, price, per, source)
    VALUES ('t1', 'openai', 'a-model-of-ours-with-a-rather-long-name-2026-08-07', 'output_tokens', 'standard', '', '', 'tokens', '2020-01-01', 'USD', 777.123, 1000000, 'contract');
  INSERT INTO vault_tokens (id, team_id, name, role, created_by, expires_at)
    SELECT 'token-id-' || n, 't1', 'the nightly job of a team in another part of the world ' || n, 'member', 'somebody@engineering.example.com', now() + interval '1 year' FROM generate_series(1, 9) AS n;
  INSERT INTO login_attempts (id, email, team_id, success, reason, host) SELECT 'a' || n, 'somebody-with-a-rather-long-address@engineering.example.com', 't1', false, 'bad_password', 'a-host-with-a-long-name.example.com' FROM generate_series(1, 9) AS n;
  INSERT INTO project_tags SELECT id, 'product', '1970-01-01', 'A product' FROM projects LIMIT 100`;

describe('every command that shows a table, with 200 projects of long names', () => {
  let base: TestDatabase;
  let calls: string[][];
  beforeAll(async () => {
    base = await createTestDatabase('postgresql');
    await base.database.pool.query(fill(NAMES));
    await base.database.pool.query('ANALYZE');
    const paths = (await listCommands()).map(({ path }) => path).filter((path) => !OTHERS.test(path));
    expect(paths.length).toBeGreaterThan(14);
    calls = [
      [],
      ...paths.map((path) => [...path.split(' '), ...(NEEDS[path] ?? [])]),
      ['report', '--group-by', 'organization,project,model', '--top', '30'],
      ['report', '--group-by', 'day,project', '--top', '30'],
      ['report', 'last-month', '--group-by', 'line-item'],
      ['report', '--group-by', 'model', '--columns', 'tokens,per-1m,cache-share,list'],
    ];
  });
  afterAll(() => base.drop());
  const run = (args: readonly string[], columns?: number) =>
    runHere([...args, '--quiet'], { ...environmentOf(base.target), COSTS_HOME: '/nonexistent/costs' }, '', { columns });
  const plain = stripVTControlCharacters;
  /** As a terminal counts that draws each part of an emoji. */
  const columnsOf = (line: string) => Array.from(line).reduce((sum, sign) => sum + stringWidth(sign), 0);

  it.each(inject('long') ? [60, 80, 140] : [60])(
    'has no line beyond %i columns, but for commands to paste',
    async (columns) => {
      const wrong: string[] = [];
      for (const args of calls) {
        const { stdout } = await run(args, columns);
        // A command that is to be pasted is never broken.
        const rows = plain(stdout)
          .split('\n')
          .filter((line) => !/→ costs/.test(line));
        wrong.push(...rows.filter((line) => columnsOf(line) > columns).map((line) => `${args.join(' ')}: ${line}`));
      }
      expect(wrong).toEqual([]);
    },
  );

  it('cuts nothing in a pipe, says nothing beside the result, and writes no day as machines do', async () => {
    let seen = 0;
    for (const args of calls) {
      const { code, stdout, stderr } = await run(args);
      const what = args.join(' ');
      expect([0, 1], `${what}: ${stderr}`).toContain(code);
      expect(stderr, what).toBe('');
      for (const name of NAMES) {
        const begun = stdout.split(name.slice(0, 14)).length;
        seen += begun - 1;
        expect(stdout.split(name).length, `${what}: ${name}`).toBe(begun);
      }
      const forPeople = stdout.replace(/(→|costs) .*$/gm, '').replace(/\S*[a-z]\S*-\d{4}-\d\d-\d\d/g, '');
      expect(forPeople.match(/.*\b\d{4}-\d\d(-\d\d)?\b.*/g), what).toBeNull();
    }
    expect(seen).toBeGreaterThan(200);
  });
});
