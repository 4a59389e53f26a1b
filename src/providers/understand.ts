import { LosslessNumber, parse } from 'lossless-json';
import { CostsError } from '../errors.js';
import { staysDown } from './answers.js';
import { BrokenAnswer } from './broken.js';
import { NO_LIMITS, type Limits } from './limits.js';
import { closedDoor, explainRefusal } from './refusal.js';

/** What came back, before anything is known of it. */
export interface Answer {
  status: number;
  text: string;
  /** What was made of the rows that were cut out of the text, by the numbers in their place. */
  rows: readonly unknown[];
  /** What came instead of text. */
  unreadable: string | null;
  header: (name: string) => string | null;
}

/** Whose answer it is, and how a refusal of theirs is read. */
interface Asked {
  url: URL;
  readRefusal?: (document: unknown) => string | null;
}

/** A document, a refusal, or a failure that may pass. */
export function understand(
  { status, text, rows, unreadable, header }: Answer,
  { url, readRefusal }: Asked,
  limits: Limits,
): unknown {
  if (status >= 300 && status < 400) {
    throw new CostsError('contract', `${url.host} redirects to another address; an admin key is not sent after it.`, {
      hint: 'Check the base URL.',
    });
  }
  const document = parseJson(text);
  // A challenge wants a browser, whatever its status: it does not pass with time.
  if (header('cf-mitigated') !== null && !(status === 200 && document.ok))
    throw closedDoor({ status, document: null, header }, url);
  const shouldRetry = header('x-should-retry');
  // A 403 that says that nothing is left to ask with is a limit of requests, and nothing about the key.
  const usedUp = status === 403 && limits.remaining === 0 && limits.waitMs !== null;
  const passing = status === 408 || status === 409 || status === 429 || status >= 500 || usedUp;
  if (status !== 200 && shouldRetry !== 'false' && (passing || shouldRetry === 'true')) {
    throw new BrokenAnswer(status, `${url.host} answered ${status}`, limits);
  }
  if (passing) throw staysDown(url, status, null);
  if (status !== 200)
    throw explainRefusal({ status, document: document.ok ? document.value : null, header, readRefusal }, url);
  if (document.ok) return rows.length === 0 ? document.value : putBack(document.value, rows);
  const instead = unreadable ?? describe(text, header('content-type'));
  throw new BrokenAnswer(status, `${url.host} answered ${instead} instead of JSON`, NO_LIMITS);
}

export function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: parse(text) };
  } catch {
    return { ok: false };
  }
}

/** Puts what was made of the rows where their numbers stand, which follow one another; anything else is as it came. */
function putBack(document: unknown, rows: readonly unknown[]): unknown {
  let next = 0;
  const isNext = (value: unknown) => value instanceof LosslessNumber && value.value === `${next}`;
  for (const bucket of (document as { data: { results?: unknown }[] }).data)
    if (Array.isArray(bucket.results))
      bucket.results = bucket.results.map((value: unknown) => (isNext(value) ? rows[next++] : value));
  return document;
}

function describe(text: string, contentType: string | null): string {
  if (text.trim() === '') return 'nothing';
  if (contentType?.includes('html') === true || text.trimStart().startsWith('<')) return 'a web page';
  return contentType === null || contentType.includes('json') ? 'broken JSON' : contentType;
}
