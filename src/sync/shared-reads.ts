import { daysOf, type DaySpan } from '../domain/day.js';
import type { ProviderCall } from '../domain/provider.js';
import { CostsError } from '../errors.js';

export interface SharedWindows {
  /** Windows of all organizations together. */
  windows: readonly DaySpan[];
  /** Days within a span that they want, those of each organization counted. */
  daysWanted: (span: DaySpan) => number;
}

/** A report that is read once for all organizations that have days in a window, and let go once all that is wanted of it was taken. */
export class SharedReads<Answer> {
  readonly #answers = new Map<string, { answer: Promise<Answer>; days: number }>();

  constructor(
    private readonly shared: SharedWindows,
    private readonly ask: (call: ProviderCall, window: DaySpan) => Promise<Answer>,
  ) {}

  /** The answer for the window that a span lies in, or for the span alone. */
  async read(call: ProviderCall, span: DaySpan): Promise<Answer> {
    const { windows } = this.shared;
    const window = windows.find(({ since, until }) => since <= span.since && until >= span.until) ?? span;
    try {
      return await this.#readOnce(call, window, span);
    } catch (error) {
      // All of them together were too much at once, and each asks for less now.
      const isTooLarge = error instanceof CostsError && error.code === 'too-large';
      if (!isTooLarge || (window.since === span.since && window.until === span.until)) throw error;
      return this.#readOnce(call, span, span);
    }
  }

  #readOnce(call: ProviderCall, window: DaySpan, wanted: DaySpan): Promise<Answer> {
    const key = `${window.since} ${window.until} ${call.mostRows ?? 'all'}`;
    const { answer, days } = this.#answers.get(key) ?? {
      answer: this.ask(call, window),
      days: this.shared.daysWanted(window),
    };
    const left = days - daysOf(wanted).length;
    if (left > 0) this.#answers.set(key, { answer, days: left });
    else this.#answers.delete(key);
    return answer;
  }
}
