import type { Config } from './config.js';
import type { CostProvider, ProviderId } from './domain/provider.js';
import type { Organization } from './domain/collection.js';
import type { Secret } from './domain/secret.js';
import type { Output } from './output/output.js';
import type { Database } from './store/database.js';
import type { Store } from './store/store.js';
import type { Vault } from './vault/vault.js';

/** Options every command takes. */
export interface GlobalOptions {
  json?: boolean;
  team?: string;
  quiet?: boolean;
  verbose?: boolean;
  /** False with --no-input. */
  input?: boolean;
  /** False with --no-color. */
  color?: boolean;
}

/** Everything a command works with. Nothing is opened until it is asked for. */
export interface Context {
  readonly version: string;
  readonly config: Config;
  readonly output: Output;
  /** Fires on the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  now(): Date;
  /** The database, whatever its schema; for `db` commands, `doctor` and `init`. */
  database(): Promise<Database>;
  /** The store, on a schema that is current. @throws CostsError `schema` otherwise, naming the command that mends it. */
  store(): Promise<Store>;
  vault(): Promise<Vault>;
  provider(id: ProviderId): Promise<CostProvider>;
  /** The team that --team or COSTS_TEAM names, or the only one there is. */
  team(): Promise<{ id: string; name: string }>;
  /** The admin key of an organization, from the vault or from the variable it names. */
  keyOf(organization: Organization): Promise<Secret>;
}

/** Makes the context of one command from its options; commands are given this. */
export type OpenContext = (options: GlobalOptions) => Context;
