import { expect, it } from 'vitest';
import { rowFilterOptions } from '../../src/commands/row-filter.js';
import { parseDay } from '../../src/domain/day.js';
import type { Project } from '../../src/domain/project.js';
import { compareSheet, makeSheet, type SheetRow } from '../../src/domain/project-sheet.js';
import { ALWAYS, type Tag } from '../../src/domain/tag.js';

const today = parseDay('2026-11-27');
const [OCTOBER, DECEMBER] = [parseDay('2026-10-01'), parseDay('2026-12-01')];
const projects = ['Search', 'Labs', 'Assistant'].map((name) => ({ id: name, name })) as unknown as Project[];
const tag = (projectId: string, value: string | null, from: Tag['from']): Tag => ({
  projectId,
  key: 'product',
  value,
  from,
});
/** The product of Search changed in October, that of Labs ended, and that of Assistant will change. */
const tags = [
  ...[tag('Search', 'Old', ALWAYS), tag('Search', 'New', OCTOBER)],
  ...[tag('Labs', 'Lab', ALWAYS), tag('Labs', null, OCTOBER)],
  ...[tag('Assistant', 'Help', ALWAYS), tag('Assistant', 'Chat', DECEMBER)],
];
const compare = (rows: readonly SheetRow[], from: Tag['from'] | null = null) =>
  compareSheet(rows, projects, tags, { from, today }).tags;
const sheetWith = (id: string, product: string) => [{ id, 'tag:product': product }];

it('a sheet of today that nobody changed changes no tag of any day', () => {
  const { rows } = makeSheet(projects, tags, today);
  expect(rows.map((row) => row['tag:product'])).toEqual(['New', '', 'Help']);
  expect(compare(rows)).toEqual([]);
  expect(compare(rows, parseDay('2026-09-01'))).toEqual([]);
});

it('a value that is changed in a sheet holds as long as the one it replaces, or from the day that is said', () => {
  expect(compare(sheetWith('Search', 'Newer'))).toEqual([tag('Search', 'Newer', OCTOBER)]);
  expect(compare(sheetWith('Labs', 'Lab'))).toEqual([tag('Labs', 'Lab', OCTOBER)]);
  expect(compare(sheetWith('Assistant', ''))).toEqual([tag('Assistant', null, ALWAYS)]);
  expect(compare(sheetWith('Search', 'Newer'), today)).toEqual([tag('Search', 'Newer', today)]);
});

it('--tag takes the value behind the first "=", and none where nothing stands behind it', () => {
  const option = rowFilterOptions().find(({ long }) => long === '--tag');
  const read = (text: string) => option?.parseArg?.(text, undefined);
  expect(read('cc=Zm9v=')).toEqual([{ key: 'cc', value: 'Zm9v=' }]);
  expect(read('cc==')).toEqual([{ key: 'cc', value: '=' }]);
  expect(read('cc=')).toEqual([{ key: 'cc', value: null }]);
});
