import { CLOCKS_AGREE_MS } from '../domain/clock.js';
import type { ProviderCall } from '../domain/provider.js';

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
