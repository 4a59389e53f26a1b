import type { ProviderId } from '../domain/provider.js';
import type { Fault, FaultMatch, FaultRule } from './faults.js';
import type { World, WorldOrganization } from './world.js';

export interface EmulatorOptions {
  world: World;
  /** The providers' clock: which day is today. */
  now: () => Date;
  /** 0, the default, is any free port. */
  port?: number;
  /** Where faults with a probability are drawn from. */
  seed?: number;
  quirks?: Partial<Quirks>;
}

/** Habits of the real providers that are not always seen. */
export interface Quirks {
  /** OpenAI's rows carry the undocumented project_name, organization_id, organization_name and user_email. */
  undocumentedFields: boolean;
  /** OpenAI's last page that has buckets promises one more, which has none (`once`), or promises yet another (`forever`). */
  cursorPastEnd: 'never' | 'once' | 'forever';
  /** Decimals to which OpenAI rounds the sums it makes itself; null is exact. */
  sumDecimals: number | null;
  /** Milliseconds every answer takes. */
  latency: number;
}

/** A request as the emulator saw it. Never carries a key: of headers only the names are kept. */
export interface RequestRecord {
  provider: ProviderId | null;
  /** Whose key it was; null when it was refused. */
  organizationId: string | null;
  method: string;
  path: string;
  query: string;
  headers: string[];
  /** Null when no status was sent. */
  status: number | null;
  /** The kind of the fault that took it. */
  fault: Fault['kind'] | null;
}

/** A running local server that speaks the providers' contracts. */
export interface Emulator {
  /** For OPENAI_BASE_URL; ends in `/v1`. */
  readonly openaiUrl: string;
  /** For ANTHROPIC_BASE_URL. */
  readonly anthropicUrl: string;
  /** Every request, oldest first. */
  readonly requests: RequestRecord[];
  /** What the providers know; may be changed between requests. */
  readonly world: World;
  readonly quirks: Quirks;
  /** The organization with this id. Throws where there is none. */
  organization(id: string): WorldOrganization;
  /** A copy of the world as it is now, for comparing and for `stale` answers. */
  snapshot(): World;
  /** The next `count` requests that match meet the fault. */
  failNext(fault: Fault, count?: number, match?: FaultMatch): void;
  /** Adds a rule; the first rule that takes a request wins. The function returned removes it. */
  addFault(rule: FaultRule): () => void;
  clearFaults(): void;
  close(): Promise<void>;
}

export declare function startEmulator(options: EmulatorOptions): Promise<Emulator>;
