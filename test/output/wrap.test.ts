import { describe, expect, it } from 'vitest';
import { fitLines } from '../../src/output/wrap.js';

describe('lines that are wider than the terminal', () => {
  it('go on below the words of a line that begins with what it is about', () => {
    expect(fitLines('  Never read   prompts, completions, files, or other keys', 40).split('\n')).toEqual([
      '  Never read   prompts, completions,',
      '               files, or other keys',
    ]);
  });

  it('go on below the words behind a mark, and a command that ends them stays whole', () => {
    expect(fitLines('✖ Prod: its key is refused. → costs keys rotate org-1', 24).split('\n')).toEqual([
      '✖ Prod: its key is',
      '  refused.',
      '  → costs keys rotate org-1',
    ]);
  });
});
