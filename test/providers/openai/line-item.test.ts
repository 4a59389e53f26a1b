import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLineItem, printLineItem, readLineItem } from '../../../src/providers/openai/line-item.js';
import { effortOf } from '../../helpers/effort.js';

type Expected = [model: string | null, tokenType: string | null, tier?: string | undefined, context?: string];

describe('readLineItem', () => {
  const CASES: [string, Expected][] = [
    ['gpt-5, input', ['gpt-5', 'uncached_input_tokens']],
    ['gpt-5-mini-2025-08-07, cached input', ['gpt-5-mini-2025-08-07', 'cached_input_tokens']],
    ['gpt-4o-2024-08-06, output', ['gpt-4o-2024-08-06', 'output_tokens']],
    ['gpt-6-astra, input_tokens', ['gpt-6-astra', 'uncached_input_tokens']],
    ['gpt-7.1-lyra, cache writes', ['gpt-7.1-lyra', 'cache_write_input_tokens']],
    ['priority | gpt-7.1-nova, output, long context', ['gpt-7.1-nova', 'output_tokens', 'priority', 'long context']],
    ['flex | gpt-5-nano, cached input', ['gpt-5-nano', 'cached_input_tokens', 'flex']],
    ['gpt-7.1-lyra, cached input, long context', ['gpt-7.1-lyra', 'cached_input_tokens', undefined, 'long context']],
    ['gpt-image-9 image, cached input', ['gpt-image-9', 'cached_image_input_tokens']],
    ['gpt-image-9-2026-04-21 text, input', ['gpt-image-9-2026-04-21', 'uncached_input_tokens']],
    ['gpt-image-9.5-flare image, output', ['gpt-image-9.5-flare', 'image_output_tokens']],
    ['gpt-audio-tiny-2025-12-15 audio, input', ['gpt-audio-tiny-2025-12-15', 'uncached_audio_input_tokens']],
    ['gpt-4o, batch input', ['gpt-4o', 'uncached_input_tokens', 'batch']],
    [
      'ft:gpt-4o-mini-2024-07-18:acme::AbC123, input',
      ['ft:gpt-4o-mini-2024-07-18:acme::AbC123', 'uncached_input_tokens'],
    ],
    ['evals | gpt-5, output', ['gpt-5', 'output_tokens']],
    ['computer-use-preview, output', ['computer-use-preview', 'output_tokens']],
    ['quasar, input', ['quasar', 'uncached_input_tokens']],
    ['gpt-image-1, images', ['gpt-image-1', 'images']],
    ['text-embedding-3-large', ['text-embedding-3-large', null]],
    ['whisper-1', ['whisper-1', null]],
  ];
  it.each(CASES)('of "%s"', (lineItem, [model, tokenType, serviceTier = null, contextWindow = null]) => {
    expect(readLineItem(lineItem)).toMatchObject({ model, tokenType, serviceTier, contextWindow });
  });

  it.each([
    'Vector storage',
    'tts hd',
    'whisper',
    'web search tool calls',
    'assistants api | file search',
    'web search | gpt-5',
    'Image models',
    'Completions',
    'gpt-5 credit',
    'Promotional credit',
    'Scale Tier',
    '',
  ])('takes "%s" for a service, by its own words', (lineItem) => {
    expect(readLineItem(lineItem)).toEqual({
      model: null,
      costType: lineItem,
      tokenType: null,
      serviceTier: null,
      contextWindow: null,
    });
  });
});

/** What bills of 2026 are made of, with names of our own: each kind of line item with what its columns must say. */
const KINDS: [modality: string | null, kind: string | null, tokenType: string | null][] = [
  [null, 'input', 'uncached_input_tokens'],
  [null, 'cached input', 'cached_input_tokens'],
  [null, 'output', 'output_tokens'],
  [null, 'cache writes', 'cache_write_input_tokens'],
  ['text', 'input', 'uncached_input_tokens'],
  ['image', 'input', 'uncached_image_input_tokens'],
  ['image', 'cached input', 'cached_image_input_tokens'],
  ['image', 'output', 'image_output_tokens'],
  ['audio', 'input', 'uncached_audio_input_tokens'],
  ['audio', 'output', 'audio_output_tokens'],
];
const WAYS: [tier: string | null, model: string, longContext: boolean][] = [
  [null, 'gpt-8.3-vega', false],
  ['priority', 'gpt-8.3-vega', true],
  ['flex', 'gpt-8-tiny-2026-10-01', false],
  [null, 'lyra-image-3-2026-04-21', false],
  [null, 'ft:gpt-8-tiny:acme:bills:9xYz', false],
  ['priority', 'zephyr', false],
];
const SERVICES = ['Vector storage', 'tts hd', 'whisper', 'web search tool calls', 'assistants api | file search'];
const MODEL_ALONE = ['gpt-8.3-vega', 'text-embedding-5'];

describe('67 line items', () => {
  const ABOUT_MODELS = WAYS.flatMap((way) => KINDS.map((kind) => ({ way, kind })));

  it.each(ABOUT_MODELS)('$way $kind', ({ way: [tier, model, longContext], kind: [modality, kind, tokenType] }) => {
    const parts = { prefix: tier, model, modality, kind, longContext };
    const lineItem = printLineItem(parts);
    expect(parseLineItem(lineItem)).toEqual(parts);
    expect(readLineItem(lineItem)).toEqual({
      ...{ model, costType: 'tokens', tokenType, serviceTier: tier },
      contextWindow: longContext ? 'long context' : null,
    });
  });

  it.each(SERVICES)('%s', (lineItem) =>
    expect(readLineItem(lineItem)).toMatchObject({ model: null, costType: lineItem }),
  );

  it.each(MODEL_ALONE)('%s', (lineItem) =>
    expect(readLineItem(lineItem)).toMatchObject({ model: lineItem, tokenType: null }),
  );

  it('are as many', () => expect([...ABOUT_MODELS, ...SERVICES, ...MODEL_ALONE]).toHaveLength(67));
});

const oneOf = (...values: (string | null)[]) => fc.constantFrom(...values);
const modelName = fc.stringMatching(
  /^(?:gpt|o|sora|lyra)-[1-9](?:\.[0-9])?(?:-[a-z]{3,6}){0,2}(?:-20[2-3][0-9]-[01][0-9]-[0-3][0-9])?$/,
);

describe('the grammar of line items', () => {
  it('parses what it prints, part for part', () => {
    const parts = fc.record({
      prefix: oneOf(null, 'priority', 'flex', 'evals'),
      model: modelName,
      modality: oneOf(null, 'text', 'image', 'audio'),
      kind: oneOf('input', 'cached input', 'output', 'cache writes', 'input_tokens'),
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
