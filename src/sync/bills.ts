import { addDays, endOfDay, type DaySpan } from '../domain/day.js';
import { collectWindow } from './collect.js';
import { readReports } from './keyed-reports.js';
import { PageWatch } from './page-watch.js';
import { listenToClock, tellLag } from './provider-clock.js';
import type { BillReader } from './shared-answers.js';
import type { Collected } from './windows.js';
import { noAnswer, refuseAfter, writeHead, type WindowWork } from './work.js';

/** A window's bills: read whole, then written whole; where the limit of requests cuts it, the days that were read until then. */
export async function collectBills(window: DaySpan, work: WindowWork): Promise<Collected> {
  const { provider, options, shared } = work;
  const readBill = shared?.readBill ?? readOwn(work);
  const { store } = work.dependencies;
  refuseAfter(work.call.signal);
  const { requestedAt, providerTime, days, since, lines, keyed, pageDays, cut } = await readBill(work.call, window);
  const billed = lines.map(({ providerProjectId }) => providerProjectId);
  const beside = await readReports(work, days, billed);
  const { reports } = beside;
  const outcome = await store.writeWindow({
    ...(await writeHead(work, [...lines, ...reports.flatMap(({ costs }) => costs)])),
    days,
    requestedAt,
    providerTime,
    lines,
    keyed,
    reports,
    reportsDue: beside.due,
    forced: options.forced,
  });
  tellLag(work, window, { requestedAt, providerTime });
  if (since !== undefined) work.call.observe({ type: 'narrowed', endpoint: 'costs', since });
  const first = since ?? window.since;
  if (days.length === 0 && first <= window.until && endOfDay(first) <= requestedAt) throw noAnswer(provider, window);
  const last = days.at(-1) ?? addDays(first, -1);
  const span = { since: addDays(last, 1), until: window.until };
  const error = cut ?? beside.cut;
  return { rows: lines.length, outcome, pageDays, unread: error && { span: cut === undefined ? window : span, error } };
}

function readOwn({ organization, provider, dependencies }: WindowWork): BillReader {
  return async (asked, window) => {
    const { call, behind } = listenToClock(asked);
    const requestedAt = await dependencies.store.clock();
    const pages = new PageWatch();
    const watched = pages.watch(provider.fetchCosts(call, window));
    const answer = await collectWindow(watched, organization, window, call.mostRows);
    const { pageDays, cut } = pages;
    return { ...answer, pageDays, cut, requestedAt, providerTime: behind(requestedAt) };
  };
}
