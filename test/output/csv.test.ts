import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/domain/day.js';
import { compareSheet } from '../../src/domain/project-sheet.js';
import { ALWAYS } from '../../src/domain/tag.js';
import { csvLine, neutralise, restoreNeutralised } from '../../src/output/csv.js';
import { renderChangesCsv } from '../../src/output/report-formats.js';

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

  it('is quoted where it holds what a record is made of, and never begins a line', () => {
    expect(csvLine(['a', 'b,c', 'say "d"', 'two\r\nlines', null, ''])).toBe('a,"b,c","say ""d""",two lines,,\r\n');
  });
});

it('writes what changed with the fields it is grouped by, its cause and the exact difference', () => {
  const changes = {
    ...{ since: parseDay('2026-10-01'), until: parseDay('2026-10-31'), from: '', to: '' },
    ...{ groupBy: ['line-item'] as ['line-item'], totals: [], lateness: [] },
    rows: [
      { lineItem: '=gpt, "x"', cause: 'late' as const, rows: 2, currency: 'USD', difference: '-0.0000000000001' },
      { lineItem: 'o3', cause: 'provider' as const, rows: 1, currency: 'EUR', difference: '5' },
    ],
  };
  expect(renderChangesCsv(changes).split('\r\n')).toEqual([
    'lineItem,cause,rows,currency,difference',
    `"'=gpt, ""x""",late,2,USD,-0.0000000000001`,
    'o3,provider,1,EUR,5',
    '',
  ]);
});

it('a sheet that comes back as it was written changes nothing, and what does is stored without control characters', () => {
  const project = {
    ...{ id: 'p', provider: null, organizationId: null, providerProjectId: null, providerName: null },
    ...{ name: 'Se\u200barch ', linked: true, archived: false },
  };
  const changes = (row: object) => compareSheet([{ id: 'p', ...row }], [project], [], { from: null, today: ALWAYS });
  expect(changes({ name: 'Search ' })).toEqual({ renames: [], tags: [] });
  expect(changes({ name: 'Pay\troll', 'tag:team': 'a\nb\t' })).toEqual({
    renames: [{ id: 'p', from: project.name, to: 'Pay roll' }],
    tags: [{ projectId: 'p', key: 'team', value: 'a b', from: ALWAYS }],
  });
});
