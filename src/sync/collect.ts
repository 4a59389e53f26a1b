import { BucketMerger, type CostLine, type KeyedCost } from '../domain/bucket.js';
import type { Organization } from '../domain/collection.js';
import { daysOf, toDay, type Day, type DaySpan } from '../domain/day.js';
import { MOST_ROWS, type CostPage } from '../domain/provider.js';
import { strangersKey } from '../domain/stranger.js';
import { CostsError } from '../errors.js';
import { formatSpan, plural } from '../domain/words.js';

/** A window's whole answer, in memory before anything is written, so that half a day is never stored. */
export interface Answer {
  /** The days the provider has spoken for. */
  days: Day[];
  /** See `CostPage`. */
  since: Day | undefined;
  lines: CostLine[];
  /** The lines that were asked by API key, cut by it. */
  keyed: KeyedCost[];
}

/**
 * Reads all pages of a window and adds together the lines that share a key.
 * @param mostRows the window may have
 * @throws CostsError `too-large`
 */
export async function collectWindow(
  pages: AsyncIterable<CostPage>,
  organization: Organization,
  window: DaySpan,
  mostRows = MOST_ROWS,
): Promise<Answer> {
  const merger = new BucketMerger();
  let lastAnswered: Day | null = null;
  let end: 'complete' | 'early' | null = null;
  let since: Day | undefined;
  for await (const page of pages) {
    for (const line of page.lines) {
      const { organizationId } = line;
      if (organizationId !== null && organizationId !== organization.organizationId)
        throw strangersKey(organization, organizationId);
      merger.add(line);
    }
    if (merger.size > mostRows) throw tooLarge(organization, window, mostRows);
    const last = page.buckets.at(-1);
    if (last !== undefined) lastAnswered = toDay(last.start);
    end = page.end;
    since = page.since ?? since;
  }
  const told = { ...window, since: since ?? window.since };
  return {
    days: answeredDays(told, end === 'complete' ? window.until : lastAnswered),
    since,
    lines: merger.lines(),
    keyed: merger.byApiKey(),
  };
}

/** After an early stop nothing is known of the days behind the last bucket. */
function answeredDays({ since, until }: DaySpan, last: Day | null): Day[] {
  if (last === null || last < since) return [];
  return daysOf({ since, until: last < until ? last : until });
}

/** An answer that does not fit: runs then ask for less at once. */
export function tooLarge({ name }: Organization, { since, until }: DaySpan, mostRows: number): CostsError {
  return new CostsError(
    'too-large',
    `${name} has more than ${plural(mostRows, 'row')} in ${formatSpan(since, until)}.`,
  );
}
