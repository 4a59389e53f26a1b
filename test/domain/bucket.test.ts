import { describe, expect, it } from 'vitest';
import { BucketMerger, toLineItem, type CostLine } from '../../src/domain/bucket.js';
import { formatDecimal, parseDecimal } from '../../src/domain/decimal.js';

const plain = { contextWindow: null, serviceTier: null, inferenceGeo: null };

describe('toLineItem', () => {
  it('is the description where everything is standard', () => {
    expect(
      toLineItem({
        description: 'Tokens',
        currency: 'USD',
        contextWindow: '0-200k',
        serviceTier: 'standard',
        inferenceGeo: 'global',
      }),
    ).toBe('Tokens');
  });

  it('names what is not standard, in order', () => {
    expect(
      toLineItem({
        description: 'Tokens',
        currency: 'USD',
        contextWindow: '200k-1M',
        serviceTier: 'batch',
        inferenceGeo: 'us',
      }),
    ).toBe('Tokens · 200k-1M · batch · us');
    expect(toLineItem({ description: 'Tokens', currency: 'USD', ...plain, serviceTier: 'batch' })).toBe(
      'Tokens · batch',
    );
  });

  it('carries every currency but USD, so that a key never changes its currency', () => {
    expect(toLineItem({ description: 'gpt-5, input', currency: 'EUR', ...plain })).toBe('gpt-5, input [EUR]');
  });

  it.each([null, '', '  '])('is "unspecified" for %j', (description) => {
    expect(toLineItem({ description, currency: 'USD', ...plain })).toBe('unspecified');
  });

  it('refuses what would not fit the index of the bucket key', () => {
    expect(() => toLineItem({ description: 'é'.repeat(800), currency: 'USD', ...plain })).toThrow(/longer than/);
  });
});

describe('BucketMerger', () => {
  const line = (change: Partial<CostLine>): CostLine => ({
    bucketStart: new Date('2026-01-01T00:00:00Z'),
    bucketEnd: new Date('2026-01-02T00:00:00Z'),
    providerProjectId: 'proj_1',
    providerProjectName: null,
    organizationId: null,
    lineItem: 'gpt-5, input',
    currency: 'USD',
    cost: parseDecimal('0.1'),
    quantity: parseDecimal('10'),
    quantityUnit: 'tokens',
    model: 'gpt-5',
    costType: null,
    tokenType: null,
    serviceTier: null,
    contextWindow: null,
    inferenceGeo: null,
    ...change,
  });
  const merged = (...lines: CostLine[]) => {
    const merger = new BucketMerger();
    for (const each of lines) merger.add(each);
    return merger.lines();
  };

  it('adds lines that share a key, and their quantities', () => {
    const [only, ...more] = merged(line({}), line({ cost: parseDecimal('0.2') }));
    expect(more).toEqual([]);
    expect(only && formatDecimal(only.cost)).toBe('0.3');
    expect(only?.quantity && formatDecimal(only.quantity)).toBe('20');
  });

  it.each([
    ['the units differ', { quantityUnit: 'seconds' }],
    ['one says nothing', { quantity: null, quantityUnit: null }],
  ])('has no quantity where %s', (_, change) => {
    const [only] = merged(line({}), line(change));
    expect(only).toMatchObject({ quantity: null, quantityUnit: null });
  });

  it('forgets an attribute that the lines do not share', () => {
    const [only] = merged(line({}), line({ model: 'gpt-5-mini' }));
    expect(only?.model).toBeNull();
  });

  it('keeps apart projects, days and line items', () => {
    const lines = merged(
      line({}),
      line({ providerProjectId: 'proj_2' }),
      line({ lineItem: 'gpt-5, output' }),
      line({ bucketStart: new Date('2026-01-02T00:00:00Z'), bucketEnd: new Date('2026-01-03T00:00:00Z') }),
    );
    expect(lines).toHaveLength(4);
  });

  it('tells by API key what it adds to one line of the bill, and of what was not asked so nothing', () => {
    const merger = new BucketMerger();
    const parts = [
      line({ apiKeyId: 'key_1' }),
      line({ apiKeyId: null, cost: parseDecimal('1') }),
      line({ apiKeyId: 'key_1', cost: parseDecimal('2') }),
      line({ lineItem: 'gpt-5, output' }),
    ];
    for (const each of parts) merger.add(each);
    const told = (lines: CostLine[]) => lines.map(({ lineItem, cost }) => [lineItem, formatDecimal(cost)]);
    expect(told(merger.lines())).toEqual([
      ['gpt-5, input', '3.1'],
      ['gpt-5, output', '0.1'],
    ]);
    expect(merger.byApiKey().map(({ apiKeyId, cost }) => [apiKeyId, formatDecimal(cost)])).toEqual([
      ['key_1', '2.1'],
      [null, '1'],
    ]);
    expect(merger.size).toBe(3);
  });

  it('never adds two currencies', () => {
    expect(() => merged(line({}), line({ currency: 'EUR' }))).toThrow(/two currencies/);
  });
});
