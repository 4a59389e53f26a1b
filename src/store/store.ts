import type { ApiKeyStore } from '../domain/api-key.js';
import type { AccessStore } from '../domain/access.js';
import { once } from '../domain/once.js';
import type { CollectionStore } from '../domain/collection.js';
import type { ExportStore } from '../domain/export.js';
import type { FindingStore } from '../domain/kept-finding.js';
import type { LeaseStore } from '../domain/lease.js';
import type { OrganizationStore } from '../domain/organization.js';
import type { ProjectStore } from '../domain/project.js';
import type { ReportStore } from '../domain/report.js';
import type { RunStore } from '../domain/run.js';
import type { TagStore } from '../domain/tag.js';
import type { TeamStore } from '../domain/team.js';
import type { UsageStore } from '../domain/usage-store.js';
import { createApiKeyStore } from './api-keys.js';
import { createAccessStore } from './access.js';
import { createCollectionStore } from './collection/collection-store.js';
import { createLeaseStore } from './collection/leases.js';
import type { Database } from './database.js';
import { findUnreadable, isUnreadable } from './unreadable.js';
import { createExportStore } from './spend/export-store.js';
import { explainErrors } from './explain-errors.js';
import { createFindingStore } from './findings.js';
import { createOrganizations } from './organizations.js';
import { createProjectStore } from './projects.js';
import { createReportStore } from './spend/report-store.js';
import { createRunStore } from './runs.js';
import { createBudgetStore } from './budgets.js';
import type { BudgetStore } from '../domain/budget.js';
import { createTagStore } from './tags.js';
import { createTeamStore } from './teams.js';
import { createUsageStore } from './usage/usage-store.js';

/** The repositories, on a schema that is current. */
export interface Store {
  readonly database: Database;
  readonly teams: TeamStore;
  readonly organizations: OrganizationStore;
  /** Keys, members, tokens, sessions and login attempts, for the vault: loaded when they are first asked for. */
  readonly access: () => Promise<AccessStore>;
  readonly collection: CollectionStore;
  readonly projects: ProjectStore;
  readonly leases: LeaseStore;
  readonly runs: RunStore;
  readonly reports: ReportStore;
  readonly exports: ExportStore;
  readonly tags: TagStore;
  readonly budgets: BudgetStore;
  readonly findings: FindingStore;
  readonly usage: UsageStore;
  readonly apiKeys: ApiKeyStore;
}

export function createStore(database: Database): Store {
  const { sql } = database;
  const explain = async (error: unknown) =>
    (isUnreadable(error) ? await findUnreadable(database.pool) : null) ?? database.explain(error);
  const of = <T extends object>(repository: T) => explainErrors(repository, explain);
  return {
    database,
    teams: of(createTeamStore(database)),
    organizations: of(createOrganizations(sql)),
    access: once(async () => of(await createAccessStore(database))),
    collection: of(createCollectionStore(sql)),
    projects: of(createProjectStore(database)),
    leases: of(createLeaseStore(database)),
    runs: of(createRunStore(database)),
    reports: of(createReportStore(sql)),
    exports: of(createExportStore(sql)),
    tags: of(createTagStore(sql)),
    budgets: of(createBudgetStore(database)),
    findings: of(createFindingStore(database)),
    usage: of(createUsageStore(sql)),
    apiKeys: of(createApiKeyStore(sql)),
  };
}
