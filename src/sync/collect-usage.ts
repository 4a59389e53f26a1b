import type { Organization, WindowOutcome } from '../domain/collection.js';
import { addDays, daysOf, endOfDay, toDay, type Day, type DaySpan } from '../domain/day.js';
import { MOST_ROWS, type ProviderCall } from '../domain/provider.js';
import type { UsageAnswer, UsageLine, UsagePage, UsageWidth } from '../domain/usage.js';
import { UsageMerger, WIDTH_MILLISECONDS, whyNoUsage } from '../domain/usage.js';
import type { UsageStore } from '../domain/usage-store.js';
import { CostsError } from '../errors.js';
import { tooLarge } from './collect.js';
import { outstandingOf } from './outstanding-usage.js';
import { listenToClock, tellLag } from './provider-clock.js';
import { noAnswer, refuseAfter, writeHead, type WindowCollector, type WindowWork } from './work.js';

/** A row of usage counts a few things. */
const MOST_LINES = 4 * MOST_ROWS;

/** Reads what is due of a window of usage and writes it; where the limit of requests cuts it, the reports and days that were read until then. */
export function usageCollector(usage: UsageStore, width: UsageWidth): WindowCollector {
  return async (window, work) => {
    const { provider, dependencies } = work;
    const { call, behind } = listenToClock(work.call);
    const why = whyNoUsage(provider.facts.name, provider.usage, width);
    if (provider.usage === undefined || why !== null) throw new CostsError('contract', why ?? '');
    refuseAfter(call.signal);
    const requestedAt = await dependencies.store.clock();
    const reads = await usage.readsOf(work.organization, width, window);
    const { span, endpoints } = outstandingOf(window, provider.usage.endpoints, reads, work);
    const pages = provider.usage.fetchUsage(call, span, width, endpoints);
    const { answers, lines, pageDays, until, cut } = await readWindow(work.organization, pages, call, span, width);
    const providerTime = behind(requestedAt);
    const outcome: WindowOutcome = await usage.writeWindow({
      ...(await writeHead(work, lines)),
      width,
      answers,
      requestedAt,
      providerTime,
      lines,
    });
    for (const { endpoint, refused, unread } of answers) {
      const isKnown = reads.some((read) => read.endpoint === endpoint && read.refused);
      if (unread?.missing === true && !isKnown) call.observe({ type: 'missing', endpoint });
      const last = unread === undefined ? refused.at(-1) : undefined;
      if (last !== undefined) call.observe({ type: 'narrowed', endpoint, since: addDays(last, 1) });
    }
    const refusal = answers.find(({ unread }) => unread?.missing === false);
    const silent = answers.find(
      ({ days, refused, unread }) => unread === undefined && days.length === 0 && refused.length === 0,
    );
    if (cut === undefined && silent !== undefined && endOfDay(span.since) <= requestedAt)
      throw noAnswer(provider, span, `more usage of ${silent.endpoint}`);
    tellLag(work, span, { requestedAt, providerTime });
    const error = refusal?.unread && refusedReport(work, refusal.endpoint, refusal.unread.error);
    const collected = { rows: lines.length, outcome, pageDays, unread: error && { span: { ...span, until }, error } };
    if (cut !== undefined) return { ...collected, unread: { span: window, error: cut } };
    return until < window.until ? { ...collected, rest: { since: addDays(until, 1), until: window.until } } : collected;
  };
}

interface WindowRead {
  answers: UsageAnswer[];
  lines: UsageLine[];
  pageDays: number | undefined;
  /** The last day that all of the reports were asked for. */
  until: Day;
  /** Why not all of them came. */
  cut: CostsError | undefined;
}

/** All pages in memory before anything is written, so that half a day is never stored. */
async function readWindow(
  organization: Organization,
  pages: AsyncIterable<UsagePage>,
  { mostRows = MOST_LINES }: ProviderCall,
  span: DaySpan,
  width: UsageWidth,
): Promise<WindowRead> {
  const merger = new UsageMerger();
  let pageDays: number | undefined;
  let cut: CostsError | undefined;
  const last = new Map<string, { page: UsagePage; reached: Date | null }>();
  try {
    for await (const page of pages) {
      for (const line of page.lines) merger.add(line);
      if (merger.size > mostRows) throw tooLarge(organization, span, mostRows);
      if (page.end === null)
        pageDays ??= Math.max(
          1,
          Math.floor((page.buckets.length * WIDTH_MILLISECONDS[width]) / WIDTH_MILLISECONDS['1d']),
        );
      const reached = page.buckets.at(-1)?.end ?? last.get(page.endpoint)?.reached ?? null;
      last.set(page.endpoint, { page, reached });
    }
  } catch (error) {
    if (last.size === 0 || !(error instanceof CostsError) || error.code !== 'unreachable') throw error;
    cut = error;
  }
  const answers = [...last.values()].map(({ page, reached }) => toAnswer(span, page, reached));
  const answered = new Set(answers.flatMap(({ endpoint, days }) => days.map((day) => `${day} ${endpoint}`)));
  // Hours of a day that was not answered to its end are no day.
  const lines = merger
    .lines()
    .filter(({ bucketStart, endpoint }) => answered.has(`${bucketStart.toISOString().slice(0, 10)} ${endpoint}`));
  const reached = [...last.values()].map(({ page, reached }) => askedUntil(span, page, reached));
  return {
    answers,
    lines,
    pageDays,
    until: reached.reduce((least, day) => (day < least ? day : least), span.until),
    cut,
  };
}

/** How far a report was asked for. */
function askedUntil({ until }: DaySpan, page: UsagePage, reached: Date | null): Day {
  return page.end === null && reached !== null ? addDays(toDay(reached), -1) : (page.until ?? until);
}

/** After an early stop nothing is known of the days that do not end by the last bucket. */
function toAnswer({ since, until: end }: DaySpan, page: UsagePage, reached: Date | null): UsageAnswer {
  const { endpoint, unread, until = end } = page;
  // A report that does not exist is not asked for again; one that is refused may be allowed tomorrow.
  if (unread !== undefined)
    return { endpoint, days: [], refused: unread.missing ? daysOf({ since, until }) : [], unread };
  if (page.since === null) return { endpoint, days: [], refused: daysOf({ since, until }) };
  const refused = daysOf({ since, until: addDays(page.since, -1) });
  const isAnswered = (day: Day) => page.end === 'complete' || (reached !== null && endOfDay(day) <= reached);
  return { endpoint, days: daysOf({ since: page.since, until }).filter(isAnswered), refused };
}

/** The other reports are stored by now. */
function refusedReport({ provider }: WindowWork, endpoint: string, error: CostsError): CostsError {
  const { message, hint } = error;
  return new CostsError(
    error.code === 'unreachable' ? 'contract' : 'forbidden',
    `${provider.facts.name}'s usage of ${endpoint} was not read, the rest is stored. ${message}`,
    {
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    },
  );
}
