import pRetry from 'p-retry';
import { parse } from 'lossless-json';
import type { Dispatcher } from 'undici';
import type { ProviderCall } from '../domain/provider.js';
import { cleanText } from '../domain/text.js';
import { CostsError } from '../errors.js';
import { explainRefusal, interruption, staysDown, unreachable } from './answers.js';
import { BrokenAnswer, isPassing, readBroken } from './broken.js';
import { createDispatchers } from './dispatchers.js';
import { Pace } from './pace.js';
import { backoff, retryAfter } from './retry-after.js';

export interface HttpOptions {
  /** Goes into the user agent. */
  version: string;
  /** NODE_TLS_REJECT_UNAUTHORIZED=0 is set: keys are not sent then. */
  tlsChecksOff: boolean;
  /** One request, from the first byte sent to the last received. Default 60 s. */
  requestTimeoutMs?: number;
  /** A provider that stays down is given up so long after its first failure. Default one minute. */
  giveUpAfterMs?: number;
  /** The first wait before a retry; it doubles up to 8 s. Default 500 ms. */
  firstWaitMs?: number;
  /** A larger answer is refused. Default 256 MB. */
  maxAnswerBytes?: number;
  /** Dates to wait for are compared with this clock where an answer has no `Date` of its own; without it they are ignored. */
  now?: () => Date;
  /** For tests: the way to the network. */
  dispatcher?: Dispatcher;
}

export interface JsonRequest {
  url: URL;
  headers: Record<string, string>;
  call: ProviderCall;
}

/** The one way to a provider. */
export interface HttpClient {
  /**
   * GETs a JSON document. Numbers keep their source text (lossless-json), so that no amount passes through a float.
   * @throws CostsError as `CostProvider` promises
   */
  getJson(request: JsonRequest): Promise<unknown>;
  close(): Promise<void>;
}

const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
const LONGEST_WAIT_MS = 8_000;
/** A body that comes is never silent for so long; one that stalls is asked for again early. */
const LONGEST_SILENCE_MS = 15_000;
/** Even a provider that takes all of its time to fail is asked so often before it is given up. */
const LEAST_ATTEMPTS = 3;
/**
 * A provider that says when to come back is not down: it is waited for up to so many times as long as one that does not, but
 * only so often in a row.
 */
const RETRY_AFTER_PATIENCE = 5;
const LONG_WAITS = 3;
/** Requests at once: of one organization, and to one provider. */
const MOST_AT_ONCE = { organization: 6, provider: 24 };

export function createHttpClient(options: HttpOptions): HttpClient {
  const { tlsChecksOff, giveUpAfterMs = 60_000, firstWaitMs = 500 } = options;
  const dispatchers = createDispatchers(options.dispatcher);
  const paces = createPaces();
  return {
    async getJson({ url, headers, call }) {
      if (tlsChecksOff && url.protocol === 'https:') {
        throw new CostsError(
          'usage',
          'NODE_TLS_REJECT_UNAUTHORIZED=0 switches certificate checks off; nothing was sent.',
          {
            hint: 'Unset it, and name a private authority with NODE_EXTRA_CA_CERTS.',
          },
        );
      }
      const dispatcher = dispatchers.for(url);
      const { organization, provider } = paces(call, url);
      const paced = () =>
        organization.run(
          () => provider.run(() => attempt({ url, headers, call }, options, dispatcher), call.signal),
          call.signal,
        );
      // Counted from the first failure: a request that took all of its time deserves a second one like any other.
      let deadline: number | null = null;
      let longWaits = 0;
      const answer = await pRetry(paced, {
        retries: Number.MAX_SAFE_INTEGER,
        minTimeout: 0,
        factor: 1,
        onFailedAttempt: async ({ error, attemptNumber }) => {
          if (call.signal.aborted) throw interruption();
          if (!isPassing(error)) throw error;
          const { status, retryAfterMs } = error;
          const wait = retryAfterMs ?? backoff(attemptNumber, firstWaitMs, LONGEST_WAIT_MS);
          const failedAt = performance.now();
          deadline ??= failedAt + giveUpAfterMs;
          if (failedAt + wait > deadline) {
            const isTold =
              retryAfterMs !== null && wait > LONGEST_WAIT_MS && wait <= giveUpAfterMs * RETRY_AFTER_PATIENCE;
            if (isTold && longWaits < LONG_WAITS) {
              longWaits += 1;
              deadline = failedAt + wait + giveUpAfterMs;
            } else if (attemptNumber >= LEAST_ATTEMPTS) throw giveUp(error, url);
          }
          if (status === 429) for (const pace of [organization, provider]) pace.slowDown(wait);
          call.observe({ type: 'retry', reason: error.message, attempt: attemptNumber, waitMilliseconds: wait });
          await sleep(wait, call.signal);
        },
      });
      for (const pace of [organization, provider]) pace.speedUp();
      return answer;
    },
    close: () => dispatchers.close(),
  };
}

/** One pace an organization, known by its call, and one a provider's host, which may tire of all of them together. */
function createPaces(): (call: ProviderCall, url: URL) => { organization: Pace; provider: Pace } {
  const organizations = new WeakMap<ProviderCall, Pace>();
  const providers = new Map<string, Pace>();
  return (call, { host }) => {
    const organization = organizations.get(call) ?? new Pace({ most: MOST_AT_ONCE.organization });
    organizations.set(call, organization);
    const provider = providers.get(host) ?? new Pace({ most: MOST_AT_ONCE.provider });
    providers.set(host, provider);
    return { organization, provider };
  };
}

async function attempt(
  { url, headers, call }: JsonRequest,
  options: HttpOptions,
  dispatcher: Dispatcher,
): Promise<unknown> {
  const started = performance.now();
  const timeout = AbortSignal.timeout(options.requestTimeoutMs ?? 60_000);
  const answer = await read({ url, headers, call }, options, dispatcher, AbortSignal.any([call.signal, timeout])).catch(
    (error: unknown) => {
      if (call.signal.aborted) throw interruption();
      throw readBroken(error, timeout.aborted, url);
    },
  );
  call.observe({
    type: 'request',
    method: 'GET',
    url: url.href,
    status: answer.status,
    milliseconds: Math.round(performance.now() - started),
    requestId: answer.header('x-request-id') ?? answer.header('request-id'),
  });
  return understand(answer, url, options.now);
}

interface Answer {
  status: number;
  text: string;
  header: (name: string) => string | null;
}

async function read(
  { url, headers, call }: JsonRequest,
  { version, maxAnswerBytes = MAX_ANSWER_BYTES }: HttpOptions,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<Answer> {
  const response = await dispatcher.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: 'GET',
    headers: { accept: 'application/json', 'user-agent': `costs/${version}`, ...headers },
    signal,
    bodyTimeout: LONGEST_SILENCE_MS,
  });
  const header = (name: string) => {
    const value = response.headers[name];
    const first = Array.isArray(value) ? value[0] : value;
    return first === undefined ? null : cleanText(first).slice(0, 200);
  };
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxAnswerBytes)
      throw new CostsError('contract', `${url.host} answered more than ${maxAnswerBytes} bytes; nothing was changed.`, {
        hint: 'Check the base URL.',
      });
    chunks.push(chunk);
  }
  return { status: response.statusCode, text: mask(Buffer.concat(chunks).toString('utf8'), call), header };
}

/** A refusal may repeat the key it refuses, spelled in any way JSON knows; from here on nothing can print it. */
function mask(text: string, { key }: ProviderCall): string {
  const secret = key.reveal();
  if (secret === '') return text;
  const spelled = text.includes('\\u00') ? text.replace(ESCAPED, spellOut) : text;
  return spelled.replaceAll(secret, '[key]');
}

/** An escape of JSON; taken whole, so that a backslash which is escaped itself begins none. */
const ESCAPED = /\\(?:u00([2-7][0-9a-f])|.)/gis;

/** The letter, digit or sign that an escape stands for, where it needs none: quotes and backslashes do. */
function spellOut(escape: string, code: string | undefined): string {
  const character = code === undefined ? '' : String.fromCharCode(Number.parseInt(code, 16));
  return /^[\w.-]$/.test(character) ? character : escape;
}

/** A document, a refusal, or a failure that may pass. */
function understand({ status, text, header }: Answer, url: URL, now: HttpOptions['now']): unknown {
  if (status >= 300 && status < 400) {
    throw new CostsError('contract', `${url.host} redirects to another address; an admin key is not sent after it.`, {
      hint: 'Check the base URL.',
    });
  }
  const document = parseJson(text);
  const shouldRetry = header('x-should-retry');
  const passing = status === 408 || status === 409 || status === 429 || status >= 500;
  if (status !== 200 && shouldRetry !== 'false' && (passing || shouldRetry === 'true')) {
    throw new BrokenAnswer(status, `${url.host} answered ${status}`, retryAfter(header, now));
  }
  if (passing) throw staysDown(url, status, null);
  if (status !== 200) throw explainRefusal(status, document.ok ? document.value : null, url);
  if (!document.ok)
    throw new BrokenAnswer(
      status,
      `${url.host} answered ${describe(text, header('content-type'))} instead of JSON`,
      null,
    );
  return document.value;
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: parse(text) };
  } catch {
    return { ok: false };
  }
}

function describe(text: string, contentType: string | null): string {
  if (text.trim() === '') return 'nothing';
  if (contentType?.includes('html') === true || text.trimStart().startsWith('<')) return 'a web page';
  return contentType === null || contentType.includes('json') ? 'broken JSON' : contentType;
}

function giveUp(error: Error, url: URL): CostsError {
  // Whoever answers is there; only the answers make no sense.
  if (error instanceof BrokenAnswer && error.status === 200)
    return new CostsError('contract', `${error.message}, again and again; nothing was changed.`, {
      hint: `Run the same command again later, and check the base URL.`,
    });
  if (error instanceof BrokenAnswer && error.status !== null) return staysDown(url, error.status, error);
  return unreachable(url, error);
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw interruption();
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(interruption());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
