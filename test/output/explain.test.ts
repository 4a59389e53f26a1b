import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { Explanation } from '../../src/domain/explanation.js';
import { parseDay } from '../../src/domain/day.js';
import { fitLines } from '../../src/output/wrap.js';
import { renderExplanation } from '../../src/output/explain.js';
import { sentenceOf } from '../../src/output/why.js';
import { createStyle } from '../../src/output/style.js';
import type { Output } from '../../src/output/output.js';

const day = parseDay('2026-11-25');
const effects = { volume: '164.11', price: '-1306.39', mix: '1103.06', new: '0', gone: '-7410.5', other: '0.000001' };
const row = { currency: 'USD', now: '0.48', before: '7450.2', difference: '-7449.72', effects };
const told = {
  ...{ sentence: 'It cost less.', since: day, until: day, causes: [], unread: [] },
  against: { kind: 'usual', since: day, until: day },
  totals: [row],
  rows: [{ ...row, project: 'Project 13', projectId: 'p-13', organization: 'Acme', drivers: [] }],
} as Explanation;
const shown = (width: number) =>
  fitLines(renderExplanation(told, ['project'], { style: createStyle(false), width } as unknown as Output), width)
    .split('\n')
    .slice(2);

describe('an explanation', () => {
  it('has a column for each effect where the terminal has room for them', () => {
    const [heads, first] = shown(120);
    expect(heads?.split(/ {2,}/).slice(-4)).toEqual(['Volume', 'Price', 'Mix', 'Gone']);
    expect(first?.split(/ {2,}/).slice(-4)).toEqual(['+164.11', '−1,306.39', '+1,103.06', '−7,410.50']);
  });

  it.each([50, 60, 80])(
    'names the effects in words at %d columns, the largest first, and breaks no figure',
    (width) => {
      const lines = shown(width);
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
      const words = lines.join(' ').split(/\s+/);
      const figures = words.filter((word) => /^[−+][\d,.]+,?$/.test(word)).map((word) => word.replace(/,$/, ''));
      for (const figure of ['−7,410.50', '−1,306.39', '+1,103.06', '+164.11', '−7,449.72'])
        expect(figures.filter((each) => each === figure)).toHaveLength(2);
      expect(words.indexOf('gone')).toBeLessThan(words.indexOf('price'));
    },
  );
});

it('says what the marks of its projects mean', () => {
  const [first] = told.rows;
  const rows = [
    { ...first, linked: false, organizationId: 'org-1' },
    { ...first, organizationId: null },
  ];
  const output = { style: createStyle(false), width: 120 } as unknown as Output;
  const text = renderExplanation({ ...told, rows } as Explanation, ['project'], output);
  for (const mark of [/^⚠ Project 13/m, /^⚠ not linked → /m, /^◇ Project 13/m, /^◇ Not proven: /m])
    expect(text).toMatch(mark);
});

it('says the years where both sides have the same days', () => {
  const [since, until] = [parseDay('2026-11-01'), parseDay('2026-11-30')];
  const against = { kind: 'period', since: parseDay('2025-11-01'), until: parseDay('2025-11-30') } as const;
  expect(sentenceOf({ ...told, since, until, against }, ['project'])).toBe(
    '1–30 Nov 2026 cost 0.48 USD, 7,449.72 less (−100 %) than 1–30 Nov 2025.',
  );
});
