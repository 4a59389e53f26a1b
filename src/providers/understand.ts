import { LosslessNumber, parse } from 'lossless-json';
import { CostsError } from '../errors.js';
import { senseless, staysDown } from './answers.js';
import { BrokenAnswer } from './broken.js';
import type { UndecodableBody } from './decode.js';
import { NO_LIMITS, type Limits } from './limits.js';
import { closedDoor, explainRefusal, isUnpaid, reasonOf } from './refusal.js';

/** What came back, before anything is known of it. */
export interface Answer {
  status: number;
  text: string;
  /** What was made of the rows that were cut out of the text, by the numbers in their place. */
  rows: readonly unknown[];
  /** What came instead of text. */
  unreadable: UndecodableBody | null;
  header: (name: string) => string | null;
}

/** Whose answer it is, and how a refusal of theirs is read. */
interface Asked {
  url: URL;
  readRefusal?: (document: unknown) => string | null;
}

/** A document, a refusal, or a failure that may pass. */
export function understand(
  { status: sent, text, rows, unreadable, header }: Answer,
  { url, readRefusal }: Asked,
  limits: Limits,
): unknown {
  if (sent >= 300 && sent < 400) {
    throw new CostsError('contract', `${url.host} redirects to another address; an admin key is not sent after it.`, {
      hint: 'Check the base URL.',
    });
  }
  const document = parseJson(text);
  const status = sent === 429 && document.ok && isUnpaid(document.value) ? 402 : sent;
  // A challenge wants a browser, whatever its status: it does not pass with time.
  if (header('cf-mitigated') !== null && !(status === 200 && document.ok))
    throw closedDoor({ status, document: null, header }, url);
  const shouldRetry = header('x-should-retry');
  // A 403 that says when to come back, or of a limit of requests, as GitHub's do, is nothing about the key.
  const said = status === 403 && document.ok ? (readRefusal ?? reasonOf)(document.value) : null;
  const isUsedUp = status === 403 && limits.remaining === 0 && limits.waitMs !== null;
  const isToldToWait = said !== null && (header('retry-after') !== null || /\brate limit/i.test(said));
  const isLimited = isUsedUp || isToldToWait;
  const passing = status === 408 || status === 409 || status === 429 || status >= 500 || isLimited;
  // Gateways say that it does not help at once, and when it will.
  const isToldWhen = (status === 429 || isLimited) && limits.waitMs !== null;
  const mayPass = shouldRetry === 'false' ? isToldWhen : passing || shouldRetry === 'true';
  const isError = status === 200 && rows.length === 0 && document.ok && reasonOf(document.value) !== null;
  const refused =
    passing || (status === 200 && !isError)
      ? null
      : explainRefusal({ status, document: document.ok ? document.value : null, header, readRefusal }, url);
  if (status !== 200 && mayPass)
    throw new BrokenAnswer(isLimited ? 429 : status, `${url.host} answered ${status}`, limits, refused);
  if (passing) throw staysDown(url, isLimited ? 429 : status, limits, null);
  if (refused !== null) throw refused;
  if (document.ok) return rows.length === 0 ? document.value : putBack(document.value, rows);
  const isCut = unreadable?.isCut ?? document.isCut;
  const instead = unreadable?.message ?? describe(text, isCut, header('content-type'));
  // What is there to its end is what there is to say: a page of a proxy does not pass in a second.
  if (!isCut) throw senseless(url, instead, null);
  throw new BrokenAnswer(status, `${url.host} answered ${instead}`, NO_LIMITS, null, instead);
}

/** @returns `isCut` where its end is missing, and nothing else is wrong with it */
export function parseJson(text: string): { ok: true; value: unknown } | { ok: false; isCut: boolean } {
  try {
    return { ok: true, value: parse(text) };
  } catch (error) {
    const position = Number(/position (\d+)$/.exec(error instanceof Error ? error.message : '')?.[1]);
    return { ok: false, isCut: /^\s*(?:[{[]|$)/.test(text) && /^\w*\s*$/.test(text.slice(position)) };
  }
}

/** Puts what was made of the rows where their numbers stand, which follow one another; anything else is as it came. */
function putBack(document: unknown, rows: readonly unknown[]): unknown {
  let next = 0;
  const isNext = (value: unknown) => value instanceof LosslessNumber && value.value === `${next}`;
  const { data } = document as { data?: unknown };
  for (const bucket of Array.isArray(data) ? (data as ({ results?: unknown } | null)[]) : [])
    if (Array.isArray(bucket?.results))
      bucket.results = bucket.results.map((value: unknown) => (isNext(value) ? rows[next++] : value));
  return document;
}

function describe(text: string, isCut: boolean, contentType: string | null): string {
  if (text.trim() === '') return 'nothing';
  if (isCut) return 'JSON without its end';
  if (contentType?.includes('html') === true || text.trimStart().startsWith('<')) return 'a web page instead of JSON';
  return contentType === null || contentType.includes('json') ? 'broken JSON' : `${contentType} instead of JSON`;
}
