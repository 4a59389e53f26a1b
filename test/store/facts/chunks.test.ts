import { describe, expect, it } from 'vitest';
import { addDays, parseDay, type Day } from '../../../src/domain/day.js';
import { chunksOfDays, type LockedDay } from '../../../src/store/facts/fact-days.js';

/** What a statement carries. */
const MOST = 5_000;
const FIRST = parseDay('2026-01-01');

interface Row {
  providerProjectId: string;
  /** How many rows it stands for. */
  size: number;
}

function dayAt(index: number, part = ''): LockedDay {
  const day = addDays(FIRST, index);
  return { day, part, readAt: null, firstClosedReadAt: null, scope: null, seal: null };
}

/** One row a project, of the sizes given. */
function rowsOf(sizes: Record<string, number>): Row[] {
  return Object.entries(sizes).map(([providerProjectId, size]) => ({ providerProjectId, size }));
}

/** Statements in words: days by number, sizes of the rows in their order, and the projects where not all are meant. */
function chunks(days: readonly LockedDay[], rows: Record<number, Row[]>, projectIds: Record<string, string> = {}) {
  const byDay = new Map<Day, Row[]>(Object.entries(rows).map(([index, of]) => [addDays(FIRST, Number(index)), of]));
  const ids = new Map(Object.entries(projectIds));
  return [...chunksOfDays(days, byDay, ids, ({ size }) => size)].map(({ days: of, rows: carried, projects }) => ({
    days: of.map(({ day, part }) => `${day.slice(8)}${part}`).join(' '),
    sizes: carried.map(({ size }) => size),
    projects: projects === null ? 'all' : `${projects.areMeant ? 'only' : 'not'} ${projects.ids.join(' ')}`,
  }));
}

describe('days in statements', () => {
  it('are none where there are no days', () => {
    expect(chunks([], {})).toEqual([]);
  });

  it('go together in order of the day, with all parts of a day, those without rows as well', () => {
    const days = [dayAt(2), dayAt(0, 'a'), dayAt(3), dayAt(1), dayAt(0, 'b')];
    expect(chunks(days, { 3: rowsOf({ p: 3 }), 0: rowsOf({ p: 1, q: 2 }) })).toEqual([
      { days: '01a 01b 02 03 04', sizes: [1, 2, 3], projects: 'all' },
    ]);
  });

  it('fill a statement to the row, and the next day begins another', () => {
    const sizes = { 0: rowsOf({ p: 2_000 }), 1: rowsOf({ p: MOST - 2_000 }), 2: rowsOf({ p: 1 }), 3: rowsOf({ p: 1 }) };
    expect(chunks([dayAt(0), dayAt(1), dayAt(2), dayAt(3)], sizes)).toEqual([
      { days: '01 02', sizes: [2_000, MOST - 2_000], projects: 'all' },
      { days: '03 04', sizes: [1, 1], projects: 'all' },
    ]);
    const oneMore = { ...sizes, 1: rowsOf({ p: MOST - 1_999 }) };
    expect(chunks([dayAt(0), dayAt(1), dayAt(2)], oneMore).map(({ days }) => days)).toEqual(['01', '02 03']);
  });

  it('are counted anew in each statement', () => {
    const sizes = Object.fromEntries(Array.from({ length: 6 }, (_, day) => [day, rowsOf({ p: 2_500 })]));
    const days = Array.from({ length: 6 }, (_, day) => dayAt(day));
    expect(chunks(days, sizes).map((each) => each.days)).toEqual(['01 02', '03 04', '05 06']);
  });

  it('are not cut where one fills a statement, and no statement is without days', () => {
    expect(chunks([dayAt(0)], { 0: rowsOf({ p: MOST }) })).toEqual([{ days: '01', sizes: [MOST], projects: 'all' }]);
    expect(chunks([dayAt(0), dayAt(1)], { 0: rowsOf({ p: MOST }), 1: rowsOf({ p: MOST }) })).toHaveLength(2);
  });
});

describe('a day with more rows than a statement carries', () => {
  it('goes project by project, as many as fit, and last what no project of it has', () => {
    const sizes = { a: 2_000, b: 3_000, c: 4_000, d: 1_000, e: 1 };
    const ids = { a: 'A', b: 'B', c: 'C', d: 'D', e: 'E' };
    expect(chunks([dayAt(1), dayAt(1, 'x')], { 1: rowsOf(sizes) }, ids)).toEqual([
      { days: '02 02x', sizes: [2_000, 3_000], projects: 'only A B' },
      { days: '02 02x', sizes: [4_000, 1_000], projects: 'only C D' },
      { days: '02 02x', sizes: [1], projects: 'only E' },
      { days: '02 02x', sizes: [], projects: 'not A B C D E' },
    ]);
  });

  it('keeps rows of one project of ours together, whatever the provider calls them', () => {
    const rows = [...rowsOf({ a: 2_000, b: 3_000 }), ...rowsOf({ c: 1_000 })];
    expect(
      chunks([dayAt(0)], { 0: rows }, { a: 'A', b: 'B', c: 'A' }).map((each) => [each.projects, each.sizes]),
    ).toEqual([
      ['only A', [2_000, 1_000]],
      ['only B', [3_000]],
      ['not A B', []],
    ]);
  });

  it('has one project whole, however large that is', () => {
    const rows = [...rowsOf({ a: MOST }), ...rowsOf({ a: 1 })];
    expect(chunks([dayAt(0)], { 0: rows }, { a: 'A' })).toEqual([
      { days: '01', sizes: [MOST, 1], projects: 'only A' },
      { days: '01', sizes: [], projects: 'not A' },
    ]);
  });

  it('stands apart from days before and after it', () => {
    const rows = { 0: rowsOf({ a: 1 }), 1: rowsOf({ a: MOST + 1 }), 2: rowsOf({ a: 2 }), 3: rowsOf({ a: MOST - 2 }) };
    expect(chunks([dayAt(0), dayAt(1), dayAt(2), dayAt(3)], rows, { a: 'A' })).toEqual([
      { days: '01', sizes: [1], projects: 'all' },
      { days: '02', sizes: [MOST + 1], projects: 'only A' },
      { days: '02', sizes: [], projects: 'not A' },
      { days: '03 04', sizes: [2, MOST - 2], projects: 'all' },
    ]);
  });
});

it('a row counts as one unless it is told how many it stands for', () => {
  const rows = Array.from({ length: MOST + 1 }, (_, index) => ({ providerProjectId: `p${index % 2}` }));
  const ids = new Map([
    ['p0', 'A'],
    ['p1', 'B'],
  ]);
  const [first, ...others] = chunksOfDays([dayAt(0)], new Map([[FIRST, rows]]), ids);
  expect(first).toMatchObject({ projects: { ids: ['A'], areMeant: true } });
  expect(others).toHaveLength(2);
  expect([...chunksOfDays([dayAt(0)], new Map([[FIRST, rows.slice(1)]]), ids)]).toHaveLength(1);
});
