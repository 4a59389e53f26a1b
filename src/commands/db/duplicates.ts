import { Option } from 'commander';
import type { DuplicateChoice } from '../../store/migrations/merge-duplicates.js';

export interface DuplicatesOption {
  duplicates?: DuplicateChoice['policy'];
}

/** There is no default: what a bill that is there twice means only its owner knows. */
export function duplicatesOption(): Option {
  return new Option(
    '--duplicates <choice>',
    'what becomes of bills with the same project, bucket and line item; exact copies are never added',
  ).choices(['add', 'keep-last', 'stop']);
}

/** The choice, with the file in the current folder that takes the bills as they were. */
export function toDuplicateChoice({ duplicates: policy }: DuplicatesOption, now: Date): DuplicateChoice | undefined {
  if (policy === undefined) return undefined;
  return { policy, path: `costs-duplicates-${now.toISOString().replace(/[:.]/g, '-')}.jsonl` };
}

/** One line on what was merged; none where nothing was. */
export function renderMerged(merged: number, path: string | null): string[] {
  return merged === 0 || path === null
    ? []
    : [`${merged} bills that shared a key became one each; as they were, they are in ${path}.`];
}
