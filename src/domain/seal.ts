import type { Day } from './day.js';
import type { DecimalText } from './decimal.js';
import { plural } from './words.js';

/** What the rows of a billed day amount to. */
export interface Seal {
  rows: number;
  /** By currency, exact. */
  sums: Record<string, DecimalText>;
  /** SHA-256 of the rows, in hexadecimal. */
  digest: string;
}

/** A day whose rows are others than were written. */
export interface SealMisfit {
  day: Day;
  sealed: Seal;
  found: Seal;
}

/** What was found of an organization's seals. */
export interface SealCheck {
  /** Days whose seal was checked. */
  days: number;
  misfits: SealMisfit[];
  /** Days from before seals, sealed now as they were found. */
  sealedAsFound: Day[];
  /** Days that have rows though they were never read. */
  stray: Day[];
  /** The same in a database that was taken over: nothing is known against them. */
  adopted: Day[];
}

/** `310 rows of 12.5 USD were written, 310 rows of 322.5 USD were found` */
export function describeMisfit({ sealed, found }: Pick<SealMisfit, 'sealed' | 'found'>): string {
  return `${inWords(sealed)} were written, ${inWords(found)} were found`;
}

function inWords({ rows, sums }: Seal): string {
  const amounts = Object.entries(sums).map(([currency, cost]) => `${cost} ${currency}`);
  return `${plural(rows, 'row')} of ${amounts.join(' and ') || 'nothing'}`;
}
