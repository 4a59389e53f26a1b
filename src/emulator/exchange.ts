import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { admit, maskKeys } from './admission.js';
import { answerRequest } from './answer.js';
import type { EmulatedProvider, WireAnswer } from './api.js';
import { faultAnswer } from './fault-answers.js';
import type { FaultRules } from './fault-rules.js';
import type { Fault } from './faults.js';
import { rowsOfDay } from './generate.js';
import { toJson } from './json.js';
import { EMULATED } from './list.js';
import { spoilPage } from './page-faults.js';
import type { Quirks } from './quirks.js';
import type { HourlyQuota, RateLimiter } from './rate-limiter.js';
import type { RequestRecord } from './request-record.js';
import { respond } from './respond.js';
import type { World } from './world.js';

/** What all requests to one emulator share. */
export interface Shared {
  world: World;
  quirks: Quirks;
  now: () => Date;
  rules: FaultRules;
  limiter: RateLimiter;
  hourly: HourlyQuota;
  requests: RequestRecord[];
  issuedCursors: Set<string>;
  /** Fires when the emulator closes. */
  signal: AbortSignal;
}

/** One request and its answer, right or as a fault has it. */
export async function exchange(shared: Shared, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname: path, search } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const query = search.slice(1);
  const method = request.method ?? 'GET';
  const dialect = dialectOf(path, request);
  const now = shared.now();
  const body = method === 'POST' ? await readBody(request) : null;
  const admission = admit(dialect, shared.world, request.headers, now);
  const record: RequestRecord = {
    provider: dialect.provider,
    organizationId: 'organization' in admission ? admission.organization.id : null,
    method,
    path: maskKeys(path, shared.world),
    query: maskKeys(query, shared.world),
    headers: Object.keys(request.headers),
    status: null,
    fault: null,
  };
  shared.requests.push(record);
  const quota = shared.hourly.take(record.organizationId, shared.quirks.requestsPerHour, now);
  const fault: Fault | null =
    quota?.refused === true
      ? { kind: 'status', status: 429 }
      : (shared.rules.take(record) ?? shared.limiter.take(record.organizationId, shared.quirks.requestsPerSecond));
  record.fault = fault?.kind ?? null;
  await delay(shared, fault);

  const wire =
    (fault === null ? null : faultAnswer(fault, dialect, now)) ??
    rightAnswer(shared, { dialect, method, path, query, body, request, now, fault });
  const requestId = `req_${shared.requests.length.toString().padStart(8, '0')}`;
  if (fault?.kind !== 'refuse') record.status = wire.status;
  respond(
    response,
    {
      ...wire,
      headers: {
        ...wire.headers,
        ...(quota === null ? {} : dialect.quotaHeaders(quota)),
        [dialect.requestIdHeader]: requestId,
        date: now.toUTCString(),
      },
    },
    fault,
  );
}

interface Asked {
  dialect: EmulatedProvider;
  method: string;
  path: string;
  query: string;
  body: unknown;
  request: IncomingMessage;
  now: Date;
  fault: Fault | null;
}

function rightAnswer(shared: Shared, { dialect, method, path, query, body, request, now, fault }: Asked): WireAnswer {
  const world = fault?.kind === 'stale' ? fault.world : shared.world;
  const parsed = new URLSearchParams(query);
  const answer = answerRequest(dialect, admit(dialect, world, request.headers, now), method, path, {
    world,
    query: parsed,
    body,
    now,
    quirks: shared.quirks,
    rowsOf: rowsOfDay,
    issuedCursors: shared.issuedCursors,
  });
  const { status, body: document } = fault === null ? answer : spoilPage(answer, fault, parsed.get('page'));
  const text = toJson(document);
  return {
    status,
    headers: { 'content-type': 'application/json', date: now.toUTCString() },
    text: fault?.kind === 'rewrite' ? text.replaceAll(fault.from, fault.to) : text,
  };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return null;
  }
}

/** By path; where that says nothing, by the header in which the key comes. */
function dialectOf(path: string, { headers }: IncomingMessage): EmulatedProvider {
  // The longest: one provider's paths may begin as another's.
  const [byPath] = EMULATED.filter(({ prefix }) => path.startsWith(prefix)).sort(
    (a, b) => b.prefix.length - a.prefix.length,
  );
  const dialect = byPath ?? EMULATED.find(({ keyHeader }) => keyHeader in headers) ?? EMULATED[0];
  if (dialect === undefined) throw new Error('no provider is emulated');
  return dialect;
}

async function delay({ quirks, signal }: Shared, fault: Fault | null): Promise<void> {
  const milliseconds = quirks.latency + (fault?.kind === 'latency' ? fault.milliseconds : 0);
  if (milliseconds > 0) await wait(milliseconds, undefined, { signal });
}
