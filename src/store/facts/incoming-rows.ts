import { formatDecimal, type Decimal } from '../../domain/decimal.js';
import { SQL, type Sql } from '../sql.js';
import { arrayLiteral } from '../array-literal.js';
import { columnList, type Fact, type FactList } from './fact-list.js';

/**
 * Rows as a query, each with its `number` from 1. Projects, buckets and texts come back again and again, so each is sent once and named by its number
 * afterwards: a tenth of the bytes, and of the work on both sides. Every number has its value; the joins are left ones
 * because PostgreSQL, which knows nothing of the numbers, then still knows how many rows come out.
 */
export function incomingRows<Row extends Fact>(
  list: FactList<Row>,
  rows: readonly Row[],
  projectIds: ReadonlyMap<string, string>,
): Sql {
  const texts = [
    ...Object.values(list.key).map((property) => (row: Row) => (row[property] as string | null | undefined) ?? ''),
    ...Object.values(list.texts).map((property) => (row: Row) => (row[property] as string | null | undefined) ?? null),
  ];
  const textColumns = Object.keys({ ...list.key, ...list.texts });
  const amountColumns = Object.keys(list.amounts);
  const projects = new Numbering<Row>([({ providerProjectId }) => providerProjectId]);
  const buckets = new Numbering<Row>([({ bucketStart }) => +bucketStart, ({ bucketEnd }) => +bucketEnd]);
  const items = new Numbering<Row>(texts);
  const numbered = { project: [] as number[], bucket: [] as number[], item: [] as number[] };
  for (const row of rows) {
    numbered.project.push(projects.of(row));
    numbered.bucket.push(buckets.of(row));
    numbered.item.push(items.of(row));
  }
  const amounts = Object.values(list.amounts).map(
    (property) =>
      SQL`${arrayLiteral(rows.map((row) => formatNullable(row[property] as Decimal | null | undefined)))}::numeric[]`,
  );
  const values = texts.map((text) => SQL`${arrayLiteral(items.values.map(text))}::text[]`);
  return SQL`
    SELECT p.project_id, b.bucket_start_time, b.bucket_end_time, ${columnList(textColumns, 'i.')}, ${columnList(amountColumns, 'r.')}, r.number
    FROM unnest(
      ${arrayLiteral(numbered.project)}::int[], ${arrayLiteral(numbered.bucket)}::int[], ${arrayLiteral(numbered.item)}::int[],
      ${SQL.join(amounts)}
    ) WITH ORDINALITY AS r (project, bucket, item, ${columnList(amountColumns)}, number)
    LEFT JOIN unnest(${arrayLiteral(projects.values.map(({ providerProjectId }) => projectIds.get(providerProjectId) ?? ''))}::text[]) WITH ORDINALITY AS p (project_id, number) ON p.number = r.project
    LEFT JOIN unnest(
      ${arrayLiteral(buckets.values.map(({ bucketStart }) => bucketStart.toISOString()))}::timestamp[],
      ${arrayLiteral(buckets.values.map(({ bucketEnd }) => bucketEnd.toISOString()))}::timestamp[]
    ) WITH ORDINALITY AS b (bucket_start_time, bucket_end_time, number) ON b.number = r.bucket
    LEFT JOIN unnest(${SQL.join(values)}) WITH ORDINALITY AS i (${columnList(textColumns)}, number) ON i.number = r.item`;
}

function formatNullable(value: Decimal | null | undefined): string | null {
  return value == null ? null : formatDecimal(value);
}

type Branch = Map<unknown, Branch | number>;

/**
 * Rows that differ in what is read of them, numbered from 1 in the order they were first seen, as `WITH ORDINALITY` numbers
 * them. A tree, because making one text of all that is read costs more than the database's work on the row; it branches only
 * where two rows differ, because a branch for all that is read of each takes more memory than the rows.
 */
class Numbering<Row> {
  readonly values: Row[] = [];
  readonly #root: Branch = new Map();

  constructor(private readonly reads: readonly ((row: Row) => unknown)[]) {}

  of(row: Row): number {
    let branch = this.#root;
    for (let level = 0; ; level += 1) {
      const value = this.reads[level]?.(row);
      const known = branch.get(value);
      if (known === undefined) {
        const number = this.values.push(row);
        branch.set(value, number);
        return number;
      }
      if (typeof known !== 'number') {
        branch = known;
        continue;
      }
      const held = this.values[known - 1];
      const next = this.reads[level + 1];
      if (held === undefined || next === undefined || this.#isSame(held, row, level + 1)) return known;
      const between: Branch = new Map([[next(held), known]]);
      branch.set(value, between);
      branch = between;
    }
  }

  #isSame(a: Row, b: Row, level: number): boolean {
    for (let at = level; at < this.reads.length; at += 1) if (this.reads[at]?.(a) !== this.reads[at]?.(b)) return false;
    return true;
  }
}
