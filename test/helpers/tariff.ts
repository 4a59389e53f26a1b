import type { UsageUnit } from '../../src/domain/token-types.js';
import { toDay } from '../../src/domain/day.js';
import { formatDecimal, type Decimal } from '../../src/domain/decimal.js';
import { PriceBook } from '../../src/domain/price.js';
import { listPrices } from '../../src/providers/registry.js';
import type { UsageCharge } from '../../src/emulator/bill-usage.js';
import type { WorldUsageRow } from '../../src/emulator/usage-world.js';

const BOOK = new PriceBook(listPrices());

/** How a measure is billed: the words of its line item, and the type of token of the price book. */
const OPENAI: Record<string, [words: string, tokenType: string, unit: UsageUnit]> = {
  input_text_tokens: ['input', 'uncached_input_tokens', 'tokens'],
  input_cached_tokens: ['cached input', 'cached_input_tokens', 'tokens'],
  output_tokens: ['output', 'output_tokens', 'tokens'],
  characters: ['characters', 'characters', 'characters'],
  seconds: ['seconds', 'seconds', 'seconds'],
};
const ANTHROPIC = [
  'uncached_input_tokens',
  'cache_creation.ephemeral_1h_input_tokens',
  'cache_creation.ephemeral_5m_input_tokens',
  'cache_read_input_tokens',
  'output_tokens',
];

/** Charges at the list prices, times a factor by model: what a provider bills whose price was changed. */
export function listCharges(factors: Record<string, bigint> = {}): (row: WorldUsageRow) => UsageCharge[] {
  return (row) => (row.endpoint === 'messages' ? anthropicCharges(row, factors) : openaiCharges(row, factors));
}

function openaiCharges(
  { at, endpoint, dimensions, measures }: WorldUsageRow,
  factors: Record<string, bigint>,
): UsageCharge[] {
  const model = String(dimensions['model'] ?? '');
  const batch = dimensions['batch'] === true && endpoint === 'completions';
  const fields: typeof OPENAI =
    endpoint === 'completions' ? OPENAI : { ...OPENAI, input_tokens: ['input', 'uncached_input_tokens', 'tokens'] };
  return Object.entries(fields).flatMap(([field, [words, tokenType, unit]]) => {
    const what = { model, tokenType, unit, serviceTier: '', batch: String(batch), contextWindow: '', inferenceGeo: '' };
    const price = BOOK.find('openai', what, toDay(at));
    const quantity = measures[field];
    if (price === null || quantity === undefined) return [];
    return [
      {
        lineItem: `${model}, ${batch ? 'batch ' : ''}${words}`,
        quantity,
        price: dollars(price, factors[model]),
        dimensions: null,
      },
    ];
  });
}

function anthropicCharges({ at, dimensions, measures }: WorldUsageRow, factors: Record<string, bigint>): UsageCharge[] {
  const model = String(dimensions['model'] ?? '');
  const said = (name: string) => String(dimensions[name] ?? '');
  const [serviceTier, contextWindow, inferenceGeo] = [
    said('service_tier'),
    said('context_window'),
    said('inference_geo'),
  ];
  return ANTHROPIC.flatMap((tokenType) => {
    const price = BOOK.find(
      'anthropic',
      { model, tokenType, unit: 'tokens', serviceTier, batch: '', contextWindow, inferenceGeo },
      toDay(at),
    );
    const quantity = measures[tokenType];
    if (price === null || quantity === undefined) return [];
    const bill = { costType: 'tokens', model, tokenType, contextWindow, serviceTier, inferenceGeo };
    return [
      { lineItem: `${model} Usage - ${tokenType}`, quantity, price: dollars(price, factors[model]), dimensions: bill },
    ];
  });
}

/** Dollars a unit; factors are thousandths. */
function dollars({ price, per }: { price: Decimal; per: Decimal }, factor = 1000n): string {
  return formatDecimal(((price * factor * 10n ** 30n) / per / 1000n) as Decimal);
}
