import { SQL, type Sql } from '../sql.js';
import { UNSPECIFIED } from '../../domain/bucket.js';
import { dimensionOf, PATTERN_WORDS, requireKept, type GroupWord } from '../../domain/dimensions.js';
import type { DaySpan } from '../../domain/day.js';
import type { KeyedSource } from '../../domain/keyed-report.js';
import type { ReportBasis, ReportQuery } from '../../domain/report.js';
import { modalityOf } from '../../domain/token-types.js';
import type { UnpricedUsage } from '../../domain/usage-store.js';
import { arrayLiteral } from '../array-literal.js';
import { inDays } from '../facts/stored-rows.js';
import type { Statements } from '../statements.js';
import { billedRowsAsOf } from './as-of.js';
import { ADDED_MEASURES, MEASURE_COLUMNS, MEASURE_KEYS, measuredRows, type UsedQuantity } from './measures.js';
import { columnsOf, projectConditions, tagsOf } from './query.js';

/**
 * Where figures come from. `billed`: what was charged. `estimated`: what collected usage should have cost. `legacy`: rows of
 * the old system, in dollars, where no usage was collected. `unpriced`: usage of which nobody knows what it costs.
 */
export type SpendKind = 'billed' | 'estimated' | 'legacy' | 'unpriced';

/** Billed cost wins: the best there is leaves out what is not a bill where its project has a bill that day. */
const KINDS: Record<ReportBasis, readonly SpendKind[]> = {
  billed: ['billed'],
  usage: ['estimated', 'legacy', 'unpriced'],
  best: ['billed', 'estimated', 'legacy', 'unpriced'],
};

export type SpendRange = DaySpan & Pick<ReportQuery, 'basis' | 'asOf'>;

/** Usage without a price, named as its estimate would be. */
export interface UnpricedItem extends UnpricedUsage {
  lineItem: string;
}

export interface SpendParts {
  /** Columns of `cost_data` beside project, day, currency and cost. */
  columns: readonly string[];
  kinds: readonly SpendKind[];
  unpriced?: readonly UnpricedItem[];
}

/** The kinds that a query asks for. */
export function kindsOf({ basis = 'best' }: Pick<ReportQuery, 'basis'>): readonly SpendKind[] {
  return KINDS[basis];
}

/**
 * All spend of a span: `project_id`, `day`, `currency`, `cost` (null where it is unknown), `estimated`, and the columns asked
 * for. The one place that says which rows of the store are spend; teams and other filters are the question's.
 */
export function spendRows(range: SpendRange, { kinds, columns, unpriced = [] }: SpendParts): Sql {
  const parts = kinds.map((kind) => rowsOfKind(kind, range, columns, unpriced));
  return SQL.join(parts, ' UNION ALL ');
}

function rowsOfKind(
  kind: SpendKind,
  range: SpendRange,
  columns: readonly string[],
  unpriced: readonly UnpricedItem[],
): Sql {
  const rows = {
    billed: () => billedRows(range, columns),
    estimated: () => estimatedRows(range, columns),
    legacy: () => legacyRows(range, columns),
    unpriced: () => unpricedRows(unpriced, columns),
  }[kind]();
  // Said twice, so that the days can be hashed as well as looked up in the index: bills of an adopted database may begin at any time of a day.
  const unbilled = SQL`WHERE NOT EXISTS (
      SELECT FROM cost_data b WHERE b.project_id = e.project_id AND b.api_version = 'costs_v1' AND ${inDays('b.bucket_start_time', range)}
        AND date_trunc('day', b.bucket_start_time) = e.day AND b.bucket_start_time >= e.day AND b.bucket_start_time < e.day + interval '1 day')`;
  const isBest = (range.basis ?? 'best') === 'best';
  return SQL`SELECT e.*, ${SQL.raw(String(kind !== 'billed'))} AS estimated FROM (${rows}) e ${kind !== 'billed' && isBest ? unbilled : SQL.empty}`;
}

/** What tells columns of bills that their rows do not have; nothing where the rows have them all. */
export function billSources(columns: readonly string[]): readonly KeyedSource[] {
  if (columns.includes('product')) return ['product'];
  return columns.includes('api_key_id') ? ['bill', 'analytics'] : [];
}

function billedRows(range: SpendRange, columns: readonly string[]): Sql {
  if (range.asOf !== undefined) return billedRowsAsOf(range, range.asOf, columns);
  const sources = billSources(columns);
  if (sources.length > 0) return keyedRows(range, columns, { version: 'costs_v1', sources });
  return SQL`
    SELECT project_id, date_trunc('day', bucket_start_time) AS day, currency, cost ${more(columns)} FROM cost_data
    WHERE api_version = 'costs_v1' AND ${inDays('bucket_start_time', range)}`;
}

/** Columns of the cuts by API key that rows of a bill do not have. */
export const NOT_BILLED = ['api_key_id', 'product'];
/** Columns of cuts in which the empty text stands for what rows of a bill leave null. */
const SELDOM_TOLD = ['model', 'token_type', 'service_tier'];
const BOTH_HAVE = [
  'line_item',
  'quantity',
  'quantity_unit',
  'id',
  'bucket_start_time',
  'bucket_end_time',
  ...NOT_BILLED,
];

/** What API keys spent, or products, as sources tell it; where none of them cuts a project's bucket, its rows as they are. */
function keyedRows(
  range: SpendRange,
  columns: readonly string[],
  { version, sources }: { version: 'costs_v1' | 'usage_v1'; sources: readonly KeyedSource[] },
): Sql {
  const those = SQL`(${SQL.join(sources.flatMap((source) => [source, `${source} rest`]))})`;
  const isVersion = SQL.raw(`api_version = '${version}'`);
  const made: Record<string, string> = Object.fromEntries<string>([
    ['list_cost', 'NULL::numeric'],
    ...SELDOM_TOLD.map((name): [string, string] => [name, `nullif(s.${name}, '')`]),
    ...BOTH_HAVE.map((name): [string, string] => [name, `s.${name}`]),
    ['line_item', `coalesce(nullif(s.line_item, ''), '${UNSPECIFIED}')`],
  ]);
  // What is not cut is told by the row that was cut, which PostgreSQL looks up where it is asked for; what another report tells is of no row.
  return SQL`
    SELECT s.project_id, date_trunc('day', s.bucket_start_time) AS day, s.currency, s.cost ${more(columns, made)}
    FROM cost_by_api_key s
    LEFT JOIN cost_data r ON r.project_id = s.project_id AND r.bucket_start_time = s.bucket_start_time AND r.bucket_end_time = s.bucket_end_time
      AND r.line_item = s.line_item AND r.${isVersion}
    WHERE s.source IN ${those} AND ${inDays('s.bucket_start_time', range)}
    UNION ALL
    SELECT b.project_id, date_trunc('day', b.bucket_start_time), b.currency, b.cost ${more(columns)} FROM cost_data b
    WHERE b.${isVersion} AND ${inDays('b.bucket_start_time', range)}
      AND NOT EXISTS (
        SELECT FROM cost_by_api_key k WHERE k.project_id = b.project_id AND k.bucket_start_time = b.bucket_start_time AND k.source IN ${those})`;
}

function estimatedRows(range: SpendRange, columns: readonly string[]): Sql {
  if (columns.includes('api_key_id')) return keyedRows(range, columns, { version: 'usage_v1', sources: ['usage'] });
  return SQL`
    SELECT project_id, date_trunc('day', bucket_start_time) AS day, currency, cost ${more(columns)} FROM cost_data
    WHERE api_version = 'usage_v1' AND ${inDays('bucket_start_time', range)}`;
}

/** Both speak of the same usage: where a project's day was estimated from collected usage, its old rows are left out. */
function legacyRows(range: SpendRange, columns: readonly string[]): Sql {
  return SQL`
    SELECT o.project_id, date_trunc('day', o.date) AS day, upper(coalesce(o.currency, 'USD')) AS currency, o.cost ${more(columns, { line_item: 'coalesce(o.line_item, o.service)' })}
    FROM cost_data o
    WHERE o.api_version = 'usage_v1' AND o.bucket_start_time IS NULL AND ${inDays('o.date', range)}
      AND NOT EXISTS (
        SELECT FROM cost_data u
        WHERE u.project_id = o.project_id AND u.api_version = 'usage_v1' AND u.bucket_start_time >= date_trunc('day', o.date)
          AND u.bucket_start_time < date_trunc('day', o.date) + interval '1 day')`;
}

/**
 * What has no price is told by our price book, and so comes with the question; `item` is its place in that list. List prices
 * are in dollars, and so it stands beside them.
 */
function unpricedRows(items: readonly UnpricedItem[], columns: readonly string[]): Sql {
  const column = (pick: (item: UnpricedItem) => string | null) => SQL`${arrayLiteral(items.map(pick))}::text[]`;
  const missing = columns.filter((name) => ![...UNPRICED_COLUMNS, ...NOT_BILLED].includes(name));
  return SQL`
    SELECT u.project_id, u.day::timestamp AS day, 'USD' AS currency, NULL::numeric AS cost ${more(columns, Object.fromEntries(missing.map((name) => [name, AMOUNTS.includes(name) ? 'NULL::numeric' : 'NULL::text'])))}
    FROM unnest(${column(({ projectId }) => projectId)}, ${column(({ day }) => day)}, ${column(({ lineItem }) => lineItem)},
      ${column(({ model }) => (model === '' ? null : model))}, ${column(({ tokenType }) => tokenType)}, ${column(({ tokenType }) => modalityOf(tokenType))}
    ) WITH ORDINALITY AS u (project_id, day, line_item, model, token_type, modality, item)`;
}
const AMOUNTS = ['quantity', 'list_cost'];
const UNPRICED_COLUMNS = ['line_item', 'model', 'token_type', 'modality', 'item'];

/** Whether a project has rows of the old system, of whatever day. */
export async function hasLegacyRows(tx: Statements, projectId: string): Promise<boolean> {
  const found = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM cost_data WHERE project_id = ${projectId} AND bucket_start_time IS NULL LIMIT 1`;
  return found.length > 0;
}

/** Further columns after a comma, some of them made of others. What only cuts by API key tell is empty elsewhere. */
function more(columns: readonly string[], others: Readonly<Record<string, string>> = {}): Sql {
  const made: Readonly<Record<string, string | undefined>> = { api_key_id: `''::text`, product: `''::text`, ...others };
  return SQL.raw(columns.map((name) => `, ${made[name] === undefined ? name : `${made[name]} AS ${name}`}`).join(''));
}

/**
 * Spend added up as far as that goes without the names of projects. What is left is so little that joining names to it and
 * filtering it costs nothing; joined first, a report over millions of rows takes four times as long.
 * @param byDay keeps the days apart
 * @param used where what the query's columns are made of is added up, too: quantities that bills do not tell
 */
export function addedSpend(
  query: ReportQuery,
  { byDay, unpriced, used }: { byDay: boolean; unpriced: readonly UnpricedItem[]; used?: readonly UsedQuantity[] },
): Sql {
  if (query.asOf !== undefined) requireKept(wordsOf(query), query.columns);
  const columns = columnsOf(query);
  const keys = [
    SQL`r.project_id`,
    SQL`r.currency`,
    SQL`r.estimated`,
    ...periodOf(query, byDay),
    ...columns.map((name) => SQL.raw(`r.${name}`)),
    ...(used === undefined ? [] : MEASURE_KEYS),
  ];
  const read = used === undefined ? columns : [...new Set([...columns, ...MEASURE_COLUMNS])];
  const rowsOf = (kinds: readonly SpendKind[]) => {
    const rows = spendRows(query, { kinds, columns: read, unpriced });
    return used === undefined ? rows : measuredRows(rows, kinds.includes('billed') ? used : []);
  };
  const { provider, organizationId, projectIds, linked } = query;
  const few = [provider, organizationId, projectIds, linked].some((each) => each !== undefined);
  const ofThem = SQL`WHERE r.project_id IN (SELECT p.id FROM projects p WHERE ${SQL.join(projectConditions(query), ' AND ')})`;
  const asked = kindsOf(query).filter((kind) => kind !== 'unpriced' || unpriced.length > 0);
  const parts = ADDED_TOGETHER.map((kinds) => kinds.filter((kind) => asked.includes(kind)))
    .filter((kinds) => kinds.length > 0)
    .map(
      (kinds) => SQL`
    SELECT ${SQL.join(keys)}, ${SQL.raw(String(kinds.includes('unpriced')))} AS unknown, sum(r.cost) AS cost ${used === undefined ? SQL.empty : ADDED_MEASURES}
    FROM (${rowsOf(kinds)}) r ${few ? ofThem : SQL.empty}
    GROUP BY ${SQL.raw(keys.map((_, index) => index + 1).join(', '))}`,
    );
  return SQL.join(parts, ' UNION ALL ');
}

const ADDED_TOGETHER: readonly (readonly SpendKind[])[] = [['billed'], ['estimated', 'legacy'], ['unpriced']];

/** Whether columns are asked for that are made of more than the cost. */
export function isMeasured({ columns = [] }: Pick<ReportQuery, 'columns'>): boolean {
  return columns.length > 0;
}

/** Whether the rows of `addedSpend` are already those of the query's groups, which only need names. */
export function isAddedUp(query: ReportQuery): boolean {
  const { groupBy } = query;
  const [grouped, needed] = [columnsOf({ groupBy }), columnsOf(query)];
  return (
    !isMeasured(query) &&
    groupBy.includes('project') &&
    groupBy.every((word) => dimensionOf(word).isCoarser !== true) &&
    tagsOf(query).length === 0 &&
    needed.length === grouped.length &&
    groupBy.filter((word) => dimensionOf(word).period !== undefined).length < 2
  );
}

/** Every word that a query groups or filters by. */
export function wordsOf({ groupBy, patterns = {} }: Pick<ReportQuery, 'groupBy' | 'patterns'>): GroupWord[] {
  return [...groupBy, ...PATTERN_WORDS.filter((word) => patterns[word] !== undefined)];
}

/** The day, or the longest period that all words can be told from; nothing where no word asks for time. */
function periodOf(query: ReportQuery, byDay: boolean): Sql[] {
  const timed = query.groupBy.flatMap((word) => dimensionOf(word).period ?? []);
  // A tag holds from a day on.
  if (byDay || tagsOf(query).length > 0 || timed.length > 1 || timed.includes('day')) return [SQL`r.day`];
  return timed.map((period) => SQL.raw(`date_trunc('${period}', r.day) AS day`));
}
