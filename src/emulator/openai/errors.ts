import { ApiFailure, type ApiAnswer } from '../api.js';

/** OpenAI's error body: all four keys are always there. */
export function openaiErrorBody(
  message: string,
  { type = 'invalid_request_error', param = null as string | null, code = null as string | null } = {},
): unknown {
  return { error: { message, type, param, code } };
}

/** A 400 that names the parameter. */
export function badParameter(param: string, message: string, code = 'invalid_request_error'): ApiFailure {
  return new ApiFailure({ status: 400, body: openaiErrorBody(message, { param, code }) });
}

export function openaiNotFound(message: string): ApiAnswer {
  return { status: 404, body: openaiErrorBody(message) };
}
