import { describe, expect, it } from 'vitest';
import { parseShare } from '../../src/commands/check/percents.js';
import { budgetsOf, parseAmount, SCOPE_OF_TEAM } from '../../src/domain/budget.js';
import { formatDecimal } from '../../src/domain/decimal.js';

const budget = (amount: string, months: { month?: string; from?: string }, scope: object = {}) => ({
  ...{ ...SCOPE_OF_TEAM, month: null, from: null, currency: 'USD', amount },
  ...months,
  ...scope,
});
const amounts = (budgets: ReturnType<typeof budget>[], month: string) =>
  budgetsOf(budgets, month).map(({ amount }) => amount);

it('needs no zero in front of the point of what a person types, and one digit at least', () => {
  expect([formatDecimal(parseAmount('.5')), parseShare('.5%')]).toEqual(['0.5', 500]);
  for (const none of ['', '.', '5.', '-.5']) expect(() => parseAmount(none)).toThrow(/is not an amount above zero/);
  for (const none of ['', '.', '%', '.%']) expect(() => parseShare(none)).toThrow(/is not a share/);
});

describe('the budget of a month', () => {
  it('is its own, else the latest that began, else that of every month', () => {
    const all = [
      budget('oct on', { from: '2026-10' }),
      budget('every', {}),
      budget('2027 on', { from: '2027-01' }),
      budget('dec', { month: '2026-12' }),
    ];
    const held = ['2026-09', '2026-10', '2026-11', '2026-12', '2027-01', '2030-01'].map((month) => amounts(all, month));
    expect(held.flat()).toEqual(['every', 'oct on', 'oct on', 'dec', '2027 on', '2027 on']);
  });

  it('is none before the first one begins', () => {
    expect(amounts([budget('oct on', { from: '2026-10' })], '2026-09')).toEqual([]);
  });

  it('is one for each scope and currency', () => {
    const apart = [
      {},
      { provider: 'openai' },
      { provider: 'openai', organizationId: 'org-1' },
      { provider: 'openai', organizationId: 'org-1', apiKeyId: 'key_1' },
      { projectId: 'search' },
      { tag: { key: 'product', value: 'a' } },
      { tag: { key: 'product', value: 'b' } },
      { currency: 'EUR' },
    ].flatMap((scope, index) => [
      budget(`every ${index}`, {}, scope),
      budget(`on ${index}`, { from: '2026-01' }, scope),
    ]);
    expect(amounts(apart, '2026-11')).toEqual(Array.from({ length: 8 }, (_, index) => `on ${index}`));
  });
});
