import { ApiFailure, type ApiAnswer } from '../api.js';

const TYPES: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** Anthropic's error body; the server adds its `request_id`. */
export function anthropicErrorBody(status: number, message: string): unknown {
  const type = TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
  return { type: 'error', error: { type, message } };
}

export function anthropicError(status: number, message: string): ApiAnswer {
  return { status, body: anthropicErrorBody(status, message) };
}

/** A 400. */
export function badRequest(message: string): ApiFailure {
  return new ApiFailure(anthropicError(400, message));
}
