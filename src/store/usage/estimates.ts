import { BucketMerger, toLineItem } from '../../domain/bucket.js';
import { Sums, type Money } from '../../domain/money.js';
import { costOf, tierOf, type PriceBook } from '../../domain/price.js';
import type { RepriceScope } from '../../domain/usage-store.js';
import type { Transaction } from '../transaction.js';
import { ESTIMATES } from '../facts/bills.js';
import { chunksOfDays, rowsByDay } from '../facts/fact-days.js';
import { keyedCostsOf } from '../facts/keyed-costs.js';
import { replaceDays } from '../facts/replace-days.js';
import { readUsage, type UsageTotal } from './usage-totals.js';
import { ofOrganization } from '../organization-key.js';

/** The same as API keys used it: made of the same quantities and prices, it adds up to them. */
const BY_USAGE = keyedCostsOf('usage');

export interface EstimateOutcome {
  /** Rows inserted, updated or deleted. */
  changed: number;
  totals: Money[];
}

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
  const merger = estimate(await readUsage(tx, where, { from, to }, { byKeyAndBucket: true }), book);
  const [estimates, keyed] = [merger.lines(), merger.byApiKey()];
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
  const cuts = rowsByDay(BY_USAGE, replaced, keyed.some(({ apiKeyId }) => apiKeyId !== '') ? keyed : []);
  for (const chunk of chunksOfDays(replaced, cuts, projectIds))
    await replaceDays(tx, BY_USAGE, { source: organization, ...chunk, projectIds });
  return { changed, totals: [...new Sums([...rows.values()].flat())] };
}

/** Usage that has a price, one estimate a line item and bucket; its project is ours. */
function estimate(usage: readonly UsageTotal[], book: PriceBook): BucketMerger {
  const merger = new BucketMerger();
  for (const each of usage) {
    const price = book.find(each.provider, each, each.day);
    if (price === null) continue;
    const tier = tierOf(each);
    const { currency } = price;
    const [contextWindow, inferenceGeo] = [orNull(each.contextWindow), orNull(each.inferenceGeo)];
    const description = `${each.model === '' ? each.endpoint : each.model}, ${each.tokenType.replaceAll('_', ' ')}`;
    merger.add({
      ...{ bucketStart: each.bucketStart, bucketEnd: each.bucketEnd, providerProjectId: each.projectId },
      ...{ providerProjectName: null, organizationId: null, apiKeyId: each.apiKeyId },
      lineItem: toLineItem({ description, currency, contextWindow, serviceTier: tier, inferenceGeo }),
      ...{ currency, cost: costOf(each.quantity, price), quantity: each.quantity, quantityUnit: each.unit },
      ...{ model: orNull(each.model), costType: null, tokenType: each.tokenType, serviceTier: tier },
      ...{ contextWindow, inferenceGeo },
    });
  }
  return merger;
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}
