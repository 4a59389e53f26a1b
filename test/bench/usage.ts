import { addDays, parseDay } from '../../src/domain/day.js';
import { createReportStore } from '../../src/store/spend/report-store.js';
import type { Figure } from './figure.js';
import { median } from './measure.js';
import type { BenchDatabase, BenchServer } from './server.js';

export interface UsageScale {
  rows: number;
  rounds: number;
}

const SINCE = parseDay('2024-01-01');
const UNTIL = parseDay('2025-12-31');
const HOURS = 17_544;

/** What a report of a day and of a month takes in two years of hourly usage by API key, in one table and in monthly partitions. */
export async function benchUsage(server: BenchServer, { rows, rounds }: UsageScale): Promise<Figure[]> {
  const db = await server.createDatabase();
  try {
    const count = await fillUsage(db, Math.max(1, Math.round(rows / HOURS)));
    await db.settle();
    const table = await timeReports(db, rounds);
    const started = performance.now();
    await db.database.migrations.partitionUsage({});
    const partitioning = performance.now() - started;
    const partitions = await timeReports(db, rounds);
    return figures(count / 1e6, table, partitions, partitioning);
  } finally {
    await db.drop();
  }
}

/** As a sync leaves it, made without one: 20 projects, 4 kinds of tokens, 6 models, and as many keys as there are rows for. */
async function fillUsage({ query }: BenchDatabase, rowsAnHour: number): Promise<number> {
  await query(`
    INSERT INTO organizations (provider, organization_id, team_id, name) VALUES ('openai', 'org-usage', 'team-1', 'Usage');
    INSERT INTO projects (id, team_id, name, ai_provider, ai_organization_id, ai_project_id)
      SELECT 'used-' || n, 'team-1', 'Used ' || n, 'openai', 'org-usage', 'proj_' || n FROM generate_series(0, 19) AS n;
    INSERT INTO collected_usage (ai_provider, ai_organization_id, bucket_width, endpoint, day, read_at, rows, run_id)
      SELECT 'openai', 'org-usage', '1h', 'completions', day, day + interval '3 days', 1, 'run' FROM generate_series(date '${SINCE}', date '${UNTIL}', '1 day') AS day`);
  const indexes = await query<{ name: string; sql: string }>(
    `SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE tablename = 'usage_data' AND indexname <> 'usage_data_pkey'`,
  );
  for (const { name } of indexes) await query(`DROP INDEX "${name}"`);
  // Keys that are checked and kept row by row take ten times as long as those of all rows at once.
  await query(`
    SET LOCAL session_replication_role = replica;
    ALTER TABLE usage_data DROP CONSTRAINT usage_data_pkey;
    INSERT INTO usage_data (id, project_id, bucket_width, bucket_start_time, bucket_end_time, endpoint, token_type, unit, model, service_tier, batch, api_key_id, context_window, inference_geo, detail, quantity)
    SELECT gen_random_uuid()::text, 'used-' || n % 20, '1h', hour, hour + interval '1 hour', 'completions', (ARRAY['uncached_input_tokens', 'cached_input_tokens', 'output_tokens', 'output_audio_tokens'])[1 + n / 20 % 4],
      'tokens', 'gpt-5-' || n / 80 % 6, '', '', 'key_' || n / 480, '', '', '', 1000 + n
    FROM generate_series(timestamp '${SINCE}', timestamp '${UNTIL} 23:00', '1 hour') AS hour, generate_series(0, ${rowsAnHour - 1}) AS n;
    ALTER TABLE usage_data ADD CONSTRAINT usage_data_pkey PRIMARY KEY (id, bucket_start_time)`);
  for (const { sql } of indexes) await query(sql);
  return HOURS * rowsAnHour;
}

const SPANS = { 'a day': UNTIL, 'a month': addDays(UNTIL, -30) };

/** Milliseconds by span. */
async function timeReports({ database }: BenchDatabase, rounds: number): Promise<Record<string, number>> {
  const reports = createReportStore(database.sql);
  const times: Record<string, number> = {};
  for (const [name, since] of Object.entries(SPANS)) {
    const query = { teamId: 'team-1', since, until: UNTIL, groupBy: ['project' as const] };
    const taken: number[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const started = performance.now();
      await reports.run(query, addDays(UNTIL, 100));
      // The first one reads what the next ones find in memory.
      if (round > 0) taken.push(performance.now() - started);
    }
    times[name] = median(taken);
  }
  return times;
}

function figures(
  millions: number,
  table: Record<string, number>,
  partitions: Record<string, number>,
  partitioning: number,
): Figure[] {
  const of = `${millions.toFixed(1)} million rows of hourly usage`;
  const reports = Object.keys(SPANS).map((name): Figure => {
    const [apart, whole] = [partitions[name] ?? NaN, table[name] ?? NaN];
    return {
      group: 'usage',
      name: `a report of ${name}, monthly partitions / one table`,
      ratio: apart / whole,
      target: null,
      detail: `${Math.round(apart)} / ${Math.round(whole)} ms in ${of}`,
    };
  });
  return [
    ...reports,
    {
      group: 'usage',
      name: 'costs db partition usage, seconds a million rows',
      ratio: partitioning / 1000 / millions,
      target: null,
      detail: `${(partitioning / 1000).toFixed(0)} s for ${of} in 24 months`,
    },
  ];
}
