import type { CostLine } from '../../domain/bucket.js';
import { formatDecimal } from '../../domain/decimal.js';
import { Prisma } from '../../generated/prisma/client.js';
import { arrayLiteral } from '../array-literal.js';

/** What of a line comes back on other days and in other projects. */
const ITEM_COLUMNS = [
  'lineItem',
  'currency',
  'quantityUnit',
  'model',
  'costType',
  'tokenType',
  'serviceTier',
  'contextWindow',
  'inferenceGeo',
] as const;

/**
 * Lines as the rows of a query. Projects, buckets and line items come back again and again, so each is sent once and named
 * by its number afterwards: a tenth of the bytes, and of the work on both sides. Every number has its value; the joins are
 * left ones because PostgreSQL, which knows nothing of the numbers, then still knows how many rows come out.
 */
export function incomingLines(lines: readonly CostLine[], projectIds: ReadonlyMap<string, string>): Prisma.Sql {
  const projects = new Numbering<string>((a, b) => a === b);
  const buckets = new Numbering<CostLine>((a, b) => a.bucketEnd.getTime() === b.bucketEnd.getTime());
  const items = new Numbering<CostLine>((a, b) => ITEM_COLUMNS.every((column) => a[column] === b[column]));
  const rows = lines.map((line) => ({
    project: projects.of(line.providerProjectId, projectIds.get(line.providerProjectId) ?? ''),
    bucket: buckets.of(line.bucketStart.getTime(), line),
    item: items.of(line.lineItem, line),
  }));
  const texts = ITEM_COLUMNS.map(
    (column) => Prisma.sql`${arrayLiteral(items.values.map((line) => line[column]))}::text[]`,
  );
  return Prisma.sql`
    SELECT p.project_id, b.bucket_start_time, b.bucket_end_time, i.line_item, i.currency, r.cost, r.quantity, i.quantity_unit, i.model,
           i.cost_type, i.token_type, i.service_tier, i.context_window, i.inference_geo
    FROM unnest(
      ${arrayLiteral(rows.map(({ project }) => project))}::int[],
      ${arrayLiteral(rows.map(({ bucket }) => bucket))}::int[],
      ${arrayLiteral(rows.map(({ item }) => item))}::int[],
      ${arrayLiteral(lines.map(({ cost }) => formatDecimal(cost)))}::numeric[],
      ${arrayLiteral(lines.map(({ quantity }) => (quantity === null ? null : formatDecimal(quantity))))}::numeric[]
    ) AS r (project, bucket, item, cost, quantity)
    LEFT JOIN unnest(${arrayLiteral(projects.values)}::text[]) WITH ORDINALITY AS p (project_id, number) ON p.number = r.project
    LEFT JOIN unnest(
      ${arrayLiteral(buckets.values.map(({ bucketStart }) => bucketStart.toISOString()))}::timestamp[],
      ${arrayLiteral(buckets.values.map(({ bucketEnd }) => bucketEnd.toISOString()))}::timestamp[]
    ) WITH ORDINALITY AS b (bucket_start_time, bucket_end_time, number) ON b.number = r.bucket
    LEFT JOIN unnest(${Prisma.join(texts)}) WITH ORDINALITY
      AS i (line_item, currency, quantity_unit, model, cost_type, token_type, service_tier, context_window, inference_geo, number)
      ON i.number = r.item`;
}

/** Values in the order they were first seen, numbered from 1 as `WITH ORDINALITY` numbers them. */
class Numbering<T> {
  readonly values: T[] = [];
  readonly #numbers = new Map<string | number, number[]>();

  /** @param isSame whether two values with one key are the same; most keys tell all. */
  constructor(private readonly isSame: (a: T, b: T) => boolean) {}

  of(key: string | number, value: T): number {
    const known = this.#numbers.get(key);
    const same = known?.find((number) => this.isSame(value, this.values[number - 1] as T));
    if (same !== undefined) return same;
    const number = this.values.push(value);
    if (known === undefined) this.#numbers.set(key, [number]);
    else known.push(number);
    return number;
  }
}
