import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  NOTHING_SAID,
  parseLineItem,
  readLineItem,
  type LineItemParts,
} from '../../../src/providers/openai/line-item.js';
import { effortOf } from '../../helpers/effort.js';
import { LINE_ITEMS, readingOf } from '../../helpers/line-items.js';

/** The line item that has these parts, to the letter. */
function printLineItem({ prefix, model, modality, kind, longContext }: LineItemParts): string {
  return [
    prefix === null ? '' : `${prefix} | `,
    model,
    modality === null ? '' : ` ${modality}`,
    kind === null ? '' : `, ${kind}`,
    longContext ? ', long context' : '',
  ].join('');
}

describe('readLineItem', () => {
  it.each(LINE_ITEMS.map((each) => [each[0], each] as const))('of "%s"', (lineItem, each) => {
    expect(readLineItem(lineItem)).toEqual(readingOf(each));
    const parts = parseLineItem(lineItem);
    expect(parts === null ? lineItem : printLineItem(parts)).toBe(lineItem);
  });

  it('was tried on 67 of them', () => expect(new Set(LINE_ITEMS.map(([lineItem]) => lineItem)).size).toBe(67));

  it.each(['web search | gpt-5', 'Image models', 'Completions', 'gpt-5 credit', 'Promotional credit', ''])(
    'takes "%s" for a service, by its own words',
    (lineItem) => {
      expect(readLineItem(lineItem)).toEqual({
        ...NOTHING_SAID,
        costType: lineItem,
      });
    },
  );
});

const oneOf = (...values: (string | null)[]) => fc.constantFrom(...values);
const modelName = fc.stringMatching(
  /^(?:gpt|o|sora|lyra)-[1-9](?:\.[0-9])?(?:-[a-z]{3,6}){0,2}(?:-20[2-3][0-9]-[01][0-9]-[0-3][0-9])?$/,
);

describe('the grammar of line items', () => {
  it('parses what it prints, part for part', () => {
    const parts = fc.record({
      prefix: oneOf(null, 'priority', 'flex', 'evals', 'batch'),
      model: modelName,
      modality: oneOf(null, 'text', 'image', 'audio', 'video'),
      kind: oneOf('input', 'cached input', 'output', 'cache writes', 'cache writes 30m', 'audio input', 'input_tokens'),
      longContext: fc.boolean(),
    });
    fc.assert(
      fc.property(parts, (each) => {
        expect(parseLineItem(printLineItem(each))).toEqual(each);
      }),
    );
  });

  it('prints what it parsed, to the letter, whatever the text', () => {
    const text = fc.oneof(
      fc.string(),
      fc
        .array(fc.constantFrom('gpt-5', 'x', ' | ', ', ', ' ', 'image', 'input', 'output', 'long context', 'flex', ','))
        .map((words) => words.join('')),
    );
    fc.assert(
      fc.property(text, (lineItem) => {
        const parts = parseLineItem(lineItem);
        if (parts !== null) expect(printLineItem(parts)).toBe(lineItem);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes no longer for a line item that looks like a model for ever', async () => {
    const reading = () => {
      for (const step of ['-1111', '-2024-08-06', ' image', ', input', ' | ', '-mini'])
        readLineItem(`gpt-4${step.repeat(20_000)}!`);
    };
    expect(await effortOf(reading)).toBeLessThan(500);
  });
});
