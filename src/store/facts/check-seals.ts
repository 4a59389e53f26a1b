import type { OrganizationKey } from '../../domain/organization.js';
import type { Day, DaySpan } from '../../domain/day.js';
import type { Seal, SealCheck, SealMisfit } from '../../domain/seal.js';
import type { StatementPool } from '../statements.js';
import { WAS_ADOPTED } from './adopted-days.js';
import { BILLS } from './bills.js';
import { findMisfits, keepMisfits, SEAL, sealDays } from './seals.js';
import { storedRows } from './stored-rows.js';
import { ofOrganization } from '../organization-key.js';

/** A role that may not write still learns what does not fit; it is kept by the next one that may. */
const MAY_NOT_WRITE = /permission denied|read-only|\b(?:42501|25006)\b/;

/** See `CollectionStore.checkSeals`. */
export async function checkSeals(
  sql: StatementPool,
  source: OrganizationKey,
  span: DaySpan,
  keep = true,
): Promise<SealCheck> {
  const check = await sql.snapshot(async (tx) => {
    const days = await tx.$queryRaw<{ day: Day; seal: Seal | null }[]>`
      SELECT to_char(day, 'YYYY-MM-DD') AS day, ${SEAL} AS seal FROM collected_days
      WHERE ${ofOrganization(source)} AND api_version = 'costs_v1'
        AND day BETWEEN ${span.since}::date AND ${span.until}::date
      ORDER BY collected_days.day`;
    const unread = await tx.$queryRaw<{ day: Day; adopted: boolean }[]>`
      SELECT DISTINCT to_char(c.bucket_start_time, 'YYYY-MM-DD') AS day, ${WAS_ADOPTED} AS adopted FROM ${storedRows(BILLS, source, span)}
      WHERE NOT EXISTS (
        SELECT FROM collected_days d
        WHERE ${ofOrganization(source, 'd.')} AND d.api_version = 'costs_v1'
          AND d.day = c.bucket_start_time::date)
      ORDER BY 1`;
    return {
      days: days.length,
      misfits: await findMisfits(tx, source, days),
      unsealed: days.filter(({ seal }) => seal === null).map(({ day }) => day),
      stray: unread.filter(({ adopted }) => !adopted).map(({ day }) => day),
      adopted: unread.filter(({ adopted }) => adopted).map(({ day }) => day),
    };
  });
  const { unsealed, ...found } = check;
  const sealedAsFound = keep ? await keepFound(sql, source, found.misfits, unsealed) : [];
  return { ...found, sealedAsFound };
}

async function keepFound(
  sql: StatementPool,
  source: OrganizationKey,
  misfits: readonly SealMisfit[],
  unsealed: readonly Day[],
): Promise<Day[]> {
  if (misfits.length === 0 && unsealed.length === 0) return [];
  try {
    return await sql.transaction(async (tx) => {
      await keepMisfits(tx, source, misfits, null);
      // Under the lock that writers take: a day that one of them sealed meanwhile is left alone.
      const left = await tx.$queryRaw<{ day: Day }[]>`
        SELECT to_char(day, 'YYYY-MM-DD') AS day FROM collected_days
        WHERE ${ofOrganization(source)} AND api_version = 'costs_v1'
          AND day = ANY (${[...unsealed]}::date[]) AND ${SEAL} IS NULL
        ORDER BY collected_days.day FOR UPDATE`;
      const days = left.map(({ day }) => day);
      await sealDays(tx, source, days, { asFound: true });
      return days;
    });
  } catch (error) {
    if (error instanceof Error && MAY_NOT_WRITE.test(error.message)) return [];
    throw error;
  }
}

/** See `CollectionStore.openMisfits`. */
export function openMisfits(sql: StatementPool, organization: OrganizationKey): Promise<SealMisfit[]> {
  return sql.$queryRaw<SealMisfit[]>`
    SELECT to_char(day, 'YYYY-MM-DD') AS day,
           jsonb_build_object('rows', sealed_rows, 'sums', sealed_sums, 'digest', seal) AS sealed,
           jsonb_build_object('rows', found_rows, 'sums', found_sums, 'digest', found) AS found
    FROM seal_findings
    WHERE ${ofOrganization(organization)} AND closed_at IS NULL
    ORDER BY seal_findings.day, found_at`;
}

/** See `CollectionStore.closeMisfits`. */
export async function closeMisfits(
  sql: StatementPool,
  organization: OrganizationKey,
  days: readonly Day[],
): Promise<void> {
  if (days.length === 0) return;
  try {
    await sql.$executeRaw`
      UPDATE seal_findings SET closed_at = clock_timestamp()
      WHERE ${ofOrganization(organization)} AND day = ANY (${[...days]}::date[]) AND closed_at IS NULL`;
  } catch (error) {
    if (!(error instanceof Error && MAY_NOT_WRITE.test(error.message))) throw error;
  }
}
