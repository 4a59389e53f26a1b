import type { Fault } from './faults.js';

export interface RateLimiter {
  /** The 429 of an organization that sent `perSecond` requests within the last second; null below that, or without a limit. */
  take(organizationId: string | null, perSecond: number | null): Fault | null;
}

/** Counts by the machine's own clock: the emulated one may stand still. */
export function createRateLimiter(): RateLimiter {
  const answered = new Map<string, number[]>();
  return {
    take(organizationId, perSecond) {
      if (organizationId === null || perSecond === null) return null;
      const now = performance.now();
      const recent = (answered.get(organizationId) ?? []).filter((instant) => instant > now - 1000);
      const isOver = recent.length >= perSecond;
      answered.set(organizationId, isOver ? recent : [...recent, now]);
      return isOver ? { kind: 'status', status: 429 } : null;
    },
  };
}

export interface HourlyQuota {
  /** What an answer says of the hour that began with an organization's first request in it; null where nothing is counted. */
  take(
    organizationId: string | null,
    perHour: number | null,
    now: Date,
  ): { limit: number; remaining: number; resetAt: Date; now: Date; refused: boolean } | null;
}

const HOUR_MS = 3_600_000;

/** Counts by the emulated clock. */
export function createHourlyQuota(): HourlyQuota {
  const hours = new Map<string, { resetAt: number; sent: number }>();
  return {
    take(organizationId, limit, now) {
      if (organizationId === null || limit === null) return null;
      const known = hours.get(organizationId);
      const hour =
        known === undefined || known.resetAt <= now.getTime() ? { resetAt: now.getTime() + HOUR_MS, sent: 0 } : known;
      const refused = hour.sent >= limit;
      if (!refused) hour.sent += 1;
      hours.set(organizationId, hour);
      return { limit, remaining: limit - hour.sent, resetAt: new Date(hour.resetAt), now, refused };
    },
  };
}
