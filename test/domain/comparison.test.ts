import { describe, expect, it } from 'vitest';
import { compareUsage } from '../../src/domain/comparison.js';
import { parseDay } from '../../src/domain/day.js';
import { formatDecimal, parseDecimal, ZERO } from '../../src/domain/decimal.js';
import { renderComparison, toComparisonDocument } from '../../src/output/comparison.js';
import { silentOutput } from '../../src/output/silent.js';
import { asUsed } from '../../src/providers/registry.js';
import type { CostTotal } from '../../src/domain/usage-store.js';

const charge = (day: string, lineItem: string, cost: string, more: Partial<CostTotal> = {}): CostTotal =>
  asUsed({
    provider: 'openai',
    organizationId: 'org-a',
    projectId: 'p1',
    project: 'Search',
    day: parseDay(day),
    lineItem,
    model: null,
    tokenType: null,
    serviceTier: null,
    contextWindow: null,
    currency: 'USD',
    cost: parseDecimal(cost),
    ...more,
  });
const used = (day: string, model: string, cost: string): CostTotal =>
  charge(day, `${model}, output tokens`, cost, { model, tokenType: 'output_tokens', serviceTier: 'standard' });
const DAYS = ['2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04'];

describe('a credit', () => {
  it.each([['promotional credit'], ['gpt-5 credit']])('named "%s" is neither explained nor a price', (lineItem) => {
    const bills = DAYS.flatMap((day) => [
      charge(day, 'gpt-5, output', '10', { model: 'gpt-5' }),
      charge(day, lineItem, '-4'),
    ]);
    const { totals, unexplained, warnings } = compareUsage(
      bills,
      DAYS.map((day) => used(day, 'gpt-5', '10')),
    );
    expect(totals.map(({ billed, explained }) => [billed, explained].map(formatDecimal))).toEqual([['40', '40']]);
    expect(unexplained.map((item) => [item.lineItem, formatDecimal(item.rest)])).toEqual([[lineItem, '-16']]);
    expect(warnings).toEqual([]);
  });
});

describe('what is left over', () => {
  it('of two providers stays apart where they know an organization by the same id', () => {
    const bills = (['openai', 'github'] as const).map((provider) =>
      charge('2026-11-01', 'Storage', '3', { provider, organizationId: 'acme' }),
    );
    const { unexplained } = compareUsage(bills, []);
    expect(unexplained.map(({ provider, rest }) => [provider, formatDecimal(rest)])).toEqual([
      ['openai', '3'],
      ['github', '3'],
    ]);
  });
});

describe('a model', () => {
  it('that a bill names by its release on some days, and not on others, is explained on all', () => {
    const bills = DAYS.map((day, index) => {
      const model = index < 2 ? 'gpt-5' : 'gpt-5-2025-08-07';
      return charge(day, `${model}, output`, '10', { model });
    });
    const { totals, unexplained } = compareUsage(
      bills,
      DAYS.map((day) => used(day, 'gpt-5-2025-08-07', '10')),
    );
    expect(totals.map(({ explained }) => formatDecimal(explained))).toEqual(['40']);
    expect(unexplained).toEqual([]);
  });
});

describe('a line item', () => {
  it.each([
    ['whisper', 'whisper-1', 'seconds'],
    ['tts hd', 'tts-1-hd', 'characters'],
    ['assistants api | code interpreter', '', 'sessions'],
  ])('"%s" is explained by the usage that is counted under other words', (lineItem, model, tokenType) => {
    const bills = DAYS.map((day) => charge(day, lineItem, '3'));
    const estimates = DAYS.map((day) =>
      charge(day, `${model}, ${tokenType}`, '3', { model: model === '' ? null : model, tokenType }),
    );
    expect(compareUsage(bills, estimates)).toMatchObject({ unexplained: [], totals: [{ billed: parseDecimal('12') }] });
  });

  it('of long prompts, which usage does not tell apart, is no wrong price', () => {
    const bills = DAYS.flatMap((day) => [
      charge(day, 'gpt-5.6-sol, output', '10'),
      charge(day, 'gpt-5.6-sol, output, long context', '20'),
    ]);
    const estimates = DAYS.map((day) => used(day, 'gpt-5.6-sol', '20'));
    expect(compareUsage(bills, estimates).warnings).toEqual([]);
    expect(compareUsage(bills.slice(0, 1), estimates.slice(0, 1)).warnings).toHaveLength(1);
  });
});

it('is told as what it is where nothing was billed: no share is explained', () => {
  const total = { currency: 'USD', billed: ZERO, estimated: parseDecimal('324.25'), explained: ZERO };
  const compared = toComparisonDocument({ groups: [], unexplained: [], warnings: [], totals: [total] });
  const span = { since: parseDay('2026-11-01'), until: parseDay('2026-11-26') };
  const document = { ...span, ...compared, unpriced: [], daysLeftOut: [] };
  expect(renderComparison(document, silentOutput()).trim().split('\n').at(-1)).toBe(
    'Billed 0.00 USD, estimated from usage 324.25 USD.',
  );
});
