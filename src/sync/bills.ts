import type { CostProvider } from '../domain/cost-provider.js';
import { endOfDay, type DaySpan } from '../domain/day.js';
import type { WindowOutcome } from '../domain/collection.js';
import { CostsError } from '../errors.js';
import { collectWindow } from './collect.js';
import { readReports } from './keyed-reports.js';
import { listenToClock } from './provider-clock.js';
import { refuseAfter, writeHead, type WindowWork } from './work.js';
import { formatSpan } from '../domain/words.js';

/** A window's bills: read whole, then written whole. */
export async function collectBills(
  window: DaySpan,
  work: WindowWork,
): Promise<{ rows: number; outcome: WindowOutcome }> {
  const { organization, provider, options } = work;
  const { store } = work.dependencies;
  const { call, behind } = listenToClock(work.call);
  refuseAfter(call.signal);
  const requestedAt = await store.clock();
  const { days, lines, keyed } = await collectWindow(
    provider.fetchCosts(call, window),
    organization,
    window,
    call.mostRows,
  );
  const reports = await readReports({ ...work, call }, days, lines);
  const outcome = await store.writeWindow({
    ...(await writeHead(work, [...lines, ...reports.flatMap(({ costs }) => costs)])),
    days,
    requestedAt,
    providerTime: behind(requestedAt),
    lines,
    keyed,
    reports,
    forced: options.forced,
  });
  if (days.length === 0 && endOfDay(window.since) <= requestedAt) throw noAnswer(provider, window);
  return { rows: lines.length, outcome };
}

/** An answer without a single bucket says nothing. Today's bucket may simply not exist yet; a past day's must. */
function noAnswer(provider: CostProvider, { since, until }: DaySpan): CostsError {
  return new CostsError(
    'contract',
    `${provider.facts.name} promised more and then answered nothing for ${formatSpan(since, until)}.`,
    {
      hint: 'Nothing of these days was changed. Run the same command again later.',
    },
  );
}
