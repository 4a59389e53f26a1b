import { beforeEach, describe, expect, it } from 'vitest';
import type { RegisteredOrganization } from '../../src/domain/organization.js';
import { STORY_KINDS } from '../helpers/database.js';
import { shareStore } from '../helpers/shared-store.js';

describe.each(STORY_KINDS)('purging an organization on %s', (kind) => {
  const shared = shareStore(kind);
  beforeEach(async () => {
    await shared.database.pool.query(`
      TRUNCATE teams, projects, organizations CASCADE;
      INSERT INTO teams VALUES ('t1', 'acme'), ('t2', 'globex');
      INSERT INTO organization_api_keys (id, team_id, provider, organization_id, name, source, variable, host, last_four) VALUES
        ('k1', 't1', 'openai', 'org-wrong', 'Wrong', 'env', 'KEY', 'loopback', 'abcd'),
        ('k2', 't1', 'openai', 'org-right', 'Right', 'env', 'KEY', 'loopback', 'abcd');
      INSERT INTO projects (id, team_id, name, provider_name, ai_provider, ai_organization_id, ai_project_id, openai_project_id, linked_at, archived_at) VALUES
        ('automatic', 't1', 'Automatic', 'Automatic', 'openai', 'org-wrong', 'proj_1', NULL, NULL, NULL),
        ('tagged', 't1', 'Tagged', 'Tagged', 'openai', 'org-wrong', 'proj_2', NULL, NULL, now()),
        ('old', 't1', 'Old', NULL, 'openai', 'org-wrong', 'proj_3', 'proj_3', now(), NULL),
        ('theirs', 't1', 'Our Search', 'search-prod', 'openai', 'org-wrong', 'proj_4', NULL, NULL, NULL),
        ('other', 't1', 'Other', NULL, 'openai', 'org-right', 'proj_1', NULL, NULL, NULL);
      INSERT INTO project_tags VALUES ('tagged', 'product', '1970-01-01', 'x');
      INSERT INTO cost_data (id, project_id, cost, api_version, bucket_start_time, bucket_end_time, line_item, currency)
        SELECT p, p, 5, 'costs_v1', '2026-01-01', '2026-01-02', 'a', 'USD' FROM unnest(ARRAY['automatic', 'tagged', 'old', 'other']) AS p;
      INSERT INTO cost_data (id, project_id, cost, date, service) VALUES ('legacy', 'old', 7, '2025-01-01', 'gpt');
      INSERT INTO restatements (project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, old_cost, new_cost, cause, run_id)
        VALUES ('old', 'costs_v1', '2026-01-01', '2026-01-02', 'a', 'USD', 4, 5, 'late', 'r');
      INSERT INTO usage_data (id, project_id, bucket_width, bucket_start_time, bucket_end_time, endpoint, token_type, unit, model, service_tier, batch, api_key_id, context_window, inference_geo, detail, quantity)
        VALUES ('u', 'automatic', '1d', '2026-01-01', '2026-01-02', 'completions', 'output_tokens', 'tokens', 'm', '', '', '', '', '', '', 1);
      INSERT INTO collected_days (ai_provider, ai_organization_id, api_version, day, read_at, first_read_at, rows, run_id)
        SELECT 'openai', o, 'costs_v1', '2026-01-01', now(), now(), 3, 'r' FROM unnest(ARRAY['org-wrong', 'org-right']) AS o;
      INSERT INTO collected_usage (ai_provider, ai_organization_id, bucket_width, endpoint, day, read_at, rows, run_id)
        VALUES ('openai', 'org-wrong', '1d', 'completions', '2026-01-01', now(), 1, 'r')`);
  });

  const organization = async (): Promise<RegisteredOrganization> => {
    const found = await shared.store.organizations.find('openai', 'org-wrong');
    if (found === null) throw new Error('It was registered.');
    return found;
  };
  const purge = async (each: RegisteredOrganization) =>
    (await shared.store.access()).transact((rows) => rows.organizations.purge(each));
  const names = async (sql: string) =>
    (await shared.database.pool.query<{ id: string }>(`${sql} ORDER BY 1`)).rows.map(({ id }) => id);
  const counts = { projects: 1, projectsKept: 3, costs: 3, usage: 1, changes: 1, days: 1, usageDays: 1 };

  it('counts first, and then removes what was collected of it and nothing else', async () => {
    const wrong = await organization();
    expect(await shared.store.organizations.holdings(wrong)).toEqual(counts);
    expect(await names('SELECT id FROM cost_data')).toHaveLength(5);
    expect(await purge(wrong)).toEqual(counts);
    expect(await names('SELECT id FROM cost_data')).toEqual(['legacy', 'other']);
    expect(await names('SELECT id FROM projects')).toEqual(['old', 'other', 'tagged', 'theirs']);
    const released = 'ai_project_id IS NULL AND linked_at IS NULL AND archived_at IS NULL';
    expect(await names(`SELECT id FROM projects WHERE ${released}`)).toEqual(['old', 'tagged', 'theirs']);
    expect(await names('SELECT id FROM usage_data UNION ALL SELECT line_item FROM restatements')).toEqual([]);
    expect(await names('SELECT ai_organization_id AS id FROM collected_days')).toEqual(['org-right']);
    expect(await names('SELECT ai_organization_id AS id FROM collected_usage')).toEqual([]);
    expect(await names('SELECT id FROM organization_api_keys')).toEqual(['k2']);
  });

  it('leaves it free for another team, and cannot be done twice', async () => {
    const wrong = await organization();
    await purge(wrong);
    await expect(purge(wrong)).rejects.toMatchObject({ code: 'conflict' });
    await shared.database.pool.query(`
      INSERT INTO organization_api_keys (id, team_id, provider, organization_id, name, source, variable, host, last_four)
        VALUES ('k3', 't2', 'openai', 'org-wrong', 'Ours', 'env', 'KEY', 'loopback', 'abcd')`);
    expect((await organization()).teamId).toBe('t2');
  });

  it.each([
    [
      "another team's projects hold some of it",
      `UPDATE projects SET team_id = 't2' WHERE id = 'automatic'`,
      /^1 project of another team holds/,
    ],
    [
      'it is being collected',
      `INSERT INTO organization_leases VALUES ('openai', 'org-wrong', 'costs_v1', 'r', 'host', 'machine', 1, 'start', 'costs sync', now(), now() + interval '1 minute')`,
      /being collected/,
    ],
    [
      'it is of another team',
      `UPDATE organizations SET team_id = 't2' WHERE organization_id = 'org-wrong'`,
      /not of this team/,
    ],
  ])('refuses while %s, and removes nothing', async (_, sql, message) => {
    const wrong = await organization();
    await shared.database.pool.query(sql);
    await expect(purge(wrong)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(message) as string,
    });
    expect(await names('SELECT id FROM cost_data')).toHaveLength(5);
    expect(await names('SELECT id FROM projects')).toHaveLength(5);
  });
});
