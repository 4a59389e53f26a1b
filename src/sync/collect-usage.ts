import type { Organization, WindowOutcome } from '../domain/collection.js';
import { addDays, daysOf, endOfDay, type Day, type DaySpan } from '../domain/day.js';
import type { ProviderCall } from '../domain/provider.js';
import type { UsageAnswer, UsageLine, UsagePage, UsageSource, UsageWidth } from '../domain/usage.js';
import { UsageMerger, WIDTH_MILLISECONDS } from '../domain/usage.js';
import type { UsageStore } from '../domain/usage-store.js';
import { CostsError } from '../errors.js';
import { tooLarge } from './collect.js';
import { listenToClock } from './provider-clock.js';
import { refuseAfter, writeHead, type WindowCollector, type WindowWork } from './work.js';
import { formatSpan } from '../domain/words.js';

/** Reads a window of usage, all endpoints of it, and writes it whole. */
export function usageCollector(usage: UsageStore, width: UsageWidth): WindowCollector {
  return async (window, work) => {
    const { provider, dependencies } = work;
    const { call, behind } = listenToClock(work.call);
    if (provider.usage === undefined) throw noUsage(work);
    refuseAfter(call.signal);
    const requestedAt = await dependencies.store.clock();
    const { answers, lines, pageDays } = await readWindow(work.organization, provider.usage, call, window, width);
    const outcome: WindowOutcome = await usage.writeWindow({
      ...(await writeHead(work, lines)),
      width,
      answers,
      requestedAt,
      providerTime: behind(requestedAt),
      lines,
    });
    for (const { endpoint, refused, unread } of answers) {
      if (unread?.missing === true) call.observe({ type: 'missing', endpoint });
      const last = unread === undefined ? refused.at(-1) : undefined;
      if (last !== undefined) call.observe({ type: 'narrowed', endpoint, since: addDays(last, 1) });
    }
    const refusal = answers.find(({ unread }) => unread?.missing === false);
    const silent = answers.find(
      ({ days, refused, unread }) => unread === undefined && days.length === 0 && refused.length === 0,
    );
    if (silent !== undefined && endOfDay(window.since) <= requestedAt) throw noAnswer(work, silent.endpoint, window);
    const error = refusal?.unread && refusedReport(work, refusal.endpoint, refusal.unread.error);
    return { rows: lines.length, outcome, pageDays, unread: error && { span: window, error } };
  };
}

/** All pages in memory before anything is written, so that half a day is never stored. */
async function readWindow(
  organization: Organization,
  source: UsageSource,
  call: ProviderCall,
  window: DaySpan,
  width: UsageWidth,
): Promise<{ answers: UsageAnswer[]; lines: UsageLine[]; pageDays: number | undefined }> {
  const merger = new UsageMerger();
  const { mostRows = Infinity } = call;
  let pageDays: number | undefined;
  const last = new Map<string, { page: UsagePage; reached: Date | null }>();
  for await (const page of source.fetchUsage(call, window, width)) {
    for (const line of page.lines) merger.add(line);
    if (merger.size > mostRows) throw tooLarge(organization, window, mostRows);
    if (page.end === null)
      pageDays ??= Math.max(
        1,
        Math.floor((page.buckets.length * WIDTH_MILLISECONDS[width]) / WIDTH_MILLISECONDS['1d']),
      );
    const reached = page.buckets.at(-1)?.end ?? last.get(page.endpoint)?.reached ?? null;
    last.set(page.endpoint, { page, reached });
  }
  const answers = [...last.values()].map(({ page, reached }) => toAnswer(window, page, reached));
  const answered = new Set(answers.flatMap(({ endpoint, days }) => days.map((day) => `${day} ${endpoint}`)));
  // Hours of a day that was not answered to its end are no day.
  const lines = merger
    .lines()
    .filter(({ bucketStart, endpoint }) => answered.has(`${bucketStart.toISOString().slice(0, 10)} ${endpoint}`));
  return { answers, lines, pageDays };
}

/** After an early stop nothing is known of the days that do not end by the last bucket. */
function toAnswer({ since, until }: DaySpan, page: UsagePage, reached: Date | null): UsageAnswer {
  const { endpoint, end, unread } = page;
  // A report that does not exist is not asked for again; one that is refused may be allowed tomorrow.
  if (unread !== undefined)
    return { endpoint, days: [], refused: unread.missing ? daysOf({ since, until }) : [], unread };
  if (page.since === null) return { endpoint, days: [], refused: daysOf({ since, until }) };
  const refused = daysOf({ since, until: addDays(page.since, -1) });
  const isAnswered = (day: Day) => end === 'complete' || (reached !== null && endOfDay(day) <= reached);
  return { endpoint, days: daysOf({ since: page.since, until }).filter(isAnswered), refused };
}

/** The other reports are stored by now. */
function refusedReport({ provider }: WindowWork, endpoint: string, error: CostsError): CostsError {
  const { message, hint, keyProblem } = error;
  return new CostsError(
    'forbidden',
    `${provider.facts.name}'s usage of ${endpoint} was not read, the rest is stored. ${message}`,
    {
      cause: error,
      ...(hint === undefined ? {} : { hint }),
      ...(keyProblem === undefined ? {} : { keyProblem }),
    },
  );
}

function noUsage({ provider }: WindowWork): CostsError {
  return new CostsError('contract', `${provider.facts.name} reports no usage.`, { hint: 'Leave it out: --provider' });
}

function noAnswer({ provider }: WindowWork, endpoint: string, { since, until }: DaySpan): CostsError {
  return new CostsError(
    'contract',
    `${provider.facts.name} promised more usage of ${endpoint} and then answered nothing for ${formatSpan(since, until)}.`,
    {
      hint: 'Nothing of these days was changed. Run the same command again later.',
    },
  );
}
