/** Clocks further apart than this make days look open or closed that are not. */
export const CLOCKS_AGREE_MS = 60_000;

/** When an answer was asked for, and what the provider's own clock said where that is behind: a day that has not ended there still goes on. */
export interface AskedAt {
  /** Database clock when the request was sent. */
  requestedAt: Date;
  /** Null or absent where both agree, or the provider's is ahead: it may only shorten. */
  providerTime?: Date | null;
}

/** When a day was read, as its state follows from it. @param dayEnd the instant it ends */
export function readTimeOf({ requestedAt, providerTime = null }: AskedAt, dayEnd: Date): Date {
  return providerTime !== null && providerTime < dayEnd && dayEnd <= requestedAt ? providerTime : requestedAt;
}
