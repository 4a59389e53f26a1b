import { expect, it } from 'vitest';
import { parseDay } from '../../../src/domain/day.js';
import { SQL } from '../../../src/store/sql.js';
import { readUsage } from '../../../src/store/usage/usage-totals.js';
import { useTestDatabase } from '../../helpers/database.js';

it('reads each row of usage about once, however many days there are and whatever the planner knows of them', async () => {
  const {
    database: { pool, prisma },
  } = await useTestDatabase('postgresql');
  await pool.query(`
    INSERT INTO teams VALUES ('t', 'acme');
    INSERT INTO organizations (provider, organization_id, team_id, name) VALUES ('openai', 'o', 't', 'O');
    INSERT INTO projects (id, team_id, name, ai_provider, ai_organization_id, ai_project_id) SELECT 'p' || n, 't', 'P', 'openai', 'o', 'proj_' || n FROM generate_series(1, 4) n;
    INSERT INTO collected_usage (ai_provider, ai_organization_id, bucket_width, endpoint, day, read_at, rows, run_id)
      SELECT 'openai', 'o', '1d', e, date '2026-01-01' + n, timestamp '2026-10-01', 8, 'r' FROM generate_series(0, 199) n, unnest(ARRAY['completions', 'images']) e;
    INSERT INTO usage_data SELECT format('u%s-%s-%s', p, n, t), 'p' || p, '1d', date '2026-01-01' + n, date '2026-01-02' + n, 'completions', t, 'tokens', 'gpt-5', '', '', '', '', '', '', n + 0.25
      FROM generate_series(1, 4) p, generate_series(0, 199) n, unnest(ARRAY['input', 'output']) t`);
  for (const known of [false, true]) {
    if (known) await pool.query('ANALYZE');
    const span = { since: parseDay('2026-01-01'), until: parseDay('2026-07-19') };
    const [totals, [touched]] = await prisma.$transaction(async (tx) => [
      await readUsage(tx, SQL`p.team_id = 't'`, span),
      await tx.$queryRaw<{ rows: number }[]>`
        SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS rows FROM pg_stat_xact_user_tables WHERE relname = 'usage_data'`,
    ]);
    expect(totals).toHaveLength(1600);
    expect(touched?.rows).toBeLessThan(4 * 1600);
  }
});
