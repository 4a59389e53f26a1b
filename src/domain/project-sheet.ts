import type { Day } from './day.js';
import { groupBy } from './group-into.js';
import type { Project } from './project.js';
import { ALWAYS, checkTagKey, checkTagValue, tagAt, tagOn, type Tag } from './tag.js';
import { cleanName, showable } from './text.js';
import { CostsError } from '../errors.js';

/** The columns of a project sheet that come before its tags. Only names and tags can be changed in it. */
export const SHEET_COLUMNS = ['id', 'name', 'provider', 'organizationId', 'providerProjectId'] as const;
const TAG_PREFIX = 'tag:';

export type SheetRow = Record<string, string>;

/** One row a project, and a column a tag, with the values that hold on a day. */
export function makeSheet(
  projects: readonly Project[],
  tags: readonly Tag[],
  day: Day,
): { columns: string[]; rows: SheetRow[] } {
  const keys = [...new Set(tags.map(({ key }) => key))].sort();
  const historyOf = historiesOf(tags);
  const rows = projects.map((project): SheetRow => {
    const values = keys.map((key) => [`${TAG_PREFIX}${key}`, tagOn(historyOf(project.id, key), day) ?? '']);
    return {
      ...Object.fromEntries(SHEET_COLUMNS.map((column) => [column, project[column] ?? ''])),
      ...(Object.fromEntries(values) as SheetRow),
    };
  });
  return { columns: [...SHEET_COLUMNS, ...keys.map((key) => `${TAG_PREFIX}${key}`)], rows };
}

export interface SheetChanges {
  renames: { id: string; from: string; to: string }[];
  tags: Tag[];
}

/**
 * What a sheet of today would change: names, and the tags of the columns it has. An empty cell takes the tag off; one that is as
 * today changes nothing of what was before.
 * @param from the first day changed tags hold; null: as long as the value that each replaces
 * @throws CostsError `usage` naming the line
 */
export function compareSheet(
  rows: readonly SheetRow[],
  projects: readonly Project[],
  tags: readonly Tag[],
  { from, today }: { from: Day | null; today: Day },
): SheetChanges {
  const known = new Map(projects.map((project) => [project.id, project]));
  const changes: SheetChanges = { renames: [], tags: [] };
  const seen = new Set<string>();
  const historyOf = historiesOf(tags);
  rows.forEach((row, index) => {
    const where = `Line ${index + 2} of the sheet`;
    const { id = '', name = '' } = row;
    const project = known.get(id);
    if (project === undefined)
      throw new CostsError('usage', `${where}: there is no project "${id}".`, { hint: 'costs projects export' });
    if (seen.has(id))
      throw new CostsError('usage', `${where}: project "${id}" is there twice.`, { hint: 'Keep one line a project.' });
    seen.add(id);
    const to = cleanName(name);
    // The sheet was written without what nobody sees in a name.
    if (to !== '' && showable(name) !== showable(project.name)) changes.renames.push({ id, from: project.name, to });
    for (const [column, text] of Object.entries(row)) {
      if (!column.startsWith(TAG_PREFIX)) continue;
      const key = checkTagKey(column.slice(TAG_PREFIX.length));
      const value = text.trim() === '' ? null : checkTagValue(text);
      const history = historyOf(id, key);
      const start = from ?? tagAt(history, today)?.from ?? ALWAYS;
      if (value === tagOn(history, today) || value === tagOn(history, start)) continue;
      changes.tags.push({ projectId: id, key, value, from: start });
    }
  });
  return changes;
}

/** The tags of one key of a project. */
function historiesOf(tags: readonly Tag[]): (projectId: string, key: string) => readonly Tag[] {
  const histories = groupBy(tags, ({ projectId, key }) => `${projectId} ${key}`);
  return (projectId, key) => histories.get(`${projectId} ${key}`) ?? [];
}
