import type { Pool } from 'pg';
import { columnsOf, quote } from '../rows.js';
import { defaultOf, readPartitions, type Partition } from './catalog.js';
import { PARTITIONED_TABLE } from './layout.js';
import { exclusiveStep, type PartitionStep } from './step.js';
import { readIndexNames, readParts, readRevocations } from './table-parts.js';

const TABLE = quote(PARTITIONED_TABLE);

/** What leads back to a plain table with all rows, a partition in a transaction; nothing where it is one. Reads only. */
export async function planPlain(pool: Pool): Promise<PartitionStep[]> {
  const partitions = await readPartitions(pool);
  if (partitions === null) return [];
  const columns = (await columnsOf(pool, PARTITIONED_TABLE)).map(quote).join(', ');
  const target = defaultOf(partitions);
  return [
    ...partitions.filter(({ name }) => name !== target).map((each) => moveBack(each, target, columns)),
    await becomePlain(pool, target),
  ];
}

function moveBack({ name, holds }: Partition, target: string, columns: string): PartitionStep {
  return exclusiveStep(
    `move the rows of ${name} back to ${target}`,
    [
      `ALTER TABLE ${TABLE} DETACH PARTITION ${quote(name)}`,
      `INSERT INTO ${quote(target)} (${columns}) SELECT ${columns} FROM ${quote(name)}`,
      `DROP TABLE ${quote(name)}`,
    ],
    {
      from: `(SELECT ${columns} FROM ${quote(name)}) t`,
      to: `(SELECT ${columns} FROM ${quote(target)} WHERE ${holds}) t`,
    },
  );
}

/** Its indexes take the names of those above them, and whoever may do something with the table by now still may. */
async function becomePlain(pool: Pool, target: string): Promise<PartitionStep> {
  const names = await readIndexNames(pool, target);
  const { rights } = await readParts(pool);
  return exclusiveStep(`let ${target} take the place of ${PARTITIONED_TABLE}`, [
    `ALTER TABLE ${TABLE} DETACH PARTITION ${quote(target)}`,
    `DROP TABLE ${TABLE}`,
    `ALTER TABLE ${quote(target)} RENAME TO ${TABLE}`,
    ...names.map(({ name, above }) => `ALTER INDEX ${quote(name)} RENAME TO ${quote(above)}`),
    ...(await readRevocations(pool, target)),
    ...rights,
  ]);
}
