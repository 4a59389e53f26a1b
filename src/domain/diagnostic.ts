import { asCostsError } from '../errors.js';

/** One thing that `costs doctor` looked at. */
export interface Diagnostic {
  name: string;
  status: 'ok' | 'warning' | 'failed';
  /** What was found, in a sentence. */
  message: string;
  /** What to do about it. */
  hint?: string;
}

/** A look that ended in an error. */
export function failedLook(name: string, thrown: unknown): Diagnostic {
  const { message, hint } = asCostsError(thrown);
  return { name, status: 'failed', message, ...(hint === undefined ? {} : { hint }) };
}
