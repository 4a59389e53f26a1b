import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { admit, maskKeys } from './admission.js';
import { answerRequest } from './answer.js';
import { anthropicDialect } from './anthropic/dialect.js';
import type { ApiDialect } from './api.js';
import { faultAnswer } from './fault-answers.js';
import type { FaultRules } from './fault-rules.js';
import type { Fault } from './faults.js';
import { toJson } from './json.js';
import { openaiDialect } from './openai/dialect.js';
import { spoilPage } from './page-faults.js';
import type { Quirks } from './quirks.js';
import type { RateLimiter } from './rate-limiter.js';
import type { RequestRecord } from './request-record.js';
import { respond, type WireAnswer } from './respond.js';
import type { World } from './world.js';

/** What all requests to one emulator share. */
export interface Shared {
  world: World;
  quirks: Quirks;
  now: () => Date;
  rules: FaultRules;
  limiter: RateLimiter;
  requests: RequestRecord[];
  issuedCursors: Set<string>;
  /** Fires when the emulator closes. */
  signal: AbortSignal;
}

const DIALECTS: ApiDialect[] = [anthropicDialect, openaiDialect];

/** One request and its answer, right or as a fault has it. */
export async function exchange(shared: Shared, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname: path, search } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const query = search.slice(1);
  const method = request.method ?? 'GET';
  const dialect = dialectOf(path, request);
  const now = shared.now();
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
  const fault =
    shared.rules.take(record) ?? shared.limiter.take(record.organizationId, shared.quirks.requestsPerSecond);
  record.fault = fault?.kind ?? null;
  await delay(shared, fault);

  const wire =
    (fault === null ? null : faultAnswer(fault, dialect, now)) ??
    rightAnswer(shared, { dialect, method, path, query, request, now, fault });
  const requestId = `req_${shared.requests.length.toString().padStart(8, '0')}`;
  if (fault?.kind !== 'refuse') record.status = wire.status;
  respond(
    response,
    { ...wire, headers: { ...wire.headers, [dialect.requestIdHeader]: requestId, date: now.toUTCString() } },
    fault,
  );
}

interface Asked {
  dialect: ApiDialect;
  method: string;
  path: string;
  query: string;
  request: IncomingMessage;
  now: Date;
  fault: Fault | null;
}

function rightAnswer(shared: Shared, { dialect, method, path, query, request, now, fault }: Asked): WireAnswer {
  const world = fault?.kind === 'stale' ? fault.world : shared.world;
  const parsed = new URLSearchParams(query);
  const answer = answerRequest(dialect, admit(dialect, world, request.headers, now), method, path, {
    query: parsed,
    now,
    quirks: shared.quirks,
    issuedCursors: shared.issuedCursors,
  });
  const { status, body } = fault === null ? answer : spoilPage(answer, fault, parsed.get('page'));
  return { status, headers: { 'content-type': 'application/json' }, text: toJson(body) };
}

/** By path; where that says nothing, by the header in which the key comes. */
function dialectOf(path: string, { headers }: IncomingMessage): ApiDialect {
  const byPath = DIALECTS.find(({ prefix }) => path.startsWith(prefix));
  return byPath ?? ('x-api-key' in headers ? anthropicDialect : openaiDialect);
}

async function delay({ quirks, signal }: Shared, fault: Fault | null): Promise<void> {
  const milliseconds = quirks.latency + (fault?.kind === 'latency' ? fault.milliseconds : 0);
  if (milliseconds > 0) await wait(milliseconds, undefined, { signal });
}
