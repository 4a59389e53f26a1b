import type { Context } from '../../../context.js';
import { addDays, daysBetween, toDay, type Day } from '../../../domain/day.js';
import { add, formatDecimal, type Decimal } from '../../../domain/decimal.js';
import { PriceBook, undated, type Price } from '../../../domain/price.js';
import type { ReportRow } from '../../../domain/report.js';
import type { UnpricedUsage } from '../../../domain/usage-store.js';
import { formatCount, formatDate } from '../../../domain/words.js';
import { listPrices, listPricesReadOn } from '../../../providers/registry.js';
import { EXIT_CODES } from '../../../errors.js';
import { renderPriceFindings, type PriceFinding } from '../../../output/prices.js';
import { defineCommand, asItIs } from '../../define.js';

/** Usage of so many days is looked at. */
const DAYS = 30;
/** List prices change a few times a year. */
const OLD_AFTER_DAYS = 120;
/** Nobody negotiates a discount of nine tenths; a price for a thousand taken for one of a million is off by more. */
const UNLIKELY_FACTOR = 10n;

export const pricesCheck = defineCommand({
  name: 'usage prices check',
  description: `Says which usage and which billed models of the last ${DAYS} days have no price, and which prices are old or unlikely; exits 1 when there is something.`,
  examples: ['costs usage prices check', 'costs usage prices check --json | jq .findings'],
  run,
  document: asItIs<{ findings: PriceFinding[] }>,
  render: renderPriceFindings,
  exitCode: ({ findings }) => (findings.length === 0 ? 0 : EXIT_CODES.finding),
});

async function run(_options: object, context: Context) {
  const [{ reports, usage }, team] = [await context.store(), await context.team()];
  const today = toDay(await context.clock());
  const unpriced = await reports.unpriced(team.id, { since: addDays(today, -DAYS), until: today });
  const billed = await reports.run(
    { teamId: team.id, since: addDays(today, -DAYS), until: today, groupBy: ['provider', 'model'], basis: 'billed' },
    today,
  );
  const own = await usage.prices(team.id);
  const findings = [
    ...findUnpriced(unpriced),
    ...findUnknownModels(billed.rows, unpriced, [...own, ...listPrices()]),
    ...findUnlikely(own, today),
    ...findOld(today),
  ];
  return { findings };
}

function findUnpriced(unpriced: readonly UnpricedUsage[]): PriceFinding[] {
  const sums = new Map<string, UnpricedUsage & { quantity: Decimal }>();
  for (const each of unpriced) {
    const key = JSON.stringify([each.provider, each.endpoint, each.model, each.tokenType, each.tier, each.unit]);
    const known = sums.get(key);
    sums.set(key, { ...each, quantity: known === undefined ? each.quantity : add(known.quantity, each.quantity) });
  }
  return [...sums.values()].map(({ provider, model, endpoint, tokenType, tier, unit, quantity }) => ({
    code: 'no-price',
    provider,
    model,
    tokenType,
    tier,
    message: `No price for ${model === '' ? endpoint : model}, ${tokenType}${tier === 'standard' ? '' : ` (${tier})`}: ${formatCount(formatDecimal(quantity))} ${unit} in the last ${DAYS} days have no estimate.`,
  }));
}

/** Models that bills name and that nothing of is known to cost, of providers that publish prices by model. */
function findUnknownModels(
  billed: readonly ReportRow[],
  unpriced: readonly UnpricedUsage[],
  prices: readonly Price[],
): PriceFinding[] {
  const key = (provider: string, model: string) => JSON.stringify([provider, undated(model)]);
  const priced = prices.filter(({ model }) => model !== '');
  const byModel = new Set(priced.map(({ provider }) => provider));
  const known = new Set([...priced, ...unpriced].map(({ provider, model }) => key(provider, model)));
  const models = billed.flatMap(({ provider, model }) => {
    if (provider == null || model == null || !byModel.has(provider) || known.has(key(provider, model))) return [];
    known.add(key(provider, model));
    return [{ provider, model }];
  });
  return models.map(({ provider, model }) => ({
    code: 'no-price',
    provider,
    model,
    tokenType: null,
    tier: null,
    message: `No price for ${model}, which was billed in the last ${DAYS} days: usage of it would have no estimate.`,
  }));
}

function findUnlikely(own: readonly Price[], today: Day): PriceFinding[] {
  const shipped = new PriceBook(listPrices());
  return own.flatMap((price) => {
    const { provider, model, tokenType, tier, unit, contextWindow, inferenceGeo, validFrom } = price;
    const what = { model, tokenType, unit, serviceTier: tier, batch: '', contextWindow, inferenceGeo };
    // The list may begin later than a price of one's own.
    const list = shipped.find(provider, what, validFrom) ?? shipped.find(provider, what, today);
    if (list === null || list.currency !== price.currency) return [];
    const [ours, theirs] = [price.price * list.per, list.price * price.per];
    if (ours * UNLIKELY_FACTOR > theirs && ours < theirs * UNLIKELY_FACTOR) return [];
    if (ours === theirs) return [];
    const message = `Your price of ${model}, ${tokenType} is ${formatDecimal(price.price)} ${price.currency} for ${formatDecimal(price.per)}; the list price is ${formatDecimal(list.price)} for ${formatDecimal(list.per)}. Is the unit right?`;
    return [{ code: 'unlikely', provider, model, tokenType, tier, message }];
  });
}

function findOld(today: Day): PriceFinding[] {
  if (daysBetween(listPricesReadOn(), today) <= OLD_AFTER_DAYS) return [];
  const message = `The list prices were read on ${formatDate(listPricesReadOn())}; a newer version of costs may know newer ones.`;
  return [{ code: 'old', provider: null, model: null, tokenType: null, tier: null, message }];
}
