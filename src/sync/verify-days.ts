import type { CollectionStore, Organization } from '../domain/collection.js';
import type { Day } from '../domain/day.js';
import { formatDecimal } from '../domain/decimal.js';
import type { Sums } from '../domain/money.js';
import { addsUp, type DayDifference, type StoredDay } from '../domain/verification.js';
import type { SyncDependencies } from './work.js';

export type VerifyDependencies = Pick<SyncDependencies, 'provider' | 'adminKey' | 'folder' | 'signal'> & {
  store: Pick<CollectionStore, 'clock' | 'termsOf' | 'storedDays' | 'checkSeals' | 'closeMisfits'>;
};

/** Days of an organization that were read whole, to be held against what they come from. */
export interface Comparison {
  organization: Organization;
  days: readonly Day[];
  stored: ReadonlyMap<Day, StoredDay>;
  dependencies: VerifyDependencies;
}

export function isEqual({ rowsWritten, rowsStored, totals }: StoredDay, theirs: Sums): boolean {
  return rowsWritten === rowsStored && isSame(totals, theirs);
}

export function isSame(one: Sums, other: Sums): boolean {
  return [...one.minus(other)].every(({ currency }) => addsUp(one.in(currency), other.in(currency)));
}

export function differences(day: Day, stored: Sums, theirs: Sums): DayDifference[] {
  return theirs
    .minus(stored)
    .toDocuments()
    .filter(({ cost }) => cost !== '0')
    .map(({ currency, cost: difference }) => ({
      day,
      currency,
      stored: formatDecimal(stored.in(currency)),
      provider: formatDecimal(theirs.in(currency)),
      difference,
    }));
}
