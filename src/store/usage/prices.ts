import { randomUUID } from 'node:crypto';
import type { Day } from '../../domain/day.js';
import { formatDecimal, parseDecimal } from '../../domain/decimal.js';
import { PriceBook, type Price } from '../../domain/price.js';
import { listPrices } from '../../providers/registry.js';
import type { StatementPool, Statements } from '../statements.js';
import { writeEstimates } from './estimates.js';
import { ofOrganization } from '../organization-key.js';
import type { OrganizationKey } from '../../domain/organization.js';

/** Prices the team brought itself. */
export async function readPrices(tx: Statements, teamId: string): Promise<Price[]> {
  const rows = await tx.$queryRaw<(Omit<Price, 'price' | 'per'> & { price: string; per: string })[]>`
    SELECT provider, model, token_type AS "tokenType", tier, context_window AS "contextWindow", inference_geo AS "inferenceGeo", unit,
           to_char(valid_from, 'YYYY-MM-DD') AS "validFrom", currency, price::text, per::text, source
    FROM prices WHERE team_id = ${teamId} ORDER BY 1, 2, 3, 4, 5, 6, 7, prices.valid_from`;
  return rows.map((row) => ({ ...row, price: parseDecimal(row.price), per: parseDecimal(row.per) }));
}

/** Own prices before those that ship with the tool. */
export async function readPriceBook(tx: Statements, teamId: string): Promise<PriceBook> {
  return new PriceBook(await readPrices(tx, teamId), listPrices());
}

/** Any number of our own that nobody else's advisory lock has. */
const PRICES_LOCK = 1_664_902_113;

/** Makes an import of prices wait for the end of this transaction, or this one for the import's: no estimate is made of old ones. */
export async function holdPrices(tx: Statements): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(${PRICES_LOCK}::int)`;
}

/** See `UsageStore.importPrices`. One transaction: nobody sees new prices beside old estimates. */
export async function importPrices(
  sql: StatementPool,
  teamId: string,
  prices: readonly Price[],
): Promise<{ prices: number; estimates: number }> {
  return sql.transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${PRICES_LOCK}::int)`;
    const organizations = await tx.$queryRaw<OrganizationKey[]>`
      SELECT provider, organization_id AS "organizationId", team_id AS "teamId" FROM organizations WHERE team_id = ${teamId} ORDER BY 1, 2`;
    const changed = await upsertPrices(tx, teamId, prices);
    const book = await readPriceBook(tx, teamId);
    let estimates = 0;
    const writeId = randomUUID();
    for (const organization of organizations) {
      const days = await tx.$queryRaw<{ day: Day }[]>`
        SELECT DISTINCT to_char(day, 'YYYY-MM-DD') AS day FROM collected_usage u
        WHERE ${ofOrganization(organization)} AND NOT refused AND EXISTS (
          -- Without one, its estimates are another program's.
          SELECT FROM collected_days d
          WHERE d.ai_provider = u.ai_provider AND d.ai_organization_id = u.ai_organization_id AND d.api_version = 'usage_v1' AND d.day = u.day)`;
      const made = await writeEstimates(tx, { ...organization, days: days.map(({ day }) => day) }, book);
      estimates += made.changed;
      // A copy of this store that has the estimates of before is no longer equal to it: see `copyRows`.
      await tx.$executeRaw`
        UPDATE collected_days SET write_id = ${writeId}
        WHERE ${ofOrganization(organization)} AND api_version = 'usage_v1' AND day = ANY (${made.changedDays}::date[])`;
    }
    return { prices: changed, estimates };
  });
}

function upsertPrices(tx: Statements, teamId: string, prices: readonly Price[]): Promise<number> {
  const column = <T>(pick: (price: Price) => T): T[] => prices.map(pick);
  return tx.$executeRaw`
    INSERT INTO prices (team_id, provider, model, token_type, tier, context_window, inference_geo, unit, valid_from, currency, price, per, source)
    SELECT ${teamId}, n.* FROM unnest(
      ${column(({ provider }) => provider)}::text[], ${column(({ model }) => model)}::text[], ${column(({ tokenType }) => tokenType)}::text[],
      ${column(({ tier }) => tier)}::text[], ${column(({ contextWindow }) => contextWindow)}::text[],
      ${column(({ inferenceGeo }) => inferenceGeo)}::text[], ${column(({ unit }) => unit)}::text[],
      ${column(({ validFrom }) => validFrom)}::date[], ${column(({ currency }) => currency)}::text[],
      ${column(({ price }) => formatDecimal(price))}::numeric[], ${column(({ per }) => formatDecimal(per))}::numeric[],
      ${column(({ source }) => source)}::text[]) AS n
    ON CONFLICT (team_id, provider, model, token_type, tier, context_window, inference_geo, unit, valid_from) DO UPDATE SET
      currency = excluded.currency, price = excluded.price, per = excluded.per, source = excluded.source, imported_at = now()
    WHERE (prices.currency, prices.price, prices.per, prices.source) IS DISTINCT FROM (excluded.currency, excluded.price, excluded.per, excluded.source)`;
}
