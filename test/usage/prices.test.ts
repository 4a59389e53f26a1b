import { describe, expect, it } from 'vitest';
import { parsePrices } from '../../src/commands/usage/prices/file.js';
import { parseDay } from '../../src/domain/day.js';
import { formatDecimal, parseDecimal } from '../../src/domain/decimal.js';
import { unitOf, type TokenType } from '../../src/domain/token-types.js';
import { listPrices, providerOf } from '../../src/providers/registry.js';
import { costOf, priceKey, PriceBook, type Priceable } from '../../src/domain/price.js';

const PRICES = listPrices();
const BOOK = new PriceBook(PRICES);
const TODAY = parseDay('2026-11-23');

const tokens = (model: string, change: Partial<Priceable> = {}): Priceable => ({
  model,
  tokenType: 'uncached_input_tokens',
  unit: 'tokens',
  serviceTier: '',
  batch: '',
  contextWindow: '',
  inferenceGeo: '',
  ...change,
});
const dollars = (price: ReturnType<PriceBook['find']>) =>
  price === null ? null : formatDecimal(costOf(parseDecimal('1000000'), price));

describe('the price book', () => {
  it('prices a dated release as its model, unless it has a price of its own', () => {
    expect(dollars(BOOK.find('openai', tokens('gpt-4o-2024-08-06'), TODAY))).toBe('2.5');
    expect(dollars(BOOK.find('openai', tokens('gpt-4o-2024-05-13'), TODAY))).toBe('5');
    expect(dollars(BOOK.find('anthropic', tokens('claude-sonnet-4-5-20250929'), TODAY))).toBe('3');
  });

  it('has no price for what it does not know: a model, a tier, a long context, a day before the first', () => {
    expect(BOOK.find('openai', tokens('gpt-secret'), TODAY)).toBeNull();
    expect(BOOK.find('openai', tokens('gpt-4o-audio-preview'), TODAY)).toBeNull();
    expect(BOOK.find('openai', tokens('gpt-5', { serviceTier: 'flex' }), TODAY)).toBeNull();
    expect(BOOK.find('anthropic', tokens('claude-sonnet-4-5', { contextWindow: '200k-1M' }), TODAY)).toBeNull();
    expect(BOOK.find('anthropic', tokens('claude-sonnet-4-5', { inferenceGeo: 'us' }), TODAY)).toBeNull();
    expect(BOOK.find('openai', tokens('gpt-5'), parseDay('2025-08-06'))).toBeNull();
  });

  it('prices batches at half and keeps a price until the next one', () => {
    expect(dollars(BOOK.find('openai', tokens('gpt-5', { batch: 'true', serviceTier: 'default' }), TODAY))).toBe(
      '0.625',
    );
    expect(
      dollars(BOOK.find('anthropic', tokens('claude-opus-4-6', { serviceTier: 'batch', inferenceGeo: 'us' }), TODAY)),
    ).toBe('2.75');
    const reads = tokens('claude-sonnet-5-5', { tokenType: 'cache_read_input_tokens' });
    expect(dollars(BOOK.find('anthropic', reads, parseDay('2026-10-06')))).toBe('0.2');
    expect(dollars(BOOK.find('anthropic', reads, parseDay('2026-10-07')))).toBe('0.1');
  });

  it('prices fast mode at twice the price and long prompts as the model says, where it offers them', () => {
    const price = (model: string, change: Partial<Priceable>) =>
      dollars(BOOK.find('anthropic', tokens(model, change), TODAY));
    expect(price('claude-opus-5', { serviceTier: 'fast' })).toBe('10');
    expect(price('claude-opus-5-5', { serviceTier: 'fast', inferenceGeo: 'us', contextWindow: '200k-1M' })).toBe('8.8');
    expect(price('claude-opus-4-6', { serviceTier: 'fast' })).toBeNull();
    expect(price('claude-sonnet-4-6', { contextWindow: '200k-1M' })).toBe('3');
    const early = tokens('claude-sonnet-4-6', { contextWindow: '200k-1M' });
    expect(BOOK.find('anthropic', early, parseDay('2026-03-12'))).toBeNull();
  });

  it('prices a search wherever and however it is made', () => {
    const search = { tokenType: 'web_search_requests', unit: 'requests' } as const;
    for (const change of [{ inferenceGeo: 'us' }, { contextWindow: '200k-1M' }, { serviceTier: 'priority' }])
      expect(BOOK.find('anthropic', tokens('claude-opus-4-6', { ...search, ...change }), TODAY)).not.toBeNull();
  });

  it('ships prices of what usage counts, in its unit', () => {
    for (const { provider, tokenType, unit } of PRICES) {
      expect(providerOf(provider).tokenTypes, tokenType).toContain(tokenType);
      expect(unitOf(tokenType as TokenType)).toBe(unit);
    }
  });

  it('ships each price once, with a source and a day', () => {
    expect(new Set(PRICES.map((price) => `${priceKey(price)} ${price.validFrom}`)).size).toBe(PRICES.length);
    for (const { source, per } of PRICES) {
      expect(source).toMatch(/^https:\/\/.* read on \d{4}-\d\d-\d\d$/);
      expect(per).toBeGreaterThan(0n);
    }
  });

  it('charges by the minute exactly where seconds are counted', () => {
    const price = BOOK.find('openai', tokens('whisper-1', { tokenType: 'seconds', unit: 'seconds' }), TODAY);
    expect(price === null ? null : formatDecimal(costOf(parseDecimal('90'), price))).toBe('0.009');
  });
});

describe('a file of prices', () => {
  const entry = { provider: 'openai', model: 'house', tokenType: 'input', price: '0.1', validFrom: '2026-01-01' };

  it('is read to the last digit, from text or from a number, with what is usual left out', () => {
    const text = JSON.stringify({ prices: [entry] }).replace('"0.1"', '0.123456789012345678901');
    expect(parsePrices(text)).toMatchObject([
      {
        tokenType: 'uncached_input_tokens',
        tier: 'standard',
        unit: 'tokens',
        currency: 'USD',
        price: parseDecimal('0.123456789012345678901'),
        per: parseDecimal('1000000'),
      },
    ]);
  });

  it('keeps a price under the words that usage is looked up by', () => {
    const usual = {
      ...entry,
      model: ` ${entry.model} `,
      tier: 'Default',
      contextWindow: '0-200k',
      inferenceGeo: 'Global',
    };
    expect(parsePrices(JSON.stringify([usual]))).toMatchObject([
      { model: entry.model, tier: 'standard', contextWindow: '', inferenceGeo: '' },
    ]);
  });

  it("takes the list as it is printed, where a price of one's own stands beside the one it goes before", () => {
    const list = [
      { ...entry, origin: 'imported', price: '7' },
      { ...entry, origin: 'shipped' },
    ];
    expect(parsePrices(JSON.stringify({ prices: list }))).toMatchObject([{ price: parseDecimal('7') }]);
  });

  it('takes the unit from what is counted, and the names people use', () => {
    const images = { ...entry, tokenType: 'images', per: '1' };
    expect(parsePrices(JSON.stringify([images, { ...entry, tokenType: 'input_tokens' }]))).toMatchObject([
      { tokenType: 'images', unit: 'images' },
      { tokenType: 'uncached_input_tokens', unit: 'tokens' },
    ]);
  });

  it.each([
    ['no JSON', 'x', /not valid JSON/],
    ['a price below zero', [{ ...entry, price: '-1' }], /price \(below zero\)/],
    ['a price that is no number', [{ ...entry, price: 'free' }], /price \("free" is not a decimal/],
    ['no day', [{ ...entry, validFrom: '2026-02-30' }], /validFrom/],
    ['an unknown provider', [{ ...entry, provider: 'acme' }], /provider/],
    ['a misspelt field', [{ ...entry, modell: 'x' }], /modell/],
    ['the same price twice', [entry, entry], /twice/],
    ['a price beyond all reason', [{ ...entry, price: '9'.repeat(35) }], /more than 1,000,000 for one/],
    ['next to nothing as its measure', [{ ...entry, price: '1', per: '1e-30' }], /more than 1,000,000 for one/],
    ['a field given twice', '[{"price":"1","price":"2"}]', /Duplicate key/],
    ['what no usage counts', [entry, { ...entry, tokenType: 'inputs' }], /\[1\]\.tokenType \("inputs" is nothing/],
    ['a unit of something else', [{ ...entry, unit: 'seconds' }], /\[0\]\.unit \(.* is counted in tokens\)/],
  ])('with %s is refused, naming it', (_, content, reason) => {
    expect(() => parsePrices(typeof content === 'string' ? content : JSON.stringify(content))).toThrow(reason);
  });
});
