import { beforeEach, describe, expect, it } from 'vitest';
import type { RegisteredOrganization } from '../../src/domain/organization.js';
import { STORY_KINDS } from '../helpers/database.js';
import { shareStore } from '../helpers/shared-store.js';

describe.each(STORY_KINDS)('moving an organization to its right id on %s', (kind) => {
  const shared = shareStore(kind);
  beforeEach(async () => {
    await shared.database.pool.query(`
      TRUNCATE teams, projects, organizations, seal_findings CASCADE;
      INSERT INTO teams VALUES ('t1', 'acme'), ('t2', 'globex');
      INSERT INTO organization_api_keys (id, team_id, provider, organization_id, name, source, variable, host, last_four)
        VALUES ('k1', 't1', 'openai', 'org-wrong', 'Wrong', 'env', 'KEY', 'loopback', 'abcd');
      UPDATE organizations SET link_policy = 'all';
      INSERT INTO projects (id, team_id, name, provider_name, ai_provider, ai_organization_id, ai_project_id, linked_at) VALUES
        ('one', 't1', 'One', 'One', 'openai', 'org-wrong', 'proj_1', NULL),
        ('two', 't1', 'Two', 'Two', 'openai', 'org-wrong', 'proj_2', now());
      INSERT INTO cost_data (id, project_id, cost, api_version, bucket_start_time, bucket_end_time, line_item, currency)
        SELECT p, p, 5, 'costs_v1', '2026-01-01', '2026-01-02', 'a', 'USD' FROM unnest(ARRAY['one', 'two']) AS p;
      INSERT INTO collected_days (ai_provider, ai_organization_id, api_version, day, read_at, first_read_at, rows, run_id)
        VALUES ('openai', 'org-wrong', 'costs_v1', '2026-01-01', now(), now(), 2, 'r');
      INSERT INTO collected_usage (ai_provider, ai_organization_id, bucket_width, endpoint, day, read_at, rows, run_id)
        VALUES ('openai', 'org-wrong', '1d', 'completions', '2026-01-01', now(), 1, 'r');
      INSERT INTO seal_findings (ai_provider, ai_organization_id, day, seal, found, sealed_rows, found_rows, sealed_sums, found_sums)
        VALUES ('openai', 'org-wrong', '2026-01-01', 'a', 'b', 1, 1, '{}', '{}');
      INSERT INTO api_keys (ai_provider, ai_organization_id, api_key_id, name) VALUES ('openai', 'org-wrong', 'key_1', 'CI');
      INSERT INTO budgets (id, team_id, provider, organization_id, api_key_id, currency, amount) VALUES
        ('b1', 't1', 'openai', 'org-wrong', NULL, 'USD', 5), ('b2', 't1', 'openai', 'org-wrong', 'key_1', 'USD', 5)`);
  });

  const organization = async (id = 'org-wrong'): Promise<RegisteredOrganization> => {
    const found = await shared.store.organizations.find('openai', id);
    if (found === null) throw new Error('It was registered.');
    return found;
  };
  const move = async () => {
    const wrong = await organization();
    return (await shared.store.access()).transact((rows) => rows.organizations.move(wrong, 'org-right'));
  };
  const register = (team = 't1') =>
    shared.database.pool.query(`
      INSERT INTO organization_api_keys (id, team_id, provider, organization_id, name, source, variable, host, last_four)
        VALUES ('k2', '${team}', 'openai', 'org-right', 'Right', 'env', 'KEY', 'loopback', 'wxyz')`);
  /** Rows of every table of ours that names an organization, counted. */
  const rowsOf = async (id: string) => {
    const { rows: columns } = await shared.database.pool.query<{ table: string; column: string }>(`
      SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
      WHERE table_schema = current_schema() AND column_name IN ('organization_id', 'ai_organization_id') ORDER BY 1`);
    const counts = await Promise.all(
      columns.map(async ({ table, column }) => {
        const { rows } = await shared.database.pool.query(`SELECT 1 FROM "${table}" WHERE "${column}" = '${id}'`);
        return [table, rows.length] as const;
      }),
    );
    return Object.fromEntries(counts.filter(([table, count]) => count > 0 && table !== 'organization_api_keys'));
  };

  it('takes along everything that names it', async () => {
    const before = await rowsOf('org-wrong');
    expect(Object.keys(before)).toHaveLength(7);
    expect(await move()).toMatchObject({ projects: 1, projectsKept: 1, costs: 2, days: 1, usageDays: 1 });
    expect(await rowsOf('org-wrong')).toEqual({});
    expect(await rowsOf('org-right')).toEqual(before);
    expect(await organization('org-right')).toMatchObject({ name: 'Wrong', teamId: 't1' });
    const { rows } = await shared.database.pool.query<{ policy: string }>(
      'SELECT link_policy AS policy FROM organizations',
    );
    expect(rows).toEqual([{ policy: 'all' }]);
  });

  it('keeps the key of an organization that was registered meanwhile, and what it only looked up goes', async () => {
    await register();
    await shared.database.pool.query(`
      INSERT INTO projects (id, team_id, name, provider_name, ai_provider, ai_organization_id, ai_project_id)
        VALUES ('seen', 't1', 'Seen', 'Seen', 'openai', 'org-right', 'proj_1');
      INSERT INTO api_keys (ai_provider, ai_organization_id, api_key_id) VALUES ('openai', 'org-right', 'key_1')`);
    await move();
    const keys = await (await shared.store.access()).keys.list('t1');
    expect(keys.map(({ keyId, organizationId }) => [keyId, organizationId])).toEqual([['k2', 'org-right']]);
    const projects = await shared.store.projects.list('t1');
    expect(projects.map(({ id, organizationId }) => [id, organizationId])).toEqual([
      ['one', 'org-right'],
      ['two', 'org-right'],
    ]);
    expect((await organization('org-right')).name).toBe('Right');
  });

  it.each([
    [
      'has days of its own',
      `INSERT INTO collected_days (ai_provider, ai_organization_id, api_version, day, read_at, first_read_at, rows, run_id)
         VALUES ('openai', 'org-right', 'costs_v1', '2026-02-01', now(), now(), 0, 'r')`,
      /org-right has 1 day of its own/,
    ],
    [
      'has a linked project',
      `INSERT INTO projects (id, team_id, name, ai_provider, ai_organization_id, ai_project_id, linked_at)
         VALUES ('mine', 't1', 'Mine', 'openai', 'org-right', 'proj_9', now())`,
      /1 project of its own/,
    ],
    ['is of another team', `UPDATE organizations SET team_id = 't2' WHERE organization_id = 'org-right'`, /this team/],
    [
      'is being collected',
      `INSERT INTO organization_leases VALUES ('openai', 'org-right', 'costs_v1', 'r', 'host', 'machine', 1, 'start', 'costs sync', now(), now() + interval '1 minute')`,
      /being collected/,
    ],
  ])('is refused where the right one %s, and changes nothing', async (_, sql, message) => {
    await register();
    await shared.database.pool.query(sql);
    const before = await Promise.all([rowsOf('org-wrong'), rowsOf('org-right')]);
    await expect(move()).rejects.toMatchObject({ code: 'conflict', message: expect.stringMatching(message) as string });
    expect(await Promise.all([rowsOf('org-wrong'), rowsOf('org-right')])).toEqual(before);
  });
});
