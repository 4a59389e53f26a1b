import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine, neutralise, restoreNeutralised } from '../../src/output/csv.js';

const text = fc.array(fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', 'a', ' ', '"', ','), { maxLength: 6 });

describe('a text cell', () => {
  it('never begins as a formula does', () => {
    fc.assert(fc.property(text, (parts) => !/^[=+\-@\t\r]/.test(neutralise(parts.join('')))));
  });

  it('comes back as it was', () => {
    fc.assert(
      fc.property(text, (parts) => {
        expect(restoreNeutralised(neutralise(parts.join('')))).toBe(parts.join(''));
      }),
    );
  });

  it('is quoted where it holds what a record is made of', () => {
    expect(csvLine(['a', 'b,c', 'say "d"', 'two\nlines', null, ''])).toBe('a,"b,c","say ""d""","two\nlines",,\r\n');
  });
});
