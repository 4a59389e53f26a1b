import { Prisma } from '../../generated/prisma/client.js';
import { toLineItem } from '../../domain/bucket.js';
import { add, formatDecimal, type Decimal } from '../../domain/decimal.js';
import { Sums, type Money } from '../../domain/money.js';
import { costOf, tierOf, type PriceBook } from '../../domain/price.js';
import type { RepriceScope } from '../../domain/usage-store.js';
import type { Transaction } from '../transaction.js';
import { readUsage, type UsageTotal } from './usage-totals.js';

/** A row of `cost_data` that says what usage should cost. */
interface Estimate {
  usage: UsageTotal;
  tier: string;
  lineItem: string;
  currency: string;
  cost: Decimal;
  quantity: Decimal;
}

export interface EstimateOutcome {
  /** Rows inserted, updated or deleted. */
  changed: number;
  totals: Money[];
}

/**
 * Makes the `usage_v1` rows of an organization's days anew from the usage that is stored: a row only where a price exists,
 * and each day from one width. Only rows of this kind are replaced; legacy rows have no bucket and are never among them.
 */
export async function writeEstimates(
  tx: Transaction,
  { provider, organizationId, days }: RepriceScope,
  book: PriceBook,
): Promise<EstimateOutcome> {
  const order = [...days].sort();
  const [from, to] = [order[0], order.at(-1)];
  if (from === undefined || to === undefined) return { changed: 0, totals: [] };
  const chosen = new Set(days);
  const where = Prisma.sql`p.ai_provider = ${provider} AND p.ai_organization_id = ${organizationId}`;
  const usage = (await readUsage(tx, where, { from, to })).filter(({ day }) => chosen.has(day));
  const estimates = estimate(usage, book);
  const column = <T>(pick: (estimate: Estimate) => T): T[] => estimates.map(pick);
  const [row] = await tx.$queryRaw<[{ changed: number }]>`
    WITH incoming AS MATERIALIZED (
      SELECT * FROM unnest(
        ${column(({ usage }) => usage.projectId)}::text[],
        ${column(({ usage }) => usage.bucketStart.toISOString())}::timestamp[],
        ${column(({ usage }) => usage.bucketEnd.toISOString())}::timestamp[],
        ${column(({ lineItem }) => lineItem)}::text[],
        ${column(({ currency }) => currency)}::text[],
        ${column(({ cost }) => formatDecimal(cost))}::numeric[],
        ${column(({ quantity }) => formatDecimal(quantity))}::numeric[],
        ${column(({ usage }) => usage.unit)}::text[],
        ${column(({ usage }) => orNull(usage.model))}::text[],
        ${column(({ usage }) => usage.tokenType)}::text[],
        ${column(({ tier }) => tier)}::text[],
        ${column(({ usage }) => orNull(usage.contextWindow))}::text[],
        ${column(({ usage }) => orNull(usage.inferenceGeo))}::text[]
      ) AS t (project_id, bucket_start_time, bucket_end_time, line_item, currency, cost, quantity, quantity_unit, model, token_type,
              service_tier, context_window, inference_geo)
    ), stored AS MATERIALIZED (
      SELECT c.* FROM projects p JOIN cost_data c ON c.project_id = p.id
      WHERE p.ai_provider = ${provider} AND p.ai_organization_id = ${organizationId} AND c.api_version = 'usage_v1'
        AND c.bucket_start_time >= ${from}::timestamp AND c.bucket_start_time < ${to}::timestamp + interval '1 day'
        AND c.bucket_start_time::date = ANY(${order}::date[])
    ), changed AS MATERIALIZED (
      SELECT i.* FROM incoming i LEFT JOIN stored s USING (project_id, bucket_start_time, bucket_end_time, line_item)
      WHERE s.id IS NULL OR (s.currency, s.cost, s.quantity, s.quantity_unit) IS DISTINCT FROM (i.currency, i.cost, i.quantity, i.quantity_unit)
    ), written AS (
      INSERT INTO cost_data (id, api_version, project_id, bucket_start_time, bucket_end_time, line_item, currency, cost, quantity,
                             quantity_unit, model, token_type, service_tier, context_window, inference_geo)
      SELECT gen_random_uuid()::text, 'usage_v1', changed.* FROM changed
      ON CONFLICT (project_id, bucket_start_time, bucket_end_time, line_item, api_version) DO UPDATE SET
        currency = excluded.currency, cost = excluded.cost, quantity = excluded.quantity, quantity_unit = excluded.quantity_unit
    ), vanished AS (
      DELETE FROM cost_data c USING stored s
      WHERE c.id = s.id AND NOT EXISTS (
        SELECT FROM incoming i
        WHERE i.project_id = s.project_id AND i.bucket_start_time = s.bucket_start_time
          AND i.bucket_end_time = s.bucket_end_time AND i.line_item = s.line_item)
      RETURNING c.id
    )
    SELECT ((SELECT count(*) FROM changed) + (SELECT count(*) FROM vanished))::int AS changed`;
  return { changed: row.changed, totals: [...new Sums(estimates)] };
}

/** Usage that has a price, one estimate a line item and bucket. */
function estimate(usage: readonly UsageTotal[], book: PriceBook): Estimate[] {
  const estimates = new Map<string, Estimate>();
  for (const each of usage) {
    const price = book.find(each.provider, each, each.day);
    if (price === null) continue;
    const tier = tierOf(each);
    const { currency } = price;
    const { contextWindow, inferenceGeo } = each;
    const description = `${each.model === '' ? each.endpoint : each.model}, ${each.tokenType.replaceAll('_', ' ')}`;
    const lineItem = toLineItem({
      description,
      currency,
      contextWindow: orNull(contextWindow),
      serviceTier: tier,
      inferenceGeo: orNull(inferenceGeo),
    });
    const key = JSON.stringify([each.projectId, each.bucketStart.getTime(), each.bucketEnd.getTime(), lineItem]);
    const known = estimates.get(key);
    const cost = costOf(each.quantity, price);
    if (known === undefined)
      estimates.set(key, { usage: each, tier, lineItem, currency, cost, quantity: each.quantity });
    else Object.assign(known, { cost: add(known.cost, cost), quantity: add(known.quantity, each.quantity) });
  }
  return [...estimates.values()];
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}
