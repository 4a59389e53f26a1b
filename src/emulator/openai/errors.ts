import { addDays, startOfDay, toDay } from '../../domain/day.js';
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

/** A start from before what a report tells of the last days, as OpenAI refuses it since autumn 2026. */
export function refuseOld(start: Date, now: Date, days: number | null): void {
  const first = days === null ? null : addDays(toDay(now), -days);
  if (first === null || start >= startOfDay(first)) return;
  const message = `Usage and cost data are available for the past year. Earliest supported start date: ${first} (UTC).`;
  throw badParameter('start_time', message, 'reporting_lookback_exceeded');
}

export function openaiNotFound(message: string): ApiAnswer {
  return { status: 404, body: openaiErrorBody(message) };
}
