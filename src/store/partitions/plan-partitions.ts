import type { Pool } from 'pg';
import { plural } from '../../domain/words.js';
import { columnsOf, quote } from '../rows.js';
import { defaultOf, readMonths, readPartitions, type MonthOfRows, type Partition } from './catalog.js';
import { DEFAULT_PARTITION, MONTHS_AHEAD, PARTITIONED_TABLE } from './layout.js';
import { boundsOf, partitionName } from './months.js';
import { exclusiveStep, vacuumStep, type PartitionStep } from './step.js';
import { readGuards, readParts } from './table-parts.js';

const TABLE = quote(PARTITIONED_TABLE);

/** Statements that keep others from a new table. */
type Guards = (table: string) => string[];

/**
 * What leads to monthly partitions from wherever the table stands: it becomes the default partition as it is, then each month
 * of rows moves out of it in a transaction of its own, and the months ahead are made. Reads only.
 */
export async function planPartitions(pool: Pool): Promise<PartitionStep[]> {
  const partitions = await readPartitions(pool);
  const months = await readMonths(pool, partitions === null ? PARTITIONED_TABLE : defaultOf(partitions));
  const columns = (await columnsOf(pool, PARTITIONED_TABLE)).map(quote).join(', ');
  const source = partitions === null ? DEFAULT_PARTITION : defaultOf(partitions);
  const ahead = await monthsAhead(pool, partitions ?? [], months);
  const guards = await readGuards(pool);
  return [
    ...(partitions === null ? [await becomeDefault(pool, guards)] : []),
    ...months.map((each) => moveMonth(each, source, columns, guards)),
    ...(months.length > 0 ? [vacuumStep()] : []),
    ...(ahead.length > 0 ? [makeMonths(ahead, guards)] : []),
  ];
}

/** No row moves, and none is read: the table and its indexes only take other names, and their place below a new one. */
async function becomeDefault(pool: Pool, guards: Guards): Promise<PartitionStep> {
  const { indexes, constraints, rights } = await readParts(pool);
  return exclusiveStep(`make ${PARTITIONED_TABLE}, as it is, the default partition of a new table of that name`, [
    `ALTER TABLE ${TABLE} RENAME TO ${quote(DEFAULT_PARTITION)}`,
    ...indexes.map(({ name }) => `ALTER INDEX ${quote(name)} RENAME TO ${quote(nameBelow(name))}`),
    `CREATE TABLE ${TABLE} (LIKE ${quote(DEFAULT_PARTITION)} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING COMMENTS INCLUDING STORAGE) PARTITION BY RANGE ("bucket_start_time")`,
    ...guards(PARTITIONED_TABLE),
    ...constraints,
    ...indexes.flatMap(({ sql }) => (sql === null ? [] : [sql])),
    `ALTER TABLE ${TABLE} ATTACH PARTITION ${quote(DEFAULT_PARTITION)} DEFAULT`,
    ...rights,
  ]);
}

/** `usage_data_default_pkey`, within the length of a name. */
function nameBelow(index: string): string {
  const rest = index.startsWith(PARTITIONED_TABLE) ? index.slice(PARTITIONED_TABLE.length) : `_${index}`;
  return `${DEFAULT_PARTITION}${rest}`.slice(0, 63);
}

/** It is filled before it has indexes: they are built in one go as it takes its place. */
function moveMonth({ month, rows }: MonthOfRows, source: string, columns: string, guards: Guards): PartitionStep {
  const [name, { from, to }] = [partitionName(month), boundsOf(month)];
  const where = `"bucket_start_time" >= '${from}' AND "bucket_start_time" < '${to}'`;
  return exclusiveStep(
    `move ${plural(rows, 'row')} of ${month} to ${name}`,
    [
      `CREATE TABLE ${quote(name)} (LIKE ${TABLE} INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING STORAGE)`,
      ...guards(name),
      `WITH moved AS (DELETE FROM ${quote(source)} WHERE ${where} RETURNING ${columns}) INSERT INTO ${quote(name)} (${columns}) SELECT * FROM moved`,
      `ALTER TABLE ${TABLE} ATTACH PARTITION ${quote(name)} FOR VALUES FROM ('${from}') TO ('${to}')`,
    ],
    {
      from: `(SELECT ${columns} FROM ${quote(source)} WHERE ${where}) t`,
      to: `(SELECT ${columns} FROM ${quote(name)}) t`,
    },
  );
}

function makeMonths(months: readonly string[], guards: Guards): PartitionStep {
  const [first = '', last = ''] = [months[0], months.at(-1)];
  const which = months.length === 1 ? partitionName(first) : `${partitionName(first)} to ${partitionName(last)}`;
  return exclusiveStep(
    `make ${plural(months.length, 'empty partition')}: ${which}`,
    months.flatMap((month) => {
      const [name, { from, to }] = [partitionName(month), boundsOf(month)];
      return [
        `CREATE TABLE ${quote(name)} PARTITION OF ${TABLE} FOR VALUES FROM ('${from}') TO ('${to}')`,
        ...guards(name),
      ];
    }),
  );
}

/** From the database's month on, those that no partition has or will have. */
async function monthsAhead(
  pool: Pool,
  partitions: readonly Partition[],
  months: readonly MonthOfRows[],
): Promise<string[]> {
  const { rows } = await pool.query<{ month: string }>(
    `SELECT to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n), 'YYYY-MM') AS month FROM generate_series(0, $1) AS n`,
    [MONTHS_AHEAD],
  );
  const isCovered = (month: string) => {
    const { from, to } = boundsOf(month);
    return (
      months.some((each) => each.month === month) ||
      partitions.some(({ bounds }) => bounds !== null && bounds.from < to && from < bounds.to)
    );
  };
  return rows.map(({ month }) => month).filter((month) => !isCovered(month));
}
