import type { ErrorCode } from '../errors.js';
import type { DatabaseAddress } from './address.js';

/** Where a failure happened, for its sentence. */
export type Place = Pick<DatabaseAddress, 'label' | 'server' | 'database' | 'user'> & {
  /** Policies of row security that bind us, by table; known once the server was asked. */
  policies?: Readonly<Record<string, string[]>>;
  /** How much room it needs to go on, where that is known. */
  megabytes?: number;
};

/** What an error says about itself, whichever of driver, adapter and client threw it. */
export interface Symptom {
  /** SQLSTATE, or Node's code of a broken connection. */
  code: string;
  message: string;
}

export interface Explanation {
  code: ErrorCode;
  message: string;
  hint: string;
}
