import { createHash } from 'node:crypto';
import { parse } from 'lossless-json';
import type { Dispatcher } from 'undici';
import type { ProviderCall } from '../domain/provider.js';
import { cleanText } from '../domain/text.js';
import { CostsError } from '../errors.js';
import { interruption, staysDown, tooLarge } from './answers.js';
import { BrokenAnswer, readBroken } from './broken.js';
import { decodeBody, ENCODINGS, LargeBody, UndecodableBody } from './decode.js';
import { createDispatchers } from './dispatchers.js';
import { NO_LIMITS, readLimits, type Limits } from './limits.js';
import { Pace } from './pace.js';
import { Patience } from './patience.js';
import { Quota } from './quota.js';
import { explainRefusal } from './refusal.js';

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
/** A body that comes is never silent for so long; one that stalls is asked for again early. */
const LONGEST_SILENCE_MS = 15_000;
/** Requests at once: with one admin key, and to one provider. */
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
      const { organization, provider, quota } = paces(call, url);
      const paced = () =>
        organization.run(
          () => provider.run(() => attempt({ url, headers, call }, options, dispatcher, quota), call.signal),
          call.signal,
        );
      const patience = new Patience({ giveUpAfterMs, firstWaitMs }, url, call);
      for (let attemptNumber = 1; ; attemptNumber += 1) {
        const { usedUp } = quota;
        if (usedUp !== null) await patience.forQuota(usedUp, attemptNumber, null);
        try {
          const answer = await paced();
          for (const pace of [organization, provider]) pace.speedUp();
          return answer;
        } catch (error) {
          if (call.signal.aborted) throw interruption();
          if (!(error instanceof BrokenAnswer)) throw error;
          const wait = patience.waitAfter(error, attemptNumber);
          if (error.status === 429) for (const pace of [organization, provider]) pace.slowDown(wait ?? 0);
          if (wait === null) await patience.forQuota(error.limits, attemptNumber, error);
          else await patience.wait(wait, error.message, attemptNumber);
        }
      }
    },
    close: () => dispatchers.close(),
  };
}

/**
 * One pace and quota an admin key, which several organizations may share, and one pace a provider's host, which may tire of all
 * of them together.
 */
function createPaces(): (call: ProviderCall, url: URL) => { organization: Pace; provider: Pace; quota: Quota } {
  const keys = new Map<string, { organization: Pace; quota: Quota }>();
  const providers = new Map<string, Pace>();
  return ({ key }, { host }) => {
    const id = createHash('sha256').update(`${host} ${key.reveal()}`).digest('base64');
    const own = keys.get(id) ?? { organization: new Pace({ most: MOST_AT_ONCE.organization }), quota: new Quota() };
    keys.set(id, own);
    const provider = providers.get(host) ?? new Pace({ most: MOST_AT_ONCE.provider });
    providers.set(host, provider);
    return { ...own, provider };
  };
}

async function attempt(
  { url, headers, call }: JsonRequest,
  options: HttpOptions,
  dispatcher: Dispatcher,
  quota: Quota,
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
  const limits = readLimits(answer.header, options.now);
  quota.note(limits, answer.status === 429);
  return understand(answer, url, limits);
}

interface Answer {
  status: number;
  text: string;
  /** What came instead of text. */
  unreadable: string | null;
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
    headers: { accept: 'application/json', 'accept-encoding': ENCODINGS, 'user-agent': `costs/${version}`, ...headers },
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
    if (size > maxAnswerBytes) throw tooLarge(url, maxAnswerBytes);
    chunks.push(chunk);
  }
  const body = { status: response.statusCode, header };
  try {
    const text = await decodeBody(Buffer.concat(chunks), header('content-encoding'), maxAnswerBytes);
    return { ...body, text: mask(text, call), unreadable: null };
  } catch (error) {
    if (error instanceof LargeBody) throw tooLarge(url, maxAnswerBytes);
    if (error instanceof UndecodableBody) return { ...body, text: '', unreadable: error.message };
    throw error;
  }
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
function understand({ status, text, unreadable, header }: Answer, url: URL, limits: Limits): unknown {
  if (status >= 300 && status < 400) {
    throw new CostsError('contract', `${url.host} redirects to another address; an admin key is not sent after it.`, {
      hint: 'Check the base URL.',
    });
  }
  const document = parseJson(text);
  const shouldRetry = header('x-should-retry');
  const passing = status === 408 || status === 409 || status === 429 || status >= 500;
  if (status !== 200 && shouldRetry !== 'false' && (passing || shouldRetry === 'true')) {
    throw new BrokenAnswer(status, `${url.host} answered ${status}`, limits);
  }
  if (passing) throw staysDown(url, status, null);
  if (status !== 200) throw explainRefusal({ status, document: document.ok ? document.value : null, header }, url);
  if (document.ok) return document.value;
  const instead = unreadable ?? describe(text, header('content-type'));
  throw new BrokenAnswer(status, `${url.host} answered ${instead} instead of JSON`, NO_LIMITS);
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
