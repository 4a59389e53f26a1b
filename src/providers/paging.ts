import type { CostLine } from '../domain/bucket.js';
import { endOfDay, startOfDay, type DaySpan } from '../domain/day.js';
import type { CostPage } from '../domain/provider.js';
import { CostsError } from '../errors.js';
import { formatInstant } from './shapes.js';

/** A page as a provider's schema hands it over. */
export interface RawPage<Line = CostLine> extends Pick<CostPage, 'buckets'> {
  lines: Line[];
  hasMore: boolean;
  nextPage: string | null;
}

/** Far more than a span needs; a provider that never ends must not keep us for ever. */
const MAX_PAGES = 100;
const DAY = 86_400_000;

/**
 * Follows cursors to the end. Completeness is never inferred from a count: pages are clamped silently, and a cursor may
 * lead past the last page. `fetchPage` asks the exact same query each time, as a cursor belongs to it.
 * @throws CostsError `contract` for a missing, repeated or endless cursor, and for buckets that repeat, go backwards or
 * were not asked for: each would count money twice or lose it.
 * @param width of a bucket, in milliseconds
 */
export async function* followPages<Line = CostLine>(
  who: string,
  span: DaySpan,
  fetchPage: (cursor: string | null) => Promise<RawPage<Line>>,
  width = DAY,
): AsyncGenerator<Pick<CostPage, 'buckets' | 'end'> & { lines: Line[] }, void, undefined> {
  const seen = new Set<string>();
  let cursor: string | null = null;
  let reached = startOfDay(span.since);
  for (let count = 1; count <= MAX_PAGES; count += 1) {
    const { buckets, lines, hasMore, nextPage } = await fetchPage(cursor);
    if (buckets.length === 0) {
      yield { buckets, lines, end: hasMore ? 'early' : 'complete' };
      return;
    }
    reached = checkBuckets({ who, span, width }, buckets, reached);
    if (!hasMore) {
      yield { buckets, lines, end: 'complete' };
      return;
    }
    if (nextPage === null || nextPage === '')
      throw broken(who, 'has more pages but names none (has_more without next_page)');
    if (seen.has(nextPage)) throw broken(who, 'sent the same page cursor twice');
    seen.add(nextPage);
    cursor = nextPage;
    yield { buckets, lines, end: null };
  }
  throw broken(who, `sent more than ${MAX_PAGES} pages for ${span.since} to ${span.until}`);
}

/** Returns where the last bucket ends. */
function checkBuckets(
  { who, span: { since, until }, width }: { who: string; span: DaySpan; width: number },
  buckets: CostPage['buckets'],
  reached: Date,
): Date {
  let from = reached;
  for (const { start, end } of buckets) {
    const isWhole = start.getTime() % width === 0 && end.getTime() - start.getTime() === width;
    if (!isWhole)
      throw broken(
        who,
        `sent a bucket that is not a UTC ${width === DAY ? 'day' : 'hour'}, ${formatInstant(start)} to ${formatInstant(end)}`,
      );
    if (start < from && start >= startOfDay(since))
      throw broken(who, `sent the bucket of ${formatInstant(start)} twice or out of order`);
    if (start < from || end > endOfDay(until))
      throw broken(who, `sent a bucket that was not asked for, ${formatInstant(start)}`);
    from = end;
  }
  return from;
}

function broken(who: string, what: string): CostsError {
  return new CostsError('contract', `${who} ${what}; nothing of this window was changed.`, {
    hint: 'Run the same command again later.',
  });
}
