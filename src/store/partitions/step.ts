import { LOCK_TIMEOUT } from '../migrations/session.js';
import { setPathLine } from '../migrations/step.js';
import { quote } from '../rows.js';
import type { Settings } from '../settings.js';
import { PARTITIONED_TABLE } from './layout.js';

/** One transaction on the way to partitions or back; what is done stays done, whatever becomes of the next. */
export interface PartitionStep {
  /** In words: `move 31,000 rows of 2026-01 to usage_data_2026_01`. */
  text: string;
  sql: string[];
  /** What is locked until its end, in words. */
  locks: string;
  /** Whether it runs in a transaction that keeps everybody from the table; VACUUM runs in none. */
  exclusive: boolean;
  /** The rows that it moves, as a subquery `t`: where they are before, and where after. */
  moved: { from: string; to: string } | null;
}

/** Foreign keys of new partitions need the first; a writer takes the tables in the same order. */
export const LOCK_TABLES = `LOCK TABLE "projects" IN SHARE ROW EXCLUSIVE MODE; LOCK TABLE ${quote(PARTITIONED_TABLE)} IN ACCESS EXCLUSIVE MODE`;

export function exclusiveStep(text: string, sql: string[], moved: PartitionStep['moved'] = null): PartitionStep {
  const locks = `ACCESS EXCLUSIVE on ${PARTITIONED_TABLE}, SHARE ROW EXCLUSIVE on projects`;
  return { text, sql, locks, exclusive: true, moved };
}

/** Rows of deleted versions go, and the planner learns of the partitions, which autovacuum does not tell it of all together. */
export function vacuumStep(): PartitionStep {
  return {
    text: `clean up and analyze ${PARTITIONED_TABLE}`,
    sql: [`VACUUM (ANALYZE) ${quote(PARTITIONED_TABLE)}`],
    locks: `SHARE UPDATE EXCLUSIVE on one partition after the other`,
    exclusive: false,
    moved: null,
  };
}

/** The steps as psql takes them. */
export function toPartitionScript(steps: readonly PartitionStep[], settings: Pick<Settings, 'schema'>): string {
  const lines = steps.map(({ text, sql, exclusive }) => {
    const statements = sql.map((each) => `${each};\n`).join('');
    if (!exclusive) return `-- ${text}\n${statements}`;
    return `-- ${text}\nBEGIN;\nSET LOCAL lock_timeout = '${LOCK_TIMEOUT}';\n${LOCK_TABLES};\n${statements}COMMIT;\n`;
  });
  return `${setPathLine(settings)}${lines.join('\n')}`;
}
