import { resolve } from 'node:path';
import { readConfig } from './config.js';
import { createRuntime, RUN_RETRY_SECONDS } from './context.js';
import type { Report } from './domain/report.js';
import type { SyncResult } from './domain/results.js';
import type { Verification } from './domain/verification.js';
import { collect } from './library/collect.js';
import { backfillJob, syncJob } from './library/job.js';
import { toExportDocument, type ExportDocument } from './domain/export.js';
import { exportRows } from './library/export.js';
import { report } from './library/report.js';
import { verify } from './library/verify.js';
import { silentOutput } from './output/silent.js';
import { readVersion } from './version.js';
import type { BackfillRequest, ExportRequest, ReportRequest, SyncRequest, VerifyRequest } from './library/requests.js';
export type { CollectEvent } from './library/requests.js';

export { CostsError, type ErrorCode } from './errors.js';
export type { BackfillRequest, ExportDocument, ExportRequest, Report, ReportRequest, SyncRequest, SyncResult };
export type { Verification, VerifyRequest };

export interface OpenOptions {
  /** A PostgreSQL server; null is the embedded store. Default: COSTS_DATABASE_URL or DATABASE_URL, else embedded. */
  databaseUrl?: string | null;
  /** The folder of the embedded store; default: COSTS_HOME, or the platform's data folder. */
  home?: string;
  /** By name or id; default: COSTS_TEAM, or the only one there is. */
  team?: string;
  /** Ends what is at work with a CostsError `interrupted`; finished windows are kept. */
  signal?: AbortSignal;
}

/**
 * A store of costs, as the commands work with it: each method returns the value that its command prints with `--json`.
 * All throw CostsError. Nothing is printed, no question is asked, and the process is never ended.
 */
export interface Costs {
  /** Brings every active organization up to date. A failed organization is in the result. */
  sync(request?: SyncRequest): Promise<SyncResult>;
  /** Reads a past range: the days that were never read or are not settled, or all of them. */
  backfill(request: BackfillRequest): Promise<SyncResult>;
  /** Totals of what was billed; month to date by project when nothing is said. */
  report(request?: ReportRequest): Promise<Report>;
  /** The rows themselves in the order of their days, all of one state of the database, read as fast as they are taken. */
  export(request?: ExportRequest): AsyncGenerator<ExportDocument, void, void>;
  /** Stored sums against the providers' own totals, and rows against their seals. */
  verify(request?: VerifyRequest): Promise<Verification>;
  /** Closes the store; call it once, at the end. */
  close(): Promise<void>;
}

/** Opens a store; it is connected to when it is first used. What is not said comes from the environment, as for the commands. */
export function openCosts({ databaseUrl, home, team, signal }: OpenOptions = {}): Costs {
  const runtime = createRuntime({
    version: readVersion(),
    config: {
      ...readConfig(),
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
      ...(home === undefined ? {} : { home: () => resolve(home) }),
    },
    signal: signal ?? new AbortController().signal,
    argv: [],
    makeOutput: silentOutput,
  });
  const work = runtime.open({ retryFor: RUN_RETRY_SECONDS, ...(team === undefined ? {} : { team }) });
  return {
    sync: async (request = {}) => collect(work, syncJob(request)),
    backfill: async (request) => collect(work, await backfillJob(request, () => work.clock())),
    report: (request = {}) => report(work, request),
    async *export(request = {}) {
      for await (const row of exportRows(work, request)) yield toExportDocument(row);
    },
    verify: (request = {}) => verify(work, request),
    close: () => runtime.close(),
  };
}
