import type { HostsScale } from './hosts.js';
import type { ExportScale } from './export.js';
import type { ImportScale } from './import.js';
import type { MemoryScale } from './memory.js';
import type { MigrateScale } from './migrate.js';
import type { ReportScale } from './report.js';
import type { StartScale } from './start.js';
import type { SyncScale } from './sync.js';
import type { UpsertScale } from './upsert.js';
import type { UsageScale } from './usage.js';

/** How much of everything. */
export interface Scale {
  upsert: UpsertScale;
  start: StartScale;
  sync: SyncScale;
  memory: MemoryScale;
  report: ReportScale;
  hosts: HostsScale;
  usage: UsageScale;
  migrate: MigrateScale;
  export: ExportScale;
  import: ImportScale;
}

export const FULL: Scale = {
  upsert: { rows: 200_000, libraryRows: 25_000, prismaRows: 800, rounds: 3 },
  start: { rounds: 15 },
  sync: { organizations: 10, rounds: 3 },
  memory: { days: 365, times: 20, largeDay: { projects: 25_000, lineItems: 40 } },
  report: { rows: 5_000_000, rounds: 5 },
  hosts: { organizations: 200, processes: 8 },
  usage: { rows: 10_000_000, rounds: 5 },
  migrate: { rows: 5_000_000 },
  export: { rows: 1_000_000 },
  import: { rows: 5_000_000 },
};

/** Whether everything still works, and about how fast: in a few minutes. */
export const QUICK: Scale = {
  upsert: { rows: 20_000, libraryRows: 4_000, prismaRows: 150, rounds: 1 },
  start: { rounds: 3 },
  sync: { organizations: 4, rounds: 1 },
  memory: { days: 91, times: 5, largeDay: { projects: 1_000, lineItems: 40 } },
  report: { rows: 100_000, rounds: 3 },
  hosts: { organizations: 24, processes: 4 },
  usage: { rows: 200_000, rounds: 3 },
  migrate: { rows: 100_000 },
  export: { rows: 50_000 },
  import: { rows: 100_000 },
};
