import type { CostLine } from '../domain/bucket.js';

/** A row of a bill in our words, as it was read on its own: it does not say of when it is, which its bucket does. */
export class Charge {
  constructor(
    readonly line: Omit<CostLine, 'bucketStart' | 'bucketEnd'>,
    /** Where the answer carries it. */
    readonly organizationName: string | null = null,
  ) {}
}
