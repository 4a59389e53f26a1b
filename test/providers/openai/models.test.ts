import { describe, expect, it } from 'vitest';
import { modelOf } from '../../../src/providers/openai/models.js';

describe('modelOf', () => {
  it.each([
    ['gpt-5, input', 'gpt-5'],
    ['gpt-5-mini-2025-08-07, cached input', 'gpt-5-mini-2025-08-07'],
    ['gpt-4o-2024-08-06, input', 'gpt-4o-2024-08-06'],
    ['gpt-6-astra, input_tokens', 'gpt-6-astra'],
    ['gpt-4.1-nano, output', 'gpt-4.1-nano'],
    ['o3-deep-research, output', 'o3-deep-research'],
    ['text-embedding-3-large, input', 'text-embedding-3-large'],
    ['whisper-1', 'whisper-1'],
    ['gpt-image-1, image input', 'gpt-image-1'],
    ['Image models', null],
    ['Completions', null],
    ['web search | gpt-5', null],
    ['gpt-5something, input', null],
    ['', null],
  ])('of "%s" is %s', (lineItem, model) => {
    expect(modelOf(lineItem)).toBe(model);
  });

  it('takes no longer for a line item that looks like a model for ever', () => {
    const started = performance.now();
    for (const step of ['-1111', '-2024-08-06', '-32k', '-high', '-mini'])
      expect(modelOf(`gpt-4${step.repeat(120)}!`)).toBeNull();
    expect(performance.now() - started).toBeLessThan(500);
  });
});
