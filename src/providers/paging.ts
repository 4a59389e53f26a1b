import { z } from 'zod';
import type { CostLine } from '../domain/bucket.js';
import { addDays, endOfDay, startOfDay, toDay, type Day, type DaySpan } from '../domain/day.js';
import { MOST_ROWS, type CostPage, type ProviderCall } from '../domain/provider.js';
import { CostsError } from '../errors.js';
import { formatInstant } from './shapes.js';

/** Where a page of an answer leads. */
export interface CursorPage {
  hasMore: boolean;
  nextPage: string | null;
}

/** A page as a provider's schema hands it over. */
export interface RawPage<Line = CostLine> extends CursorPage, Pick<CostPage, 'buckets'> {
  lines: Line[];
}

/**
 * The shape of a page of buckets, as a schema hands it over.
 * @param bucket with its rows, which were read on their own, and learn here of when they are
 */
export function bucketPage<Line>(
  bucket: z.ZodType<{ start: Date; end: Date; results: { within(start: Date, end: Date): readonly Line[] }[] }>,
): z.ZodType<RawPage<Line>> {
  const page = z.object({ data: z.array(bucket), has_more: z.boolean(), next_page: z.string().nullish() });
  return page.transform(({ data, has_more: hasMore, next_page: nextPage = null }) => ({
    buckets: data.map(({ start, end }) => ({ start, end })),
    lines: data.flatMap(({ start, end, results }) => results.flatMap((row) => row.within(start, end))),
    hasMore,
    nextPage,
  }));
}

/** Far more than a span needs; a provider that never ends must not keep us for ever. */
const MAX_PAGES = 100;
const DAY = 86_400_000;

/**
 * Follows cursors to the end. `fetchPage` asks the exact same query each time, as a cursor belongs to it.
 * @param what the pages are of, as `for these days`
 * @throws CostsError `contract` for a missing, repeated or endless cursor
 */
export async function* followCursors<Page extends CursorPage>(
  who: string,
  what: string,
  mostPages: number,
  fetchPage: (cursor: string | null) => Promise<Page>,
): AsyncGenerator<Page, void, undefined> {
  const seen = new Set<string>();
  let cursor: string | null = null;
  for (let count = 1; count <= mostPages; count += 1) {
    const page: Page = await fetchPage(cursor);
    yield page;
    if (!page.hasMore) return;
    const { nextPage } = page;
    if (nextPage === null || nextPage === '')
      throw broken(who, 'has more pages but names none (has_more without next_page)');
    if (seen.has(nextPage)) throw broken(who, 'sent the same page cursor twice');
    seen.add(nextPage);
    cursor = nextPage;
  }
  throw broken(who, `sent more than ${mostPages} pages ${what}`);
}

/**
 * The buckets of a span, to the end. Completeness is never inferred from a count: pages are clamped silently, and a cursor may
 * lead past the last page.
 * @throws CostsError `contract` as `followCursors` does, and for buckets that repeat, go backwards or were not asked for: each
 * would count money twice or lose it.
 * @param width of a bucket, in milliseconds
 */
export async function* followPages<Line = CostLine>(
  who: string,
  span: DaySpan,
  fetchPage: (cursor: string | null) => Promise<RawPage<Line>>,
  width = DAY,
): AsyncGenerator<Pick<CostPage, 'buckets' | 'end'> & { lines: Line[] }, void, undefined> {
  let reached = startOfDay(span.since);
  const pages = followCursors(who, `for ${span.since} to ${span.until}`, MAX_PAGES, fetchPage);
  for await (const { buckets, lines, hasMore } of pages) {
    if (buckets.length === 0) {
      yield { buckets, lines, end: hasMore ? 'early' : 'complete' };
      return;
    }
    reached = checkBuckets({ who, span, width }, buckets, reached);
    yield { buckets, lines, end: hasMore ? null : 'complete' };
  }
}

/**
 * As many pages as hold a whole day: what is behind them is asked for by itself, so that a limit of requests that ends the run
 * leaves days that are done, and none that all pages of a long span would have to be asked for again.
 */
export async function* firstDays<Page extends Pick<CostPage, 'buckets' | 'end'>>(
  pages: AsyncIterable<Page>,
  since: Day,
): AsyncGenerator<Page, void, undefined> {
  for await (const page of pages) {
    yield page;
    const last = lastWholeDay(page);
    if (page.end === null && last !== null && last >= since) return;
  }
}

/** The last day that a page holds to its end; null where it holds none. */
export function lastWholeDay({ buckets }: Pick<CostPage, 'buckets'>): Day | null {
  const end = buckets.at(-1)?.end;
  return end === undefined ? null : addDays(toDay(end), -1);
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

/** @throws CostsError `too-large` for more rows than a call may have, of an answer that comes in several */
export function checkRows(who: string, rows: number, { mostRows = MOST_ROWS }: ProviderCall): void {
  if (rows <= mostRows) return;
  throw new CostsError('too-large', `${who} has more than ${mostRows} rows in one window; nothing of it was changed.`, {
    hint: 'Check the base URL.',
  });
}

export function broken(who: string, what: string): CostsError {
  return new CostsError('contract', `${who} ${what}; nothing of this window was changed.`, {
    hint: 'Run the same command again later.',
  });
}
