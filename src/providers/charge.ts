import type { CostLine } from '../domain/bucket.js';

const UNKNOWN = new Date(0);

/** A row of a bill in our words, as it was read on its own: it does not say of when it is, which its bucket does. */
export class Charge {
  readonly #line: CostLine;

  /** @param organizationName where the answer carries it */
  constructor(
    line: Omit<CostLine, 'bucketStart' | 'bucketEnd'>,
    readonly organizationName: string | null = null,
  ) {
    this.#line = { bucketStart: UNKNOWN, bucketEnd: UNKNOWN, ...line };
  }

  get organizationId(): string | null {
    return this.#line.organizationId;
  }

  /** The line of a bucket; not a copy of it, as there may be hundreds of thousands. */
  within(bucketStart: Date, bucketEnd: Date): CostLine {
    return Object.assign(this.#line, { bucketStart, bucketEnd });
  }
}
