import type { EmulatedProvider, WireAnswer } from './api.js';
import type { Fault } from './faults.js';
import { toJson } from './json.js';
import { oddAnswer } from './odd-answers.js';

const HTML = { 'content-type': 'text/html; charset=UTF-8' };
const JSON_TYPE = { 'content-type': 'application/json' };

const MESSAGES: Record<number, string> = {
  408: 'Request timed out.',
  429: 'Rate limit reached. Please slow down.',
  529: 'Overloaded',
};

/** The answer of a fault that does not let the request through to the provider at all; null for the other faults. */
export function faultAnswer(fault: Fault, dialect: EmulatedProvider, now: Date): WireAnswer | null {
  switch (fault.kind) {
    case 'status':
      return statusAnswer(fault, dialect, now);
    case 'html':
      return { status: 200, headers: HTML, text: htmlPage('Just a moment...') };
    case 'body':
      return {
        status: fault.status ?? 200,
        headers: fault.contentType === undefined ? JSON_TYPE : { 'content-type': fault.contentType },
        text: fault.text,
      };
    case 'odd':
      return oddAnswer(fault.answer, dialect);
    case 'redirect':
      return { status: 307, headers: { location: fault.location }, text: '' };
    default:
      return null;
  }
}

function statusAnswer(fault: Fault & { kind: 'status' }, dialect: EmulatedProvider, now: Date): WireAnswer {
  const { status, retryAfter, body = 'json' } = fault;
  const message = MESSAGES[status] ?? 'The server had an error while processing your request.';
  return {
    status,
    headers: {
      ...(body === 'html' ? HTML : JSON_TYPE),
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
      ...(status === 429 ? dialect.rateLimitHeaders(now) : {}),
    },
    text: body === 'html' ? htmlPage(`${status} Error`) : toJson(dialect.errorBody(status, message)),
  };
}

function htmlPage(title: string): string {
  return `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1><hr>cloudflare</body></html>`;
}
