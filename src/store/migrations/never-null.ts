import { quote } from '../rows.js';
import type { Fact } from './catalog.js';

/**
 * What gives columns that are never null the constraints again that were found, by name and whether rows were checked:
 * since version 18 PostgreSQL names them, and columns that were null in between have others.
 */
export function nameNeverNull(found: readonly Fact[], left: readonly Fact[]): string[] {
  const now = new Map(left.map(({ object, neverNull }) => [object, neverNull ?? null]));
  return found.flatMap(({ object, table, neverNull: was = null }) => {
    const is = now.get(object) ?? null;
    if (was === null || is === null || was === is) return [];
    const alter = `ALTER TABLE ${quote(table ?? '')}`;
    const [oldName, name] = [nameOf(was), nameOf(is)];
    const renamed = oldName === name ? [] : [`${alter} RENAME CONSTRAINT ${name} TO ${oldName}`];
    const unchecked = was.endsWith(' NOT VALID') ? [`${alter} DROP CONSTRAINT ${oldName}, ADD ${was}`] : [];
    return [...renamed, ...unchecked];
  });
}

/** The name, quoted where it has to be. */
function nameOf(constraint: string): string {
  return /^CONSTRAINT ("(?:[^"]|"")*"|\S+) /.exec(constraint)?.[1] ?? '';
}
