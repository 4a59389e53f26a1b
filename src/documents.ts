import type { Role } from './domain/access.js';
import type { BudgetView } from './domain/budget-view.js';
import type { Changes } from './domain/changes.js';
import type { Check } from './domain/check.js';
import type { Day } from './domain/day.js';
import type { DemoDocument } from './domain/demo.js';
import type { CheckResult } from './domain/finding.js';
import type { KeyCheck } from './domain/key-check.js';
import type { KeyView } from './domain/key-view.js';
import type { DiscoveryResult, Project, Relinked } from './domain/project.js';
import type { ProjectMove } from './domain/project-move.js';
import type { SheetChanges, SheetRow } from './domain/project-sheet.js';
import type { Report, ReportBasis } from './domain/report.js';
import type { SyncResult } from './domain/results.js';
import type { RunRecord } from './domain/run.js';
import type { Status } from './domain/status.js';
import type { Verification } from './domain/verification.js';
import type { ErrorDocument } from './errors.js';
import type { InitResult, LoginResult, PasswdResult, WhoamiResult } from './output/access.js';
import type { ComparisonDocument } from './output/comparison.js';
import type { KeyRemoval } from './output/key-removal.js';
import type { LoginLine } from './output/logins.js';
import type { AccessChangeResult, MemberLine, ResetResult } from './output/members.js';
import type { NextStep } from './output/next-step.js';
import type { PlanDocument } from './output/plan.js';
import type { PriceDocument, PriceFinding } from './output/prices.js';
import type { ListedProject } from './output/projects.js';
import type { Tagged } from './output/tags.js';
import type { NewToken, TokenView } from './output/tokens.js';
import type { AdoptResult } from './store/migrations/adopt.js';
import type { CopyResult } from './store/copy.js';
import type { Recovery } from './store/migrations/recover.js';
import type { RollbackPlan } from './store/migrations/rollback.js';
import type { MigrationStatus } from './store/migrations/status.js';
import type { ImportResult } from './store/migrations/import.js';
import type { SchemaDiff } from './store/migrations/diff.js';
import type { RotationResult } from './vault/vault.js';

/**
 * What each command prints with `--json`, by its words; `costs` is the one without any. The build makes a JSON Schema of these types,
 * comments and all, which `costs help json COMMAND` prints: a document that is described otherwise than it is does not compile.
 */
export interface Documents {
  costs: NextStep;
  demo: DemoDocument & { home: string | null };
  init: InitResult;
  login: LoginResult;
  logout: { ended: boolean; embedded: boolean };
  whoami: WhoamiResult;
  'keys add': KeyChange;
  'keys list': { keys: KeyView[] };
  'keys verify': { status: 'ok' | 'partial' | 'failed'; keys: KeyCheck[] };
  'keys rotate': KeyChange;
  'keys enable': KeyChange;
  'keys disable': KeyChange;
  'keys remove': KeyRemoval;
  passwd: PasswdResult;
  'members list': { members: MemberLine[] };
  'members add': { member: MemberLine; done: string };
  'members role': AccessChangeResult & { role: Role };
  'members reset': ResetResult;
  'members remove': AccessChangeResult & { role: null };
  'tokens create': NewToken;
  'tokens list': { tokens: TokenView[] };
  'tokens revoke': Omit<AccessChangeResult, 'email'> & { token: string; name: string };
  'logins list': { logins: LoginLine[] };
  'logins unlock': { email: string; unlocked: true };
  'logins keep': { days: number };
  'vault rotate': RotationResult;
  'projects discover': { status: 'ok' | 'partial' | 'failed'; organizations: DiscoveryResult[] };
  'projects list': { projects: ListedProject[] };
  'projects link': { projects: Project[]; move: ProjectMove | null };
  'projects unlink': Relinked;
  'projects rename': { project: Project };
  'projects tag': Tagged;
  'projects untag': Tagged;
  'projects export': { projects: SheetRow[] };
  'projects import': SheetChanges & { dryRun: boolean };
  sync: SyncResult | PlanDocument;
  backfill: SyncResult | PlanDocument;
  status: Status;
  verify: Verification;
  report: Report;
  changes: Changes;
  'budget set': { budgets: BudgetView[] };
  'budget list': { budgets: BudgetView[] };
  'budget remove': { removed: string };
  check: CheckResult;
  export: Exported;
  'usage compare': ComparisonDocument;
  'prices list': { shippedReadOn: Day; prices: PriceDocument[] };
  'prices import': { read: number; changed: number; estimates: number };
  'prices check': { findings: PriceFinding[] };
  'runs list': { runs: RunRecord[] };
  'runs show': RunRecord;
  'db status': DbStatusResult;
  'db migrate': DbMigrateResult;
  'db diff': SchemaDiff & { database: string };
  'db adopt': DbAdoptResult;
  'db resolve': DbResolveResult;
  'db rollback': DbRollbackResult;
  'db import': ImportResult & { database: string };
  'db backup': DbBackupResult;
  'db restore': DbRestoreResult;
  'db copy': DbCopyResult;
  'db grants': { sql: string };
  doctor: { checks: Check[]; findings: Check[] };
  completion: { shell: string; script: string };
  /** What a failed command prints on standard error. */
  error: { error: ErrorDocument };
}

export interface KeyChange {
  key: KeyView;
  /** What was done, in words. */
  done: string;
}

/** What `export` says of the file it wrote. */
export interface Exported {
  format: string;
  since: Day;
  until: Day;
  basis: ReportBasis;
  rows: number;
  file: string;
}

/** What `costs db adopt` prints. */
export interface DbAdoptResult extends AdoptResult {
  /** The file that takes merged bills as they were. */
  duplicates: string | null;
  status: 'ok' | 'finding';
  database: string;
}

/** What `costs db backup` prints. */
export interface DbBackupResult {
  database: string;
  file: string;
  bytes: number;
}

/** What `costs db copy` prints. */
export interface DbCopyResult extends CopyResult {
  from: string;
  to: string;
}

/** What `costs db migrate` prints. */
export interface DbMigrateResult {
  /** Bills that shared a key, of which one was made; and the file that takes them as they were. */
  merged: number;
  duplicates: string | null;
  database: string;
  /** The migrations applied now, in order. */
  applied: string[];
  /** What came of migrations that had begun and not ended. */
  recovered: Recovery[];
}

/** What `costs db resolve` prints. */
export interface DbResolveResult {
  database: string;
  migration: string;
  as: 'applied' | 'rolled-back';
}

/** What `costs db restore` prints. */
export interface DbRestoreResult {
  database: string;
  file: string;
}

/** What `costs db rollback` prints. */
export interface DbRollbackResult extends RollbackPlan {
  database: string;
  export: string | null;
}

/** What `costs db status` prints. */
export interface DbStatusResult extends Omit<MigrationStatus, 'ok'> {
  status: 'ok' | 'finding';
  database: string;
}
