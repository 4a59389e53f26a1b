import type { LeaseHolder, LeaseStore, LeaseSubject } from '../domain/lease.js';

/** How often a lease is extended: four times before it would run out. */
const EXTEND_EVERY_MS = 15_000;
const POLL_MS = 500;

export interface LeaseTerms {
  holder: string;
  command: string;
  /** How long to wait for somebody else's, in milliseconds; 0 to pass on at once. */
  waitMs: number;
  signal: AbortSignal;
  /** Told once when somebody else has it and this run waits. */
  onWait: (holder: LeaseHolder) => void;
}

/**
 * Works under a lease that is extended meanwhile and given back at the end, whatever comes of the work.
 * @param subjects all that one key collects; they are taken in order, so that two runs never wait for each other
 * @returns what the work returned, or who has the lease when it could not be had in time
 */
export async function underLease<T>(
  leases: LeaseStore,
  subjects: readonly LeaseSubject[],
  terms: LeaseTerms,
  work: () => Promise<T>,
): Promise<{ done: T } | { heldBy: LeaseHolder }> {
  const inOrder = subjects.toSorted((a, b) => (a.organizationId < b.organizationId ? -1 : 1));
  const taken: LeaseSubject[] = [];
  let extended: Promise<unknown> = Promise.resolve();
  const extend = () => {
    // A failed extension is not a failed run: each window checks the lease again before it commits.
    extended = Promise.allSettled([extended, ...taken.map((each) => leases.take(each, terms.holder, terms.command))]);
  };
  const timer = setInterval(extend, EXTEND_EVERY_MS);
  try {
    for (const subject of inOrder) {
      const heldBy = await waitForLease(leases, subject, terms);
      if (heldBy !== null) return { heldBy };
      taken.push(subject);
    }
    return { done: await work() };
  } finally {
    clearInterval(timer);
    // One that is still under way would take back what is released.
    await extended;
    for (const subject of taken) await leases.release(subject, terms.holder);
  }
}

async function waitForLease(
  leases: LeaseStore,
  subject: LeaseSubject,
  { holder, command, waitMs, signal, onWait }: LeaseTerms,
): Promise<LeaseHolder | null> {
  const end = performance.now() + waitMs;
  for (let first = true; ; first = false) {
    const heldBy = await leases.take(subject, holder, command);
    if (heldBy === null || signal.aborted || performance.now() + POLL_MS > end) return heldBy;
    if (first) onWait(heldBy);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
