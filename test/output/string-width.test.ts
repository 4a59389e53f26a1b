import measure from 'string-width';
import { expect, inject, it } from 'vitest';
import { stringWidth } from '../../src/output/string-width.js';

it(
  'takes as many columns as is measured, for every sign that is not measured and for text around them',
  { tags: ['story'] },
  () => {
    // One of seven is enough to see that a block of signs is another width than it was.
    const step = inject('long') ? 1 : 7;
    const different = Array.from({ length: Math.floor(0xffff / step) }, (_, index) => String.fromCharCode(index * step))
      .filter((sign) => !/[\ud800-\udfff]/.test(sign))
      .filter((sign) => stringWidth(sign) !== measure(sign));

    expect(different).toEqual([]);
    for (const text of [
      '→ costs report',
      '▁▂█',
      '⚠️ warned',
      'e\u0301te\u0301',
      '日本 – 5.00',
      '🚀 Σ',
      '\u001b[1mbold\u001b[22m',
    ])
      expect(stringWidth(text)).toBe(measure(text));
  },
);

it.each<[string, [text: string, width: number][]]>([
  [
    'gives a letter a column that is written in one piece with the one before it, as terminals do',
    [
      ['ग्राहक', 5],
      ['हिन्दी', 5],
      ['กำ', 2],
      ['สำหรับ', 5],
      ['ខ្មែរ', 4],
      ['বাংলা', 5],
    ],
  ],
  [
    'counts each part of an emoji, as terminals do that do not draw them as one',
    [
      ['👩‍🔬', 4],
      ['👨‍👩‍👧‍👦', 8],
      ['👍🏽', 4],
      ['🇩🇪', 4],
      ['🚀', 2],
    ],
  ],
])('%s', (_, texts) => {
  for (const [text, width] of texts) expect(stringWidth(text), text).toBe(width);
});
