import { quote } from '../rows.js';
import type { Fact } from './catalog.js';
import { withoutValue, type RowCheck } from './row-checks.js';
import { lastName } from './step.js';

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

/** Rows that such a constraint of a column of ours was never checked for: once it is taken off, nothing leads back to it. */
export function neverChecked(expected: readonly Fact[], live: readonly Fact[]): RowCheck[] {
  const ours = new Set(expected.map(({ object }) => object));
  return live
    .filter(({ object, neverNull }) => ours.has(object) && neverNull?.endsWith(' NOT VALID') === true)
    .map(({ object, table }) => withoutValue(table ?? '', lastName(object)));
}
