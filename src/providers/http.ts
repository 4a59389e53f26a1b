import { createHash } from 'node:crypto';
import type { Dispatcher } from 'undici';
import { MOST_ROWS, type ProviderCall } from '../domain/provider.js';
import { cleanText } from '../domain/text.js';
import { CostsError } from '../errors.js';
import { interruption, tooLarge } from './answers.js';
import { BrokenAnswer, readBroken } from './broken.js';
import { bulkOf } from './bulk.js';
import { decodeBody, ENCODINGS, UndecodableBody } from './decode.js';
import { createDispatchers, type WaysOptions } from './dispatchers.js';
import { readLimits } from './limits.js';
import { maskKey, maskRefusal } from './mask-key.js';
import { onAbort } from './on-abort.js';
import { Pace } from './pace.js';
import { Patience } from './patience.js';
import { Quota } from './quota.js';
import { RowCutter, type ReadRowText } from './rows.js';
import { parseJson, understand, type Answer } from './understand.js';

export interface HttpOptions extends WaysOptions {
  /** Goes into the user agent. */
  version: string;
  /** NODE_TLS_REJECT_UNAUTHORIZED=0 is set: keys are not sent then. */
  tlsChecksOff: boolean;
  /** One request, from the first byte sent to the last received; a report has five times as long. Default 60 s. */
  requestTimeoutMs?: number;
  /** A provider that stays down is given up so long after its first failure. Default one minute. */
  giveUpAfterMs?: number;
  /** The first wait before a retry; it doubles up to 8 s. Default 500 ms. */
  firstWaitMs?: number;
  /** An answer of which more is held as text is refused. Default 64 MB. */
  maxAnswerBytes?: number;
  /** Dates to wait for are compared with this clock where an answer has no `Date` of its own; without it they are ignored. */
  now?: () => Date;
}

export interface JsonRequest {
  url: URL;
  headers: Record<string, string>;
  call: ProviderCall;
  /**
   * Makes of each `data[].results[]` what is kept of it, as soon as it is there: a day of hundreds of thousands of them is then
   * never held as text. The document has what was made of them in their place. Without it they stay as they are.
   */
  readRow?: ReadRow | undefined;
  /** So many requests say something only together, of which this is the first: it is not sent where fewer are left. */
  together?: number | undefined;
  /** Sent as JSON by POST, for reports that are asked for so: nothing is changed at the provider, and it may be sent again. */
  body?: unknown;
  /** What a refusal says, where it is not `{ error: { message } }`; null for an answer that is not the provider's. */
  readRefusal?: (document: unknown) => string | null;
}

/** @param path such as `data[0].results[12]` */
export type ReadRow = (row: unknown, path: string) => unknown;

/** The one way to a provider. */
export interface HttpClient {
  /**
   * Asks for a JSON document. Numbers keep their source text (lossless-json), so that no amount passes through a float.
   * @throws CostsError as `CostProvider` promises
   */
  getJson(request: JsonRequest): Promise<unknown>;
  close(): Promise<void>;
}

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** The line item of one has at most 1,500 bytes. */
const LONGEST_ROW = 1_000_000;
/** A body that comes is never silent for so long; one that stalls is asked for again early. */
const LONGEST_SILENCE_MS = 15_000;
/** So many times longer may a report take, which may be large, while it keeps coming. */
const REPORT_PATIENCE = 5;
/** Requests at once: with one admin key, and to one provider. */
const MOST_AT_ONCE = { organization: 6, provider: 24 };

export function createHttpClient(options: HttpOptions): HttpClient {
  const { tlsChecksOff, giveUpAfterMs = 60_000, firstWaitMs = 500 } = options;
  const dispatchers = createDispatchers(options);
  const paces = createPaces();
  const closing = new AbortController();
  return {
    async getJson(given) {
      const { url } = given;
      const call = { ...given.call, signal: AbortSignal.any([given.call.signal, closing.signal]) };
      const request = { ...given, call };
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
          () => provider.run(() => attempt(request, options, dispatcher, quota), call.signal),
          call.signal,
        );
      const patience = new Patience({ giveUpAfterMs, firstWaitMs }, url, call);
      for (let attemptNumber = 1; ; attemptNumber += 1) {
        const usedUp = quota.usedUpFor(given.together ?? 1);
        if (usedUp !== null) await patience.forQuota(usedUp, null);
        try {
          const answer = await paced();
          for (const pace of [organization, provider]) pace.speedUp();
          return answer;
        } catch (error) {
          if (call.signal.aborted) throw interruption();
          if (!(error instanceof BrokenAnswer)) throw error;
          const wait = patience.waitAfter(error, attemptNumber);
          if (error.status === 429) {
            // A wait is told to one key: others may go on, only slower.
            organization.slowDown(wait ?? 0);
            provider.slowDown(0);
          }
          if (wait === null) await patience.forQuota(error.limits, error);
          else await patience.wait(wait, error.message);
        }
      }
    },
    close() {
      // What nobody waits for any more is not tried again.
      closing.abort();
      return dispatchers.close();
    },
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
  request: JsonRequest,
  options: HttpOptions,
  dispatcher: Dispatcher,
  quota: Quota,
): Promise<unknown> {
  const { url, call } = request;
  const started = performance.now();
  const { requestTimeoutMs = 60_000 } = options;
  const timeout = AbortSignal.timeout(
    request.readRow === undefined ? requestTimeoutMs : requestTimeoutMs * REPORT_PATIENCE,
  );
  const signal = AbortSignal.any([call.signal, timeout]);
  const answer = await orAbort(read(request, options, dispatcher, signal), signal).catch((error: unknown) => {
    if (call.signal.aborted) throw interruption();
    throw readBroken(error, timeout.aborted, url);
  });
  call.observe({
    type: 'request',
    method: methodOf(request),
    url: url.href,
    status: answer.status,
    milliseconds: Math.round(performance.now() - started),
    date: readDate(answer.header('date')),
  });
  const limits = readLimits(answer.header, options.now);
  quota.note(limits, answer.status === 429);
  if (answer.error !== undefined) throw answer.error;
  return understand(answer, request, limits);
}

/** Undici heeds a signal only while there is a connection; none may come for minutes, as through a proxy that is silent. */
function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    const stopListening = onAbort(signal, stop);
    void work.then(resolve, reject).finally(stopListening);
    if (signal.aborted) stop();
  });
}

function methodOf({ body }: JsonRequest): 'GET' | 'POST' {
  return body === undefined ? 'GET' : 'POST';
}

function readDate(text: string | null): Date | null {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? null : date;
}

async function read(
  request: JsonRequest,
  { version, maxAnswerBytes = MAX_ANSWER_BYTES }: HttpOptions,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<Answer & { error?: CostsError }> {
  const { url, headers, call, body } = request;
  const response = await dispatcher.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: methodOf(request),
    headers: {
      accept: 'application/json',
      'accept-encoding': ENCODINGS,
      'user-agent': `costs/${version}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal,
    bodyTimeout: LONGEST_SILENCE_MS,
  });
  const header = (name: string) => {
    const value = response.headers[name];
    const first = Array.isArray(value) ? value[0] : value;
    return first === undefined ? null : maskRefusal(cleanText(first), call.key).slice(0, 200);
  };
  const status = response.statusCode;
  const { readRow } = request;
  const cutter = status === 200 && readRow !== undefined ? new RowCutter(fromText(readRow, request)) : null;
  const { mostRows = MOST_ROWS } = call;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of decodeBody(response.body as AsyncIterable<Buffer>, header('content-encoding'))) {
      if (cutter === null) {
        chunks.push(chunk);
        size += chunk.length;
      } else {
        cutter.push(chunk);
        size = cutter.held;
        if (cutter.rows.length > mostRows) throw tooLarge(url, `${mostRows} rows`);
      }
      if (size > maxAnswerBytes) throw tooLarge(url, `${maxAnswerBytes} bytes`);
    }
  } catch (error) {
    const nothing = { status, header, text: '', rows: [], unreadable: null };
    // It was answered, and counts, whatever is wrong with a row.
    if (error instanceof CostsError) return { ...nothing, error };
    if (error instanceof UndecodableBody) return { ...nothing, unreadable: error };
    throw error;
  }
  const bytes = cutter?.rest ?? Buffer.concat(chunks);
  const bulk = bulkOf(bytes);
  if (bulk !== null) throw tooLarge(url, bulk);
  const text = bytes.toString();
  const masked = status === 200 ? maskKey(text, call.key) : maskRefusal(text, call.key);
  return { status, header, text: masked, rows: cutter?.rows ?? [], unreadable: null };
}

function fromText(readRow: ReadRow, { call, url }: JsonRequest): ReadRowText {
  return (json, path) => {
    if (json.length > LONGEST_ROW) throw tooLarge(url, `${LONGEST_ROW} letters in one row`);
    const row = parseJson(maskKey(json, call.key));
    if (!row.ok) throw new UndecodableBody('broken JSON', false);
    return readRow(row.value, path);
  };
}
