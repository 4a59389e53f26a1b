import { ApiFailure, type ApiAnswer } from '../api.js';

export function openRouterError(code: number, message: string): ApiAnswer {
  return { status: code, body: { error: { message, code } } };
}

/** A 400. */
export function badRequest(message: string): ApiFailure {
  return new ApiFailure(openRouterError(400, message));
}
