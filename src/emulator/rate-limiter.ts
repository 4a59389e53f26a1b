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
