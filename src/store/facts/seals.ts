import type { OrganizationKey } from '../../domain/organization.js';
import { spanOf, type Day } from '../../domain/day.js';
import type { Seal, SealMisfit } from '../../domain/seal.js';
import { SQL, type Sql } from '../sql.js';
import type { Statements } from '../statements.js';
import { BILLS } from './bills.js';
import type { LockedDay } from './fact-days.js';
import { projectsOf, rowsOfProject } from './stored-rows.js';
import { ofOrganization } from '../organization-key.js';

/**
 * The rows of a day as text, each on a line and in C order, so that every server makes the same of them: only what the
 * provider said, so that links, new ids and new columns leave it as it is.
 */
const LINE = SQL`concat_ws(',', c.currency, quote_nullable(p.ai_project_id), (date_part('epoch', c.bucket_start_time) * 1000)::bigint,
  (date_part('epoch', c.bucket_end_time) * 1000)::bigint, quote_literal(c.line_item), trim_scale(c.cost), coalesce(trim_scale(c.quantity)::text, 'NULL'),
  quote_nullable(c.quantity_unit))`;

/** A day's seal, as SQL on `collected_days`; null where what is stored was written without one. */
export const SEAL = SQL`CASE WHEN seal IS NOT NULL AND sealed_run_id = run_id
  THEN jsonb_build_object('rows', sealed_rows, 'sums', sealed_sums, 'digest', seal) END`;

/**
 * What the rows that are stored of days amount to, as a query, null for no days; a day without rows has a seal as well. Lines
 * are sorted within each bucket of a project, then these among themselves: all lines of one begin alike, and nothing that one
 * begins with begins another's, so that the order is that of all lines. One large sort takes twice the time of everything.
 */
function sealsOf(source: OrganizationKey, days: readonly Day[]): Sql | null {
  const span = spanOf(days);
  if (span === null) return null;
  return SQL`
    SELECT d.day, coalesce(s.rows, 0)::int AS rows, coalesce(s.sums, '{}') AS sums,
           encode(coalesce(s.digest, sha256('')), 'hex') AS digest
    FROM unnest(${[...days].sort()}::date[]) AS d (day) LEFT JOIN (
      SELECT day, sum(rows) AS rows, jsonb_object_agg(currency, cost) AS sums,
             sha256(convert_to(string_agg(text, E'\\n' ORDER BY currency COLLATE "C"), 'UTF8')) AS digest
      FROM (
        SELECT day, currency, sum(rows) AS rows, trim_scale(sum(cost))::text AS cost, string_agg(text, E'\\n' ORDER BY text COLLATE "C") AS text
        FROM ${projectsOf(source)} CROSS JOIN LATERAL (
          SELECT bucket_start_time::date AS day, currency, count(*) AS rows, sum(cost) AS cost, string_agg(line, E'\\n' ORDER BY line) AS text
          FROM (SELECT c.bucket_start_time, c.bucket_end_time, c.currency, c.cost, (${LINE}) COLLATE "C" AS line FROM ${rowsOfProject(BILLS, span)} OFFSET 0) lines
          GROUP BY bucket_start_time, bucket_end_time, currency
        ) buckets
        GROUP BY 1, 2
      ) currencies GROUP BY 1
    ) s ON s.day = d.day`;
}

/** The seals that days would have now. */
export async function readSeals(
  tx: Statements,
  source: OrganizationKey,
  days: readonly Day[],
): Promise<Map<Day, Seal>> {
  const seals = sealsOf(source, days);
  if (seals === null) return new Map();
  const rows = await tx.$queryRaw<({ day: Day } & Seal)[]>`
    SELECT to_char(n.day, 'YYYY-MM-DD') AS day, n.rows, n.sums, n.digest FROM (${seals}) n`;
  return new Map(rows.map(({ day, ...seal }) => [day, seal]));
}

/** Days whose rows are others than were written; those without a seal tell nothing. */
export async function findMisfits(
  tx: Statements,
  source: OrganizationKey,
  sealed: readonly { day: Day; seal: Seal | null }[],
): Promise<SealMisfit[]> {
  const known = sealed.flatMap(({ day, seal }) => (seal === null ? [] : [{ day, seal }]));
  const days = known.map(({ day }) => day);
  const found = await readSeals(tx, source, days);
  return known.flatMap(({ day, seal }) => {
    const now = found.get(day);
    return now === undefined || now.digest === seal.digest ? [] : [{ day, sealed: seal, found: now }];
  });
}

/** Keeps misfits beyond the next write of their days. One that is known already is not kept twice. */
export async function keepMisfits(
  tx: Statements,
  { provider, organizationId }: OrganizationKey,
  misfits: readonly SealMisfit[],
  runId: string | null,
): Promise<void> {
  for (const { day, sealed, found } of misfits) {
    await tx.$executeRaw`
      INSERT INTO seal_findings (ai_provider, ai_organization_id, day, seal, found, sealed_rows, found_rows, sealed_sums, found_sums, found_at, run_id)
      VALUES (${provider}, ${organizationId}, ${day}::date, ${sealed.digest}, ${found.digest}, ${sealed.rows}::int, ${found.rows}::int,
              ${JSON.stringify(sealed.sums)}::jsonb, ${JSON.stringify(found.sums)}::jsonb, clock_timestamp(), ${runId})
      ON CONFLICT (ai_provider, ai_organization_id, day, seal, found) DO UPDATE SET closed_at = NULL`;
  }
}

/** Seals days as they are stored now. @param asFound nobody saw them written */
export async function sealDays(
  tx: Statements,
  source: OrganizationKey,
  days: readonly Day[],
  { asFound }: { asFound: boolean },
): Promise<void> {
  const seals = sealsOf(source, days);
  if (seals === null) return;
  await tx.$executeRaw`
    WITH n AS MATERIALIZED (${seals})
    UPDATE collected_days d
    SET seal = n.digest, sealed_rows = n.rows, sealed_sums = n.sums, sealed_as_found = ${asFound}, sealed_run_id = d.run_id
    FROM n
    WHERE ${ofOrganization(source, 'd.')} AND d.api_version = 'costs_v1' AND d.day = n.day`;
}

/** Checks the locked days of a write against their seals, and keeps what does not fit. */
export async function findAltered(
  tx: Statements,
  source: OrganizationKey & { runId: string },
  days: readonly LockedDay[],
): Promise<ReadonlySet<Day>> {
  const misfits = await findMisfits(tx, source, days);
  await keepMisfits(tx, source, misfits, source.runId);
  return new Set(misfits.map(({ day }) => day));
}
