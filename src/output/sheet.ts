import type { SheetChanges } from '../domain/project-sheet.js';
import { ALWAYS } from '../domain/tag.js';
import type { Output } from './output.js';
import { formatDate } from '../domain/words.js';

/** What a project sheet changed, or would change. */
export function renderSheetChanges(
  { dryRun, renames, tags }: SheetChanges & { dryRun: boolean },
  names: ReadonlyMap<string, string>,
  { style }: Output,
): string {
  if (renames.length + tags.length === 0) return 'Nothing to change: names and tags are as in the sheet.';
  const mark = dryRun ? '·' : style.green('✔');
  return [
    ...renames.map(({ from, to }) => `${mark} ${from} → ${to}`),
    ...tags.map(({ projectId, key, value, from }) => {
      const when = from === ALWAYS ? '' : ` from ${formatDate(from)}`;
      return `${mark} ${names.get(projectId) ?? projectId}: ${value === null ? `no ${key}` : `${key}=${value}`}${when}`;
    }),
    ...(dryRun ? ['Nothing was changed (--dry-run).'] : []),
  ].join('\n');
}
