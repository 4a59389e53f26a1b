import { daysBetween, type Day, type DaySpan } from './day.js';
import { compare, parseDecimal, proportion, ZERO, type DecimalText } from './decimal.js';
import type { ProviderId } from './provider.js';

/** What an API key of a team spent, in one currency. */
export interface ApiKeySpend {
  provider: ProviderId;
  organizationId: string;
  organization: string;
  apiKeyId: string;
  /** What people call it; its id where that is all there is. */
  apiKey: string;
  currency: string;
  /** In the 30 days that end with the span. */
  cost: DecimalText;
  /** What all of the team's projects spent in them. */
  ofAll: DecimalText;
  /** The first day on which it spent something; of earlier months only whether there was one is looked for. */
  firstDay: Day;
  seenBefore: boolean;
  /** The first such day of any key of its organization. */
  organizationSince: Day;
  /** Spent on days of the span that began after it had ended; null for nothing, and where it was never listed. */
  afterEnd: { cost: DecimalText; lastDay: Day } | null;
}

/** One that did. */
export type EndedKey = ApiKeySpend & { afterEnd: NonNullable<ApiKeySpend['afterEnd']> };

/** Days that keys of an organization must have been known for, before one of them is new. */
const KNOWN_DAYS = 7;
/** Percent of what all spent in a month: a new key that spends more is told. */
const MUCH = 1n;

/** Keys that spent something for the first time in a span, and more than a hundredth of the month. */
export function findNewKeys(keys: readonly ApiKeySpend[], { since }: Pick<DaySpan, 'since'>): ApiKeySpend[] {
  return keys.filter(
    ({ firstDay, seenBefore, organizationSince, cost, ofAll }) =>
      !seenBefore &&
      firstDay >= since &&
      daysBetween(organizationSince, firstDay) >= KNOWN_DAYS &&
      compare(parseDecimal(cost), proportion(parseDecimal(ofAll), MUCH, 100n)) > 0,
  );
}

/** Keys that spent something on days after they had ended. */
export function findEndedKeys(keys: readonly ApiKeySpend[]): EndedKey[] {
  return keys.filter(
    (key): key is EndedKey => key.afterEnd !== null && compare(parseDecimal(key.afterEnd.cost), ZERO) > 0,
  );
}
