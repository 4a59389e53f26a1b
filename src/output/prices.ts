import type { Day } from '../domain/day.js';
import type { DecimalText } from '../domain/decimal.js';
import type { PriceKey } from '../domain/price.js';
import type { Output } from './output.js';
import { renderTable } from './table.js';
import { formatDate } from '../domain/words.js';

/** A price as JSON documents carry it, and as `prices import` reads it. */
export interface PriceDocument extends PriceKey {
  price: DecimalText;
  per: DecimalText;
  currency: string;
  validFrom: Day;
  source: string;
  origin: 'imported' | 'shipped';
}

export interface PriceFinding {
  code: 'no-price' | 'unlikely' | 'old';
  provider: string | null;
  model: string | null;
  tokenType: string | null;
  tier: string | null;
  message: string;
}

const COLUMNS = [
  { head: 'Model' },
  { head: 'Of' },
  { head: 'Only for' },
  { head: 'Price', align: 'right' as const },
  { head: 'Per', align: 'right' as const },
  { head: 'From', lesser: 'detail' as const },
  { head: '' },
];

export function renderPrices(
  { shippedReadOn, prices }: { shippedReadOn: Day; prices: PriceDocument[] },
  output: Output,
): string {
  const rows = prices.map(
    ({ model, tokenType, tier, contextWindow, inferenceGeo, price, per, currency, unit, validFrom, origin }) => [
      model === '' ? '(any)' : model,
      tokenType,
      [tier === 'standard' ? '' : tier, contextWindow, inferenceGeo].filter((text) => text !== '').join(', '),
      `${price} ${currency}`,
      `${per === '1000000' ? '1M' : per} ${unit}`,
      formatDate(validFrom),
      origin === 'imported' ? 'your own' : '',
    ],
  );
  return [
    renderTable(COLUMNS, rows, output),
    `List prices as read on ${formatDate(shippedReadOn)}. Sources → costs usage prices list --json`,
  ].join('\n');
}

export function renderPriceFindings({ findings }: { findings: PriceFinding[] }, { style }: Output): string {
  if (findings.length === 0) return `${style.green('✔')} All usage of the last 30 days has a price.`;
  return [
    ...findings.map(({ message }) => `${style.yellow('⚠')} ${message}`),
    '  → costs usage prices import --help',
  ].join('\n');
}
