import { describe, expect, it } from 'vitest';
import { DIMENSION_WORDS, dimensionOf, groupKey, requireKept } from '../../src/domain/dimensions.js';
import { matchesPattern } from '../../src/domain/pattern.js';
import { effortOf } from '../helpers/effort.js';

describe('dimensions', () => {
  it.each([...DIMENSION_WORDS, 'tag:product' as const])('%s reads every field it shows, and its key', (word) => {
    const { columns, sql, key } = dimensionOf(word);
    expect(Object.keys(sql)).toEqual(expect.arrayContaining([...Object.values(columns), key]));
  });

  it('tells rows apart by what they are about, whatever they are called', () => {
    const row = { project: 'Search', projectId: 'p1', organization: 'Prod', organizationId: 'o1', currency: 'USD' };
    expect(groupKey({ ...row, project: 'Renamed', organization: 'Other name' })).toBe(groupKey(row));
    expect(groupKey({ ...row, projectId: 'p2' })).not.toBe(groupKey(row));
    expect(groupKey({ ...row, currency: 'EUR' })).not.toBe(groupKey(row));
    expect(groupKey({ ...row, 'tag:product': 'x' })).not.toBe(groupKey({ ...row, 'tag:product': null }));
  });

  it('refuses to tell as of an instant what the ledger does not keep, and says what it keeps', () => {
    expect(() => requireKept(['project', 'model', 'day', 'tag:product'])).not.toThrow();
    expect(() => requireKept(['project', 'token-type'])).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/not kept by token-type/) as string,
        // Asked by `changes`, too, which has no --as-of to leave out.
        hint: expect.stringMatching(/^Use provider, .* or tag:KEY; a report without --as-of/) as string,
      }),
    );
  });
});

describe('a pattern', () => {
  it.each([
    ['gpt-?*', 'gpt-5, input', true],
    ['gpt-?*', 'gpt-', false],
    ['*mini*', 'gpt-4o-mini-2024', true],
    ['*-mini', 'gpt-4o-mini-mini', true],
    ['a**b', 'ab', true],
    ['a.c', 'abc', false],
    ['?', '😀', true],
    ['', '', true],
    ['*', '', true],
    ['a*b*c', 'a-b-d', false],
  ])('%s on "%s": %s', (pattern, text, matches) => {
    expect(matchesPattern(pattern, text)).toBe(matches);
  });

  it('takes no longer for many stars', async () => {
    const matching = () => expect(matchesPattern(`${'*a'.repeat(40)}*b`, 'a'.repeat(20_000))).toBe(false);
    expect(await effortOf(matching)).toBeLessThan(2_000);
  });
});
