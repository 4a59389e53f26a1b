import type { PartitionOptions, PartitionResult } from '../partitions/partition.js';
import type { AdoptOptions, AdoptResult } from './adopt.js';
import type { ApplyOptions, ApplyResult } from './apply.js';
import type { SchemaDiff } from './diff.js';
import type { ImportResult } from './import.js';
import type { ResolveRequest } from './resolve.js';
import type { RollbackOptions, RollbackPlan } from './rollback.js';
import type { MigratorOptions } from './waits.js';
import type { MigrationTarget } from './target.js';
import type { MigrationStatus } from './status.js';

/** The schema of one database: where it stands, and the ways forward and back. Every method throws CostsErrors. */
export interface Migrations {
  /**
   * The gate before any work: throws unless every migration of this version is applied. One small query, no engine. The
   * embedded store is brought up to date instead.
   * @returns the database's clock, as it goes on from there
   * @throws CostsError `schema` that names the command that mends it
   */
  requireCurrent(): Promise<() => Date>;
  /** Whether the database has no table at all, neither ours nor another's. */
  isEmpty(): Promise<boolean>;
  /** Reads only. */
  status(): Promise<MigrationStatus>;
  /** Applies what is pending, one transaction a migration. */
  apply(options?: ApplyOptions): Promise<ApplyResult>;
  /** The SQL from the live schema to schema.prisma; reads only. */
  diff(): Promise<SchemaDiff>;
  /** Takes over a database that has our tables and no history of ours. */
  adopt(options?: AdoptOptions): Promise<AdoptResult>;
  /** Writes down by hand what happened to a migration; returns its full name. */
  resolve(request: ResolveRequest): Promise<string>;
  /** What `rollback` would do; reads only. */
  planRollback(options: RollbackOptions): Promise<RollbackPlan>;
  /** Takes migrations back, in one transaction with the export of what the earlier schema cannot express. */
  rollback(options: RollbackOptions): Promise<RollbackPlan>;
  /** Brings the rows of such an export back. */
  import(options: MigratorOptions & { path: string }): Promise<ImportResult>;
  /** Makes monthly partitions of the usage, or one table again. */
  partitionUsage(options: PartitionOptions): Promise<PartitionResult>;
}

/** Everything is imported when it is used: the engine is some megabytes of WebAssembly. */
export function createMigrations(target: MigrationTarget): Migrations {
  const explained = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw target.explain(error);
    }
  };
  return {
    requireCurrent: () => explained(import('./require-current.js').then((file) => file.requireCurrentSchema(target))),
    isEmpty: () => explained(import('./history.js').then((file) => file.isEmpty(target.pool))),
    status: () => explained(import('./status.js').then((file) => file.migrationStatus(target))),
    apply: (options) => explained(import('./apply.js').then((file) => file.applyMigrations(target, options))),
    diff: () => explained(import('./diff.js').then((file) => file.diffSchema(target))),
    adopt: (options) => explained(import('./adopt.js').then((file) => file.adoptDatabase(target, options))),
    resolve: (request) => explained(import('./resolve.js').then((file) => file.resolveMigration(target, request))),
    planRollback: (options) => explained(import('./rollback.js').then((file) => file.planRollback(target, options))),
    rollback: (options) => explained(import('./rollback.js').then((file) => file.rollbackMigrations(target, options))),
    import: (options) => explained(import('./import.js').then((file) => file.importRows(target, options))),
    partitionUsage: (options) =>
      explained(import('../partitions/partition.js').then((file) => file.partitionUsage(target, options))),
  };
}
