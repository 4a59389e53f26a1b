import type { ProviderId } from '../domain/provider.js';
import type { Fault } from './faults.js';

/** A request as the emulator saw it. Never carries a key: of headers only the names are kept. */
export interface RequestRecord {
  provider: ProviderId | null;
  /** Whose key it was; null when it was refused. */
  organizationId: string | null;
  method: string;
  path: string;
  /** As it was sent, without the question mark; a key that should not be in it is masked. */
  query: string;
  /** Names, lower case, in the order sent. */
  headers: string[];
  /** Null when no status was sent. */
  status: number | null;
  /** The kind of the fault that took it. */
  fault: Fault['kind'] | null;
}
