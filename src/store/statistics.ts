import { SQL } from './sql.js';
import type { StatementPool } from './statements.js';
import { quote } from './rows.js';

/** Those that figures are read from: by what is known of them the planner chooses between a moment and minutes. */
const TABLES = [
  ...['projects', 'cost_data', 'cost_by_api_key', 'usage_data'],
  ...['restatements', 'collected_days', 'collected_usage'],
];

/**
 * Lets the planner know of tables that have grown to twice what it knows of. The embedded store never does that by itself, and
 * a server up to a minute later. A table that this role may not analyze, or that somebody else is at, is left as it is.
 */
export async function renewStatistics(sql: StatementPool): Promise<void> {
  const grown = await sql.$queryRaw<{ name: string }[]>`
    SELECT relname AS name FROM pg_class
    WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relname = ANY (${TABLES}) AND relkind = 'r'
      AND pg_relation_size(oid) > 2 * greatest(relpages, 1) * current_setting('block_size')::bigint`;
  for (const { name } of grown) await sql.$executeRaw`ANALYZE (SKIP_LOCKED) ${SQL.raw(quote(name))}`;
}
