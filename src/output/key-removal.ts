import type { KeyView } from '../domain/key-view.js';
import type { ProviderId } from '../domain/provider.js';
import type { PurgeCounts } from '../domain/purge.js';
import { plural } from '../domain/words.js';
import type { Output } from './output.js';

/** `3 projects, 310 billed rows, 31 days` */
export function describePurge(counts: PurgeCounts): string {
  const parts: [count: number, one: string, many?: string][] = [
    [counts.projects, 'project'],
    [counts.costs, 'row'],
    [counts.usage, 'row of usage', 'rows of usage'],
    [counts.changes, 'kept change'],
    [counts.days, 'day'],
    [counts.usageDays, 'day of usage', 'days of usage'],
  ];
  const told = parts.flatMap(([count, one, many]) => (count === 0 ? [] : [plural(count, one, many)]));
  const kept =
    counts.projectsKept === 0
      ? ''
      : `; ${counts.projectsKept === 1 ? '1 project stays' : `${plural(counts.projectsKept, 'project')} stay`}`;
  return `${told.join(', ') || 'nothing'}${kept}`;
}

/** The same where nothing is left behind. */
export function describeHoldings(counts: PurgeCounts): string {
  return describePurge({ ...counts, projects: counts.projects + counts.projectsKept, projectsKept: 0 });
}

export interface KeyRemoval {
  provider: ProviderId;
  organizationId: string;
  name: string;
  /** Null where the organization had none any more. */
  key: KeyView | null;
  /** What went with it; null without `--purge`. */
  purged: PurgeCounts | null;
  /** What was done, in words. */
  done: string;
}

export function renderKeyRemoval({ key, done, ...removal }: KeyRemoval, output: Output): string {
  return renderOrganization(removal, key === null ? done : `key …${key.lastFour} ${done}`, output);
}

/** What was done to an organization. */
export function renderOrganization(
  { provider, name, organizationId }: Pick<KeyRemoval, 'provider' | 'name' | 'organizationId'>,
  done: string,
  { style }: Output,
): string {
  return `${style.green('✔')} ${provider} ${name} (${organizationId}): ${done}`;
}
