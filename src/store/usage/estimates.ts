import { toLineItem } from '../../domain/bucket.js';
import { add, ZERO } from '../../domain/decimal.js';
import { Sums, type Money } from '../../domain/money.js';
import { costOf, tierOf, type PriceBook } from '../../domain/price.js';
import type { RepriceScope } from '../../domain/usage-store.js';
import type { Transaction } from '../transaction.js';
import { ESTIMATES } from '../facts/bills.js';
import { chunksOfDays, rowsByDay } from '../facts/fact-days.js';
import type { FactList } from '../facts/fact-list.js';
import { replaceDays } from '../facts/replace-days.js';
import { readUsage, type UsageTotal } from './usage-totals.js';
import { ofOrganization } from '../organization-key.js';

export interface EstimateOutcome {
  /** Rows inserted, updated or deleted. */
  changed: number;
  totals: Money[];
}

/** A row of `cost_data` that says what usage should cost; its project is ours. */
type Estimate = typeof ESTIMATES extends FactList<infer Row> ? Row : never;

/**
 * Makes the `usage_v1` rows of an organization's days anew from the usage that is stored: a row only where a price exists,
 * and each day from one width. The days must be locked. Legacy rows have no bucket and are never among those replaced.
 */
export async function writeEstimates(
  tx: Transaction,
  { days, ...organization }: RepriceScope,
  book: PriceBook,
): Promise<EstimateOutcome> {
  const order = [...days].sort();
  const [from, to] = [order[0], order.at(-1)];
  if (from === undefined || to === undefined) return { changed: 0, totals: [] };
  const where = ofOrganization(organization, 'p.');
  const estimates = estimate(await readUsage(tx, where, { from, to }), book);
  const replaced = order.map((day) => ({
    day,
    part: '',
    readAt: null,
    firstClosedReadAt: null,
    scope: null,
    seal: null,
  }));
  const rows = rowsByDay(ESTIMATES, replaced, estimates);
  const projectIds = new Map(estimates.map(({ providerProjectId }) => [providerProjectId, providerProjectId]));
  let changed = 0;
  for (const chunk of chunksOfDays(replaced, rows, projectIds)) {
    const outcome = await replaceDays(tx, ESTIMATES, { source: organization, ...chunk, projectIds });
    changed += outcome.inserted + outcome.updated + outcome.deleted;
  }
  return { changed, totals: [...new Sums([...rows.values()].flat())] };
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
    if (known !== undefined) {
      known.cost = add(known.cost, cost);
      known.quantity = add(known.quantity ?? ZERO, each.quantity);
      continue;
    }
    estimates.set(key, {
      ...{ bucketStart: each.bucketStart, bucketEnd: each.bucketEnd, providerProjectId: each.projectId },
      ...{ lineItem, currency, cost, quantity: each.quantity, quantityUnit: each.unit, model: orNull(each.model) },
      ...{ costType: null, tokenType: each.tokenType, serviceTier: tier },
      ...{ contextWindow: orNull(contextWindow), inferenceGeo: orNull(inferenceGeo) },
    });
  }
  return [...estimates.values()];
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}
