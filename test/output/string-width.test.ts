import measure from 'string-width';
import { expect, it } from 'vitest';
import { stringWidth } from '../../src/output/string-width.js';

it('takes as many columns as is measured, for every sign that is not measured and for text around them', () => {
  const different = Array.from({ length: 0xffff }, (_, code) => String.fromCharCode(code))
    .filter((sign) => !/[\ud800-\udfff]/.test(sign))
    .filter((sign) => stringWidth(sign) !== measure(sign));

  expect(different).toEqual([]);
  for (const text of [
    '→ costs report',
    '▁▂█',
    '⚠️ warned',
    'e\u0301te\u0301',
    '日本 – 5.00',
    '👩‍👩‍👧 Σ',
    '\u001b[1mbold\u001b[22m',
  ])
    expect(stringWidth(text)).toBe(measure(text));
});
