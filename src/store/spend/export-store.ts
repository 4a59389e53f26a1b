import { SQL, type Sql } from '../sql.js';
import type { Day } from '../../domain/day.js';
import { parseDecimal } from '../../domain/decimal.js';
import type { ExportQuery, ExportRow, ExportStore } from '../../domain/export.js';
import { parseScope } from '../../domain/scope.js';
import { billReportOf } from '../../providers/registry.js';
import { inDays } from '../facts/stored-rows.js';
import { readPriceBook } from '../usage/prices.js';
import { listPriceOf } from './list-price.js';
import { requireKept } from '../../domain/dimensions.js';
import { columnsOf, fromSpend } from './query.js';
import { kindsOf, spendRows, wordsOf } from './relation.js';
import { createTagStore } from '../tags.js';
import type { StatementPool, Statements } from '../statements.js';
import { readTagsOn } from './tags-on.js';
import { readUsageOfCharges, type UsageOfCharges } from './usage-quantities.js';

/** Rows in memory at a time: enough that a round trip costs little, few enough that memory stays flat. */
const BATCH = 4_000;

/** Read of a row beside what a report adds up. */
const COLUMNS = [
  'id',
  'line_item',
  'model',
  'bucket_start_time',
  'bucket_end_time',
  'quantity',
  'quantity_unit',
  'list_cost',
  'cost_type',
  'modality',
  'token_type',
  'service_tier',
  'context_window',
  'inference_geo',
];

type RawRow = Omit<
  ExportRow,
  | 'team'
  | 'cost'
  | 'listCost'
  | 'listUnitPrice'
  | 'quantity'
  | 'quantitySource'
  | 'tags'
  | 'billReport'
  | 'isOfAllServices'
> & {
  billSource: string | null;
  scope: string | null;
  cost: string;
  listCost: string | null;
  quantity: string | null;
  /** One of several parts of a row. */
  isPart: boolean;
};

export function createExportStore(sql: StatementPool): ExportStore {
  return { read: (query, take) => sql.snapshot((tx) => readRows(tx, query, take)) };
}

async function readRows(
  tx: Statements,
  query: ExportQuery,
  take: (rows: readonly ExportRow[]) => Promise<void>,
): Promise<number> {
  const [team] = await tx.$queryRaw<
    [{ id: string; name: string }]
  >`SELECT id, name FROM teams WHERE id = ${query.teamId}`;
  const tagsOn = readTagsOn(await createTagStore(tx).list(query.teamId));
  const book = query.withUsage ? await readPriceBook(tx, query.teamId) : null;
  // All keys of the span are joined at once. Nobody analyses the tables of an embedded store: as few rows as are expected there,
  // the keys would be counted anew for each row, minutes for a year.
  await tx.$executeRaw`SET LOCAL enable_nestloop = off`;
  await tx.$executeRaw`DECLARE costs_export NO SCROLL CURSOR FOR ${selectRows(query)}`;
  await tx.$executeRaw`SET LOCAL enable_nestloop TO DEFAULT`;
  let usage: { day: Day | null; found: UsageOfCharges | null } = { day: null, found: null };
  let count = 0;
  for (;;) {
    const raw = await tx.$queryRaw<RawRow[]>`FETCH FORWARD ${SQL.raw(String(BATCH))} FROM costs_export`;
    if (raw.length === 0) return count;
    const rows: ExportRow[] = [];
    for (const row of raw) {
      // Usage is known as it is today.
      if (query.withUsage && query.asOf === undefined && usage.day !== row.day)
        usage = { day: row.day, found: await readUsageOfCharges(tx, { ...query, since: row.day, until: row.day }) };
      const { isPart, billSource, scope, ...whole } = row;
      rows.push({
        // Usage is of the whole row.
        ...measure(whole, isPart ? null : usage.found),
        ...{ team, tags: tagsOn(row.projectId, row.day), cost: parseDecimal(row.cost) },
        listCost: row.listCost === null ? null : parseDecimal(row.listCost),
        billReport: row.estimated ? null : billReportOf({ provider: row.provider ?? '', billSource }),
        isOfAllServices: scope !== null && parseScope(scope).only === 'all',
        listUnitPrice: book === null ? null : listPriceOf(row, book),
      });
    }
    count += rows.length;
    await take(rows);
  }
}

function selectRows(query: ExportQuery): Sql {
  const kinds = kindsOf(query).filter((kind) => kind !== 'unpriced');
  if (query.asOf !== undefined) requireKept(wordsOf({ ...query, groupBy: [] }));
  const rows = columnsOf(query).includes('api_key_id')
    ? SQL`SELECT s.*, false AS is_part FROM (${spendRows(query, { kinds, columns: [...COLUMNS, 'api_key_id'] })}) s`
    : splitByKey(query, spendRows(query, { kinds, columns: COLUMNS }));
  return SQL`
    SELECT c.id, to_char(c.day, 'YYYY-MM-DD') AS day, coalesce(c.bucket_start_time, c.day) AS "bucketStart",
      coalesce(c.bucket_end_time, c.day + interval '1 day') AS "bucketEnd", p.ai_provider AS provider,
      p.ai_organization_id AS "organizationId", coalesce(g.name, p.ai_organization_id) AS organization,
      p.id AS "projectId", p.name AS project, p.ai_project_id AS "providerProjectId",
      (p.linked_at IS NOT NULL OR p.ai_project_id IS NULL) AS linked, coalesce(c.line_item, '') AS "lineItem", c.model,
      c.modality, c.cost_type AS "costType", c.token_type AS "tokenType", c.service_tier AS "serviceTier",
      c.context_window AS "contextWindow", c.inference_geo AS "inferenceGeo", trim_scale(c.quantity)::text AS quantity,
      c.quantity_unit AS "quantityUnit", c.currency, trim_scale(c.cost)::text AS cost,
      trim_scale(c.list_cost)::text AS "listCost", c.estimated, nullif(c.api_key_id, '') AS "apiKeyId", k.name AS "apiKeyName",
      c.is_part AS "isPart", g.source AS "billSource",
      (SELECT d.scope FROM collected_days d
        WHERE d.ai_provider = p.ai_provider AND d.ai_organization_id = p.ai_organization_id AND d.api_version = 'costs_v1'
          AND d.day = c.day) AS scope
    ${fromSpend({ rows, filter: query, groupBy: ['api-key'] })}
    ORDER BY c.day, c.project_id, c.id, c.api_key_id`;
}

/** Each row of a bill in as many parts as API keys spent it, where the bill itself tells; the parts add up to it. */
function splitByKey({ asOf, ...span }: ExportQuery, rows: Sql): Sql {
  if (asOf !== undefined) return SQL`SELECT s.*, '' AS api_key_id, false AS is_part FROM (${rows}) s`;
  const ofPart = (column: string) =>
    SQL.raw(`CASE WHEN k.parts > 1 THEN k.${column} ELSE s.${column} END AS ${column}`);
  const others = COLUMNS.filter((name) => !['quantity', 'quantity_unit', 'list_cost'].includes(name));
  return SQL`
    SELECT s.project_id, s.day, s.currency, s.estimated, ${SQL.raw(others.map((name) => `s.${name}`).join(', '))},
           ${ofPart('cost')}, ${ofPart('quantity')}, ${ofPart('quantity_unit')},
           CASE WHEN k.parts > 1 THEN NULL ELSE s.list_cost END AS list_cost, coalesce(k.api_key_id, '') AS api_key_id, coalesce(k.parts > 1, false) AS is_part
    FROM (${rows}) s LEFT JOIN (
      SELECT *, count(*) OVER (PARTITION BY project_id, bucket_start_time, bucket_end_time, line_item) AS parts
      FROM cost_by_api_key
      WHERE source IN ('bill', 'bill rest') AND ${inDays('bucket_start_time', span)}
    ) k ON NOT s.estimated AND k.project_id = s.project_id AND k.bucket_start_time = s.bucket_start_time
      AND k.bucket_end_time = s.bucket_end_time AND k.line_item = s.line_item`;
}

function measure<Row extends Omit<RawRow, 'isPart' | 'billSource' | 'scope'>>(row: Row, usage: UsageOfCharges | null) {
  if (row.quantity !== null)
    return { quantitySource: row.estimated ? 'usage' : 'bill', ...row, quantity: parseDecimal(row.quantity) } as const;
  const used = row.estimated ? null : (usage?.(row) ?? null);
  if (used === null) return { quantitySource: null, ...row, quantity: null };
  return { quantitySource: 'usage', ...row, quantity: used.quantity, quantityUnit: used.unit } as const;
}
