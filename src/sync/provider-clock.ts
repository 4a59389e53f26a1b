import { CLOCKS_AGREE_MS, type AskedAt } from '../domain/clock.js';
import type { CostProvider } from '../domain/cost-provider.js';
import { endOfDay, toDay, type DaySpan } from '../domain/day.js';
import type { ProviderCall } from '../domain/provider.js';
import { formatDate } from '../domain/words.js';

/** Clocks that are further apart are not about when a day ends. */
const A_DAY = 86_400_000;

/** Tells of days of a window that ended long ago and count as half read, and go on to: one of the clocks is wrong, or an answer is an old one. */
export function tellLag(
  { provider, call }: { provider: CostProvider; call: ProviderCall },
  window: DaySpan,
  { requestedAt, providerTime }: AskedAt,
): void {
  if (providerTime == null || requestedAt.getTime() - providerTime.getTime() < A_DAY) return;
  const hasEnded = endOfDay(window.since) <= requestedAt;
  if (!hasEnded || endOfDay(window.until) <= providerTime) return;
  const today = formatDate(toDay(providerTime));
  call.observe({
    type: 'missing',
    endpoint: `days to their end (to ${provider.facts.name} it is still ${today}; costs doctor says how far clocks are apart)`,
  });
}

/**
 * Listens to what a provider's clock says while it answers.
 * @returns a function that tells that time where it is behind the database's by more than clocks may be; null otherwise
 */
export function listenToClock(call: ProviderCall): { call: ProviderCall; behind: (requestedAt: Date) => Date | null } {
  let earliest: Date | null = null;
  return {
    call: {
      ...call,
      observe(event) {
        if (event.type === 'request' && event.date !== null && (earliest === null || event.date < earliest))
          earliest = event.date;
        call.observe(event);
      },
    },
    behind: (requestedAt) =>
      earliest !== null && requestedAt.getTime() - earliest.getTime() > CLOCKS_AGREE_MS ? earliest : null,
  };
}
