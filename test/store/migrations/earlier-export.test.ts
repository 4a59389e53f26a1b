// @module-tag story

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { expect, it } from 'vitest';
import { readMigrations } from '../../../src/store/migrations/folder.js';
import { openDatabase } from '../../../src/store/open.js';
import { createEmptyTarget, STORY_KINDS } from '../../helpers/database.js';
import { readRowsOf, runAll } from '../../helpers/schema-states.js';

/** The last migration of the first version. */
const FIRST_VERSION = '20261107010000_cost_data_bucket_start_time_idx';

/** What it stored, and what migrations of later versions change. */
async function fill(pool: Pool): Promise<void> {
  await pool.query(`
    INSERT INTO teams (id, name) VALUES ('t1', 'acme'), ('t2', 'globex');
    INSERT INTO users (id, team_id, email, role) VALUES ('u1', 't1', 'boss@example.com', 'admin'), ('u2', 't1', 'look@example.com', 'viewer');
    INSERT INTO vaults (team_id, id, generation, public_key, mac) VALUES ('t1', 'v1', 1, 'pair', 'mac');
    INSERT INTO vault_tokens (id, team_id, name, role, created_by, expires_at) VALUES ('k1', 't1', 'look', 'viewer', 'boss@example.com', '2027-01-01');
    INSERT INTO vault_slots (id, team_id, kind, user_id, token_id, generation, kdf, public_key, sealed_key, mac, endorsement) VALUES
      ('s1', 't1', 'password', 'u1', NULL, 1, '{}', 'key 1', 'sealed', 'mac', NULL),
      ('s2', 't1', 'password', 'u2', NULL, 1, '{}', 'key 2', NULL, NULL, 'endorsed'),
      ('s3', 't1', 'token', NULL, 'k1', 1, '{}', 'key 3', NULL, NULL, 'endorsed');
    INSERT INTO vault_sessions (id, team_id, user_id, session_key, host, os_user, expires_at) VALUES
      ('e1', 't1', 'u1', 'key', 'host', 'me', '2027-01-01'), ('e2', 't1', 'u2', 'key', 'host', 'me', '2027-01-01');
    INSERT INTO prices (provider, model, token_type, tier, context_window, inference_geo, unit, valid_from, currency, price, per, source, imported_at) VALUES
      ('openai', 'gpt-5', 'output_tokens', '', '', '', 'tokens', '2026-01-01', 'USD', 9.000000000000000000000000000001, 1000000, 'contract', '2026-02-01');
    INSERT INTO projects (id, team_id, name, ai_provider, ai_organization_id, ai_project_id) VALUES ('p1', 't1', 'One', 'openai', 'org-1', 'proj_1');
    INSERT INTO collected_days (ai_provider, ai_organization_id, api_version, day, read_at, first_read_at, rows, run_id) VALUES
      ('openai', 'org-1', 'costs_v1', '2026-01-01', '2026-03-01', '2026-03-01', 3, 'r1');
    INSERT INTO cost_data (id, project_id, cost, api_version, bucket_start_time, bucket_end_time, line_item, currency) VALUES
      ('c1', 'p1', 1.000000000000000000000000000001, 'costs_v1', '2026-01-01', '2026-01-02', 'gpt-4o-audio-preview-2024-12-17 audio, input', 'USD'),
      ('c2', 'p1', 2, 'costs_v1', '2026-01-01', '2026-01-02', 'gpt-5-2025-08-07, cached input', 'USD'),
      ('c3', 'p1', 3, 'costs_v1', '2026-01-01', '2026-01-02', 'web search tool calls', 'USD');
    UPDATE vault_slots SET created_at = '2026-02-01'; UPDATE vault_sessions SET created_at = '2026-02-01'`);
}

const CHANGED = [
  'prices',
  'vault_slots',
  'vault_viewer_slots',
  'vault_sessions',
  'organizations',
  'cost_data',
  'teams',
];

it.each(STORY_KINDS)(
  'what the first version wrote out at a rollback comes back as it would have been migrated, on %s',
  async (kind) => {
    const files = await readMigrations();
    const first = files.slice(0, files.findIndex(({ name }) => name === FIRST_VERSION) + 1);
    const folder = await mkdtemp(join(tmpdir(), 'costs-earlier-'));
    const become = async (isRolledBack: boolean) => {
      const { target, remove } = await createEmptyTarget(kind);
      const database = await openDatabase(target);
      const { pool, migrations } = database;
      await runAll(pool, first);
      await fill(pool);
      const path = join(folder, 'export.jsonl');
      if (isRolledBack) await migrations.rollback({ to: 'baseline', export: path });
      await migrations.apply();
      if (isRolledBack) for (let time = 0; time < 2; time += 1) await migrations.import({ path });
      const rows = await readRowsOf(pool, CHANGED);
      await database.close();
      await remove();
      return rows;
    };
    try {
      const migrated = await become(false);
      expect(migrated['vault_viewer_slots']).toHaveLength(2);
      expect(migrated['prices']).toHaveLength(2);
      expect(migrated['cost_data']).toContainEqual(expect.objectContaining({ id: 'c1', modality: 'audio' }));
      expect(await become(true)).toEqual(migrated);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
