import { CLOCKS_AGREE_MS, type AskedAt } from '../domain/clock.js';
import type { CostProvider } from '../domain/cost-provider.js';
import type { ProviderCall } from '../domain/provider.js';
import { formatInstant } from '../domain/words.js';
import { CostsError } from '../errors.js';

/** Clocks that are further apart are not about when a day ends. */
const A_DAY = 86_400_000;

/** Why days that ended long ago count as half read, and go on to: one of the clocks is wrong, or an answer is an old one. */
export function lagOf({ facts }: CostProvider, { requestedAt, providerTime }: AskedAt): CostsError | undefined {
  if (providerTime == null || requestedAt.getTime() - providerTime.getTime() < A_DAY) return undefined;
  return new CostsError(
    'contract',
    `To ${facts.name} it is ${formatInstant(providerTime)}: no day that ended since then counts as read whole.`,
    {
      hint: "Set the database's clock, or make the proxy keep no answers. To see how far they are apart: costs doctor",
    },
  );
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
