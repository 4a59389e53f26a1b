import { errors } from 'undici';
import { CostsError, codeOf } from '../errors.js';
import { isCertificate, unreachable } from './answers.js';
import { NO_LIMITS, type Limits } from './limits.js';

/** An answer, or the lack of one, that may be right the next time. */
export class BrokenAnswer extends Error {
  override readonly name = 'BrokenAnswer';

  constructor(
    /** Null when none came. */
    readonly status: number | null,
    message: string,
    /** What it says of when to come back. */
    readonly limits: Limits,
    cause?: unknown,
    /** What came instead of the rest of an answer; null where nothing was understood of one. */
    readonly instead: string | null = null,
  ) {
    super(message, { cause });
  }
}

/** Why no whole answer came, as an error to retry or to end with. */
export function readBroken(error: unknown, timedOut: boolean, url: URL): unknown {
  if (error instanceof CostsError) return error;
  if (timedOut || error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    return new BrokenAnswer(null, `${url.host} did not answer in time`, NO_LIMITS);
  }
  if (error instanceof errors.InvalidArgumentError) {
    // The cause is left out: it is about the header that holds the key.
    return new CostsError('auth', 'The key holds characters that no admin key has; nothing was sent.', {
      hint: 'Copy it again, without line breaks or quotes.',
    });
  }
  const code = codeOf(error);
  // No second attempt mends a name or a certificate soon.
  if (code === 'ENOTFOUND' || isCertificate(code)) return unreachable(url, error);
  return new BrokenAnswer(
    null,
    `The connection to ${url.host} broke${code === '' ? '' : ` (${code})`}`,
    NO_LIMITS,
    error,
  );
}
