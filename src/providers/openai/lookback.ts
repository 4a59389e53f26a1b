import { toDay, type Day } from '../../domain/day.js';
import type { CostsError } from '../../errors.js';
import { isRefusal } from '../refusal.js';

/** Whether a start lies further back than a report reaches: a year since autumn 2026, some reports less. */
export function isTooOld(error: unknown): error is CostsError {
  return isRefusal(error, 'reporting_lookback_exceeded');
}

/** The day that such a refusal names: "Earliest supported start date: 2025-11-27 (UTC)."; null for one that names none. */
export function firstDayTold({ message }: CostsError): Day | null {
  const day = /start date:? (\d{4}-\d\d-\d\d)/i.exec(message)?.[1];
  const date = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? null : toDay(date);
}
