import type { Database } from '../database.js';
import type { ApplyOptions, ApplyResult } from './apply.js';
import type { MigrationStatus } from './status.js';

/** The schema of one database: where it stands, and the ways forward and back. */
export interface Migrations {
  /**
   * The gate before any work: throws unless every migration of this version is applied. One small query, no engine. The
   * embedded store is brought up to date instead.
   * @throws CostsError `schema` that names the command that mends it
   */
  requireCurrent(options?: { onApply?: (name: string) => void }): Promise<void>;
  /** Whether the database has no table at all, neither ours nor another's. */
  isEmpty(): Promise<boolean>;
  status(): Promise<MigrationStatus>;
  /** Applies what is pending, one transaction a migration. */
  apply(options?: ApplyOptions): Promise<ApplyResult>;
}

export type MigrationTarget = Pick<Database, 'kind' | 'label' | 'pool' | 'openSession' | 'explain'> & {
  schema?: string | undefined;
};

/** Everything is imported when it is used: the engine is some megabytes of WebAssembly. */
export function createMigrations(
  database: Omit<Database, 'migrations'>,
  { schema }: { schema?: string | undefined },
): Migrations {
  const target: MigrationTarget = { ...database, schema };
  const explained = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw database.explain(error);
    }
  };
  return {
    requireCurrent: (options) =>
      explained(import('./require-current.js').then((file) => file.requireCurrentSchema(target, options))),
    isEmpty: () => explained(import('./history.js').then((file) => file.isEmpty(target.pool))),
    status: () => explained(import('./status.js').then((file) => file.migrationStatus(target))),
    apply: (options) => explained(import('./apply.js').then((file) => file.applyMigrations(target, options))),
  };
}
