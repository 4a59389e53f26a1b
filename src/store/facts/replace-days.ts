import type { OrganizationKey } from '../../domain/organization.js';
import type { RestatementCause } from '../../domain/collection.js';
import { dayState } from '../../domain/coverage.js';
import { spanOf, type Day } from '../../domain/day.js';
import { SQL, type Sql } from '../sql.js';
import type { Statements } from '../statements.js';
import type { LockedDay } from './fact-days.js';
import { amountColumn, columnList, keyColumns, valueColumns, type Fact, type FactList } from './fact-list.js';
import { incomingRows } from './incoming-rows.js';
import { piecesByKey, type Piece } from './key-pieces.js';
import { rowIds } from './row-ids.js';
import { inDays, storedRows, type SomeProjects } from './stored-rows.js';
import { ofOrganization } from '../organization-key.js';

export interface Replaced {
  inserted: number;
  updated: number;
  deleted: number;
  changedDays: Day[];
  restated: { day: Day; currency: string; rows: number; difference: string }[];
}

export interface Replacement<Row> {
  source: OrganizationKey;
  days: readonly LockedDay[];
  rows: readonly Row[];
  /** Whose rows are replaced; null for all projects of the source. */
  projects: SomeProjects | null;
  /** Our project id by the row's. */
  projectIds: ReadonlyMap<string, string>;
  /** Only of lists with a ledger. */
  history?: History;
}

/** What is known of the days besides their rows, and what the ledger says of a change besides the change. */
export interface History {
  runId: string;
  writeId: string;
  /** Days whose rows were others than had been written. */
  altered: ReadonlySet<Day>;
  /** Never read days whose adopted bills are others than the answer, which somebody accepted. */
  adopted: ReadonlySet<Day>;
  /** Never read days whose adopted bills are all in the answer. */
  filled: ReadonlySet<Day>;
  /** Read again on request, not because it was due. */
  forced: boolean;
  /** The guard would have refused this answer. */
  accepted: boolean;
  /** What of the bill was read, as `formatScope` writes it. */
  scope: string | null;
  /** Days that were asked by API key. */
  keyedDays: readonly Day[];
}

/**
 * Replaces whole days by their rows, in one statement, or in some where one project has very many: what was regrouped is then
 * seen within each of them. A project of a day is never in two statements otherwise.
 */
export async function replaceDays<Row extends Fact>(
  tx: Statements,
  list: FactList<Row>,
  replacement: Replacement<Row>,
): Promise<Replaced> {
  const all: Replaced = { inserted: 0, updated: 0, deleted: 0, changedDays: [], restated: [] };
  for (const piece of piecesByKey(list, replacement.rows)) {
    const { inserted, updated, deleted, changedDays, restated } = await replacePiece(tx, list, replacement, piece);
    all.inserted += inserted;
    all.updated += updated;
    all.deleted += deleted;
    all.changedDays.push(...changedDays.filter((day) => !all.changedDays.includes(day)));
    all.restated.push(...restated);
  }
  return all;
}

/**
 * Rows that differ are written, rows that are no longer reported are swept, and both are recorded where the day had been read
 * before. A row that is equal is not touched: no tuple, no lock, no WAL.
 *
 * All parts of the statement see the rows as they were before it, which is how `changed` knows the old amounts. What was
 * answered meets what is stored in a full join, for which PostgreSQL has no plan that compares every row with every other:
 * statistics that are missing or old, as they are in the first minutes of a table, cannot make it slow.
 */
async function replacePiece<Row extends Fact>(
  tx: Statements,
  list: FactList<Row>,
  { source, days, projects, projectIds, history }: Omit<Replacement<Row>, 'rows'>,
  { rows, isAmong }: Piece<Row>,
): Promise<Replaced> {
  const span = spanOf(days.map(({ day }) => day));
  if (span === null) return { inserted: 0, updated: 0, deleted: 0, changedDays: [], restated: [] };
  const table = SQL.raw(list.table);
  const [key, values, amount] = [keyColumns(list), valueColumns(list), SQL.raw(amountColumn(list))];
  const constants = Object.keys(list.constants);
  const written = columnList([...constants, ...key, ...values]);
  const answered = values.map((column) => answeredValue(list, column, history?.keyedDays));
  const named = answered.map((value, index) => SQL`${value} AS ${SQL.raw(values[index] ?? '')}`);
  const updates = SQL.raw(values.map((column) => `${column} = excluded.${column}`).join(', '));
  const [replaced] = await tx.$queryRaw<[Replaced]>`
    WITH changed AS MATERIALIZED (
      SELECT ${columnList(key)}, ${SQL.join(named)}, i.number, s.id AS known, s.${amount} AS old_amount, i.${amount} IS NULL AS gone${ledgerColumns(list)}${adoptedRows(source, history)}
      FROM (${incomingRows(list, rows, projectIds)}) i FULL JOIN (
        SELECT c.* FROM ${storedRows(list, source, span, projects)} WHERE ${isOf(list, days)} AND ${isAmong}
      ) s USING (${columnList(key)})
      WHERE s.id IS NULL OR i.${amount} IS NULL OR (${columnList(values, 's.')}) IS DISTINCT FROM (${SQL.join(answered)})
    ), written AS (
      INSERT INTO ${table} (id, ${written})
      SELECT ${rowIds(SQL`number`)}, ${SQL.raw(constantValues(list))}, ${columnList([...key, ...values])} FROM changed WHERE NOT gone
      ON CONFLICT (${columnList([...key, ...list.alsoUnique])}) DO UPDATE SET ${updates}
    ), vanished AS (
      DELETE FROM ${table} WHERE id = ANY (ARRAY (SELECT known FROM changed WHERE gone)) AND ${inDays('bucket_start_time', span)}
    )${recordChanges(days, history)}
    SELECT count(*) FILTER (WHERE known IS NULL)::int AS inserted, count(*) FILTER (WHERE known IS NOT NULL AND NOT gone)::int AS updated,
           count(*) FILTER (WHERE gone)::int AS deleted,
           ARRAY (SELECT to_char(day, 'YYYY-MM-DD') FROM (SELECT DISTINCT bucket_start_time::date AS day FROM changed) d) AS "changedDays",
           ${history === undefined ? SQL`'[]'::json` : RESTATED} AS restated
    FROM changed`;
  return replaced;
}

/** Less than any amount that is billed, and more than the late digits of sums that were made of floats. */
const LATE_DIGITS = SQL.raw('0.000001');

/**
 * What the answer says of a column. Floats that were added in another order end in other digits: an amount that was stored before
 * it was asked by API key, or after it no longer was, stays where it differs by no more than that, and the keys say the same.
 */
function answeredValue(list: FactList<never>, column: string, keyedDays: readonly Day[] | undefined): Sql {
  const value = SQL.raw(`i.${column}`);
  if (keyedDays === undefined || column !== amountColumn(list)) return SQL`${value}`;
  return SQL`
        CASE WHEN s.cost <> i.cost AND abs(s.cost - i.cost) < ${LATE_DIGITS} AND (
          SELECT CASE WHEN s.bucket_start_time::date = ANY (${[...keyedDays]}::date[]) THEN coalesce(sum(k.cost), i.cost) = i.cost ELSE count(*) > 0 END
          FROM cost_by_api_key k
          WHERE k.project_id = s.project_id AND k.bucket_start_time = s.bucket_start_time AND k.bucket_end_time = s.bucket_end_time
            AND k.source = 'bill' AND k.line_item = s.line_item
        ) THEN s.cost ELSE i.cost END`;
}

function constantValues({ constants }: FactList<never>): string {
  return Object.values(constants)
    .map((value) => `'${value}'`)
    .join(', ');
}

/** The stored rows `c` of the days, and of their parts where they have some. */
function isOf({ part }: FactList<never>, days: readonly LockedDay[]): Sql {
  const dates = SQL`${days.map(({ day }) => day)}::date[]`;
  if (part === null) return SQL`c.bucket_start_time::date = ANY (${dates})`;
  const parts = SQL`${days.map((each) => each.part)}::text[]`;
  return SQL`(c.${SQL.raw(part.column)}, c.bucket_start_time::date) IN (SELECT * FROM unnest(${parts}, ${dates}))`;
}

/** A swept row is recorded in its own words. */
function ledgerColumns({ ledger, amounts }: FactList<never>): Sql {
  if (!ledger) return SQL.empty;
  const own = (column: string) =>
    `CASE WHEN i.${Object.keys(amounts)[0]} IS NULL THEN s.${column} ELSE i.${column} END AS its_${column}`;
  return SQL.raw(`, ${own('currency')}, ${own('model')}`);
}

/**
 * What another program said of a bill that is answered otherwise, at once or for the first time since the answer was the same: kept
 * whole, as a rollback of its adoption brings it back.
 */
function adoptedRows(source: OrganizationKey, history: History | undefined): Sql {
  if (history === undefined) return SQL.empty;
  return SQL`, CASE WHEN (s.cost, s.currency) IS DISTINCT FROM (i.cost, i.currency) AND (
          s.bucket_start_time::date = ANY (${[...history.adopted]}::date[]) OR EXISTS (
            SELECT FROM collected_days k WHERE ${ofOrganization(source, 'k.')} AND k.api_version = 'costs_v1'
              AND k.day = s.bucket_start_time::date AND k.first_read_at = '-infinity'
          ) AND NOT EXISTS (
            SELECT FROM restatements l WHERE l.project_id = s.project_id AND l.bucket_start_time = s.bucket_start_time
              AND l.bucket_end_time = s.bucket_end_time AND l.line_item = s.line_item
          )) THEN to_jsonb(s) END AS adopted`;
}

/**
 * All days that had been read are recorded, and adopted ones, so that any earlier state can be told again. Where the answer
 * itself tells the cause (added: late; else provider) the day has none; a bucket that was only regrouped is that, however it
 * came to be read.
 */
function recordChanges(days: readonly LockedDay[], history: History | undefined): Sql {
  if (history === undefined) return SQL.empty;
  const read = days.filter(({ day, readAt }) => readAt !== null || history.adopted.has(day) || history.filled.has(day));
  const causes = read.map((each) => causeOf(each, history));
  return SQL`, restated AS (
      INSERT INTO restatements (project_id, api_version, bucket_start_time, bucket_end_time, line_item, currency, model,
                                old_cost, new_cost, cause, run_id, write_id, recorded_at, adopted)
      SELECT r.project_id, 'costs_v1', r.bucket_start_time, r.bucket_end_time, r.line_item, r.its_currency, r.its_model, r.old_amount, r.cost,
             coalesce(CASE WHEN r.regrouped AND coalesce(d.cause, '') IN ('', 'forced', 'accepted') THEN 'regrouped' END, d.cause,
                      CASE WHEN r.old_amount IS NULL THEN 'late' ELSE 'provider' END),
             ${history.runId}, ${history.writeId}, clock_timestamp(), r.adopted
      FROM (
        SELECT *, sum(coalesce(cost, 0) - coalesce(old_amount, 0)) OVER bucket = 0
                  AND (bool_or(known IS NULL) OVER bucket OR bool_or(gone) OVER bucket) AS regrouped
        FROM changed WHERE old_amount IS DISTINCT FROM cost OR adopted IS NOT NULL
        WINDOW bucket AS (PARTITION BY project_id, bucket_start_time, bucket_end_time, its_currency)
      ) r
      JOIN unnest(${read.map(({ day }) => day)}::date[], ${causes}::text[]) AS d (day, cause) ON d.day = r.bucket_start_time::date
      RETURNING bucket_start_time, currency, old_cost, new_cost, cause
    )`;
}

const RESTATED = SQL`(
  SELECT coalesce(json_agg(r), '[]') FROM (
    SELECT to_char(bucket_start_time::date, 'YYYY-MM-DD') AS day, currency, count(*)::int AS rows,
           sum(coalesce(new_cost, 0) - coalesce(old_cost, 0))::text AS difference
    FROM restated WHERE cause NOT IN ('open', 'altered', 'regrouped', 'rescoped', 'gap-filled')
    GROUP BY bucket_start_time::date, currency) r)`;

/** A day that had not been read after its end just went on. */
function causeOf(
  { day, readAt, firstClosedReadAt, scope }: LockedDay,
  history: History,
): RestatementCause | 'open' | 'gap-filled' | null {
  if (history.altered.has(day)) return 'altered';
  if (history.adopted.has(day)) return 'accepted';
  if (history.filled.has(day)) return 'gap-filled';
  if (firstClosedReadAt === null) return 'open';
  if (history.scope !== scope) return 'rescoped';
  if (history.accepted) return 'accepted';
  return history.forced && dayState(day, readAt) === 'settled' ? 'forced' : null;
}
