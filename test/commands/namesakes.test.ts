import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, environmentOf, type TestDatabase } from '../helpers/database.js';
import type { Status } from '../../src/domain/status.js';
import { runHere } from '../helpers/here.js';

/** Two organizations of one name, and two of one id, as one company has them at two providers. */
const ROWS = `
  INSERT INTO teams VALUES ('t1', 'acme');
  INSERT INTO organization_api_keys (id, team_id, provider, organization_id, name, source, variable, host, last_four, expires_at, exposed_at) VALUES
    ('k1', 't1', 'openai', 'org-1', 'Acme', 'env', 'A', 'loopback', 'abcd', now() + interval '5 days', now()),
    ('k2', 't1', 'anthropic', 'ant-1', 'Acme', 'env', 'B', 'loopback', 'abcd', now() + interval '5 days', now()),
    ('k3', 't1', 'openai', 'shared', 'Labs', 'env', 'C', 'loopback', 'abcd', NULL, NULL),
    ('k4', 't1', 'anthropic', 'shared', 'Labs EU', 'env', 'D', 'loopback', 'abcd', NULL, NULL);
  INSERT INTO projects (id, team_id, name, ai_provider, ai_organization_id, ai_project_id) VALUES
    ('p3', 't1', 'Search', 'openai', 'shared', 'one'), ('p4', 't1', 'Search EU', 'anthropic', 'shared', 'one');
  INSERT INTO collected_days (ai_provider, ai_organization_id, api_version, day, read_at, first_read_at, first_closed_read_at, rows, run_id)
    SELECT provider, organization_id, 'costs_v1', now()::date - n, now(), now(), now(), 1, 'run1' FROM organization_api_keys, generate_series(1, 9) AS n;
  INSERT INTO cost_data (id, project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, cost)
    SELECT p.id || n, p.id, 'costs_v1', now()::date - n, now()::date - n + 1, 'x', 'USD', 5 + n FROM projects p, generate_series(1, 9) AS n`;

describe('of two organizations', () => {
  let base: TestDatabase;
  beforeAll(async () => {
    base = await createTestDatabase('postgresql');
    await base.database.pool.query(ROWS);
  });
  afterAll(() => base.drop());
  const run = (...args: string[]) => runHere(args, { ...environmentOf(base.target), COSTS_HOME: '/nonexistent/costs' });

  it('that have one name, each is told with commands by its id', async () => {
    const status = (await run('status', '--json')).json<{ findings: { organization: string; hint: string }[] }>();
    const hints = status.findings.filter(({ organization }) => organization === 'Acme').map(({ hint }) => hint);
    expect(hints.sort()).toEqual(['costs keys rotate ant-1', 'costs keys rotate org-1']);
    const keys = await run('keys', 'list');
    expect(keys.stdout + keys.stderr).not.toMatch(/costs .*Acme/);
    for (const id of ['org-1', 'ant-1']) expect(keys.stdout).toContain(`  → costs keys rotate ${id}`);
  });

  it('status tells of the one that was asked for alone', async () => {
    const status = async (...args: string[]) => {
      const told = (await run('status', '--json', ...args)).json<Status>();
      return [told.findings.filter(({ kind }) => kind === 'twice').length, told.sameDollars.length, told.unlinked];
    };
    const [search, both] = [9, 18].map((days) => ({ currency: 'USD', cost: String(10 * days) }));
    expect(await status()).toEqual([1, 1, { projects: 2, totals: [both] }]);
    expect(await status('--organization', 'Labs EU')).toEqual([1, 1, { projects: 1, totals: [search] }]);
    expect(await status('--organization', 'org-1')).toEqual([0, 0, { projects: 0, totals: [] }]);
  });

  it('that have one id, only the one that was named is linked', async () => {
    const linked = await run('projects', 'link', '--all', '--organization', 'Labs', '--json');
    expect(linked.json<{ projects: unknown }>().projects).toMatchObject([{ name: 'Search', provider: 'openai' }]);
  });
});
