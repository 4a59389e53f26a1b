import type { OrganizationKey } from '../../domain/organization.js';
import type { KeyedCost } from '../../domain/bucket.js';
import { spanOf, type Day } from '../../domain/day.js';
import { SQL } from '../sql.js';
import type { Statements } from '../statements.js';
import { BILLS } from './bills.js';
import { chunksOfDays, type LockedDay, type RowsByDay } from './fact-days.js';
import { columnList, keyColumns } from './fact-list.js';
import type { KeyedSource } from '../../domain/keyed-report.js';
import { keyedCostsOf } from './keyed-costs.js';
import { replaceDays } from './replace-days.js';
import { rowIds } from './row-ids.js';
import { storedRows } from './stored-rows.js';

export const BY_BILL = keyedCostsOf('bill');

/** Days of an organization whose bills were just written. */
export interface KeyedDays {
  organization: OrganizationKey;
  days: readonly LockedDay[];
  projectIds: ReadonlyMap<string, string>;
  /** Those of which a row of the bill is another now. */
  changedDays: readonly Day[];
}

/** What a source says of some of them. */
export interface Told {
  source: KeyedSource;
  days: readonly Day[];
  rows: RowsByDay<KeyedCost>;
}

/**
 * Writes what API keys spent behind the bills of the same days. What the source said earlier of days of which it says nothing
 * now stays, as far as it can still be so; what it leaves over of the bill is made anew where either of them changed.
 */
export async function writeKeyed(
  tx: Statements,
  { organization, days, projectIds, changedDays }: KeyedDays,
  told: Told,
): Promise<void> {
  const list = keyedCostsOf(told.source);
  await dropRival(tx, organization, told);
  const [some = [], others = []] = [true, false].map((is) => days.filter(({ day }) => told.days.includes(day) === is));
  const changed = new Set(changedDays);
  for (const chunk of chunksOfDays(some, told.rows, projectIds)) {
    const replaced = await replaceDays(tx, list, { source: organization, projectIds, ...chunk });
    for (const day of replaced.changedDays) changed.add(day);
  }
  // Of a report that is not the bill, and need not add up to it, nothing tells what is outdated.
  if (told.source === 'bill') for (const day of await dropOutdated(tx, organization, daysOf(others))) changed.add(day);
  await writeRest(
    tx,
    told.source,
    organization,
    daysOf(days).filter((day) => changed.has(day)),
  );
}

/** Which of them tells what API keys spent depends on the key that a day is read with: one of them at a time. */
const RIVALS: Partial<Record<KeyedSource, KeyedSource>> = { bill: 'analytics', analytics: 'bill' };

/** Of days that a source tells, what another told by an earlier key. */
async function dropRival(tx: Statements, organization: OrganizationKey, { source, days }: Told): Promise<void> {
  const [rival, span] = [RIVALS[source], spanOf(days)];
  if (rival === undefined || span === null) return;
  await tx.$executeRaw`
    DELETE FROM cost_by_api_key WHERE id IN (
      SELECT c.id FROM ${storedRows({ table: 'cost_by_api_key', constants: {} }, organization, span)}
      WHERE c.source IN (${rival}, ${`${rival} rest`}) AND c.bucket_start_time::date = ANY (${[...days]}::date[]))`;
}

/**
 * Of days that were not asked by API key this time: what no longer adds up to its row of the bill tells nothing any more.
 * @returns the days of what went
 */
async function dropOutdated(tx: Statements, source: OrganizationKey, days: readonly Day[]): Promise<Day[]> {
  const span = spanOf(days);
  if (span === null) return [];
  const dropped = await tx.$queryRaw<{ day: Day }[]>`
    DELETE FROM cost_by_api_key WHERE id IN (
      SELECT k.id FROM (
        SELECT c.*, sum(c.cost) OVER (PARTITION BY c.project_id, c.bucket_start_time, c.bucket_end_time, c.line_item) AS added
        FROM ${storedRows(BY_BILL, source, span)} WHERE c.bucket_start_time::date = ANY (${[...days]}::date[])
      ) k
      LEFT JOIN cost_data b ON b.project_id = k.project_id AND b.bucket_start_time = k.bucket_start_time
        AND b.bucket_end_time = k.bucket_end_time AND b.line_item = k.line_item AND b.api_version = 'costs_v1'
      WHERE b.id IS NULL OR abs(b.cost - k.added) >= 0.000001)
    RETURNING to_char(bucket_start_time, 'YYYY-MM-DD') AS day`;
  return dropped.map(({ day }) => day);
}

/**
 * Writes what a source leaves over of the bill of days, so that both add up to the same to the last digit: by line item where
 * the source is the bill itself, else by project and currency. A project's day of which the source says nothing has no rest.
 */
async function writeRest(
  tx: Statements,
  of: KeyedSource,
  source: OrganizationKey,
  days: readonly Day[],
): Promise<void> {
  const span = spanOf(days);
  if (span === null) return;
  const [list, rest] = [keyedCostsOf(of), keyedCostsOf(`${of} rest`)];
  const keys = keyColumns(list);
  const key = columnList(keys);
  const isAmong = SQL`c.bucket_start_time::date = ANY (${[...days]}::date[])`;
  const [lineItem, model] =
    of === 'bill' ? ['c.line_item', (name: string) => `coalesce(c.${name}, '')`] : [`''`, () => `''`];
  const told = ['model', 'token_type', 'service_tier'].map((name) => `${model(name)} AS ${name}`).join(', ');
  const told_of = SQL.raw(
    `c.project_id, c.bucket_start_time, c.bucket_end_time, '' AS api_key_id, ${lineItem} AS line_item, c.currency`,
  );
  await tx.$executeRaw`
    WITH cuts AS MATERIALIZED (
      SELECT ${told_of}, c.cost, c.model, c.token_type, c.service_tier FROM ${storedRows(list, source, span)} WHERE ${isAmong}
    ), due AS MATERIALIZED (
      SELECT * FROM (
        SELECT project_id, bucket_start_time, bucket_end_time, api_key_id, line_item, currency,
               max(model) AS model, max(token_type) AS token_type, max(service_tier) AS service_tier, '' AS product, sum(cost) AS cost,
               -- A semi-join would say the same, and take for ever on a table that has no statistics yet.
               bool_or(bool_or(is_cut)) OVER (PARTITION BY project_id, bucket_start_time) AS is_told
        FROM (
          SELECT project_id, bucket_start_time, bucket_end_time, api_key_id, line_item, currency, '' AS model, '' AS token_type, '' AS service_tier, -cost AS cost, true AS is_cut FROM cuts
          UNION ALL
          SELECT ${told_of}, ${SQL.raw(told)}, c.cost, false FROM ${storedRows(BILLS, source, span)}
          -- Of days without any cut the bills need not be read.
          WHERE ${isAmong} AND EXISTS (SELECT FROM cuts)
        ) both_sides
        GROUP BY 1, 2, 3, 4, 5, 6
      ) sums WHERE is_told AND cost <> 0
    ), gone AS (
      DELETE FROM cost_by_api_key WHERE id IN (
        SELECT c.id FROM ${storedRows(rest, source, span)}
        WHERE ${isAmong} AND (${columnList(keys, 'c.')}) NOT IN (SELECT ${key} FROM due))
    )
    INSERT INTO cost_by_api_key (id, source, ${key}, cost)
    SELECT ${rowIds()}, ${`${of} rest`}, ${key}, cost FROM due
    ON CONFLICT (${columnList([...keys, ...rest.alsoUnique])}) DO UPDATE SET cost = excluded.cost WHERE cost_by_api_key.cost <> excluded.cost`;
}

function daysOf(days: readonly LockedDay[]): Day[] {
  return days.map(({ day }) => day);
}
