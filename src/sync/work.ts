import type { CostProvider } from '../domain/cost-provider.js';
import type { CollectionStore, Organization } from '../domain/collection.js';
import type { DaySpan } from '../domain/day.js';
import type { FocusFiles, FocusRequest } from '../domain/focus-import.js';
import type { KeyedReport } from '../domain/keyed-report.js';
import type { LeaseStore } from '../domain/lease.js';
import type { ProviderCall, ProviderId, ProviderProject } from '../domain/provider.js';
import type { Scope } from '../domain/scope.js';
import type { Secret } from '../domain/secret.js';
import { formatSpan } from '../domain/words.js';
import { CostsError } from '../errors.js';
import type { SyncEvent } from './events.js';
import type { SharedReader } from './shared-answers.js';
import type { Collected } from './windows.js';

/** What a run works with; everything comes from outside. */
export interface SyncDependencies {
  store: CollectionStore;
  leases: LeaseStore;
  provider: (id: ProviderId) => Promise<CostProvider>;
  adminKey: (organization: Organization) => Promise<Secret>;
  /** The team's organizations that their parents' keys collect, those included that this run leaves out. */
  children: readonly Organization[];
  /** Whether an organization has a key of the team's. */
  isRegistered: (provider: ProviderId, organizationId: string) => boolean;
  /** What is in the folder of an organization that has one. */
  folder: FolderReader;
  now: () => Date;
  /** Somebody ended the run. */
  signal: AbortSignal;
  /** The run's time is up; null for no limit. */
  deadline: AbortSignal | null;
  /** How long what is being written then may go on. Default: ten seconds. */
  graceMs?: number;
  onEvent: (event: SyncEvent) => void;
  /** Whether to wait for requests that a provider only allows again at a later time. */
  mayWait?: (until: Date) => Promise<boolean>;
  /** How a window is read and written; absent, its bills are. */
  collector?: WindowCollector;
}

/** Reads the deliveries in the folder of an organization that are due, of its account alone. */
export type FolderReader = (
  organization: Organization,
  request: Scope & Required<Pick<FocusRequest, 'isDue'>>,
) => Promise<FocusFiles>;

export interface RunOptions {
  runId: string;
  teamId: string;
  version: string;
  acceptRestatement: boolean;
  forced: boolean;
  /** How long to wait for an organization that another process collects, in milliseconds; 0 skips it. */
  waitMs: number;
  /** Database clock before the plan was made: what another process read since is not read again. */
  plannedAt: Date;
}

/** Reads a window and writes it whole. */
export type WindowCollector = (window: DaySpan, work: WindowWork) => Promise<Collected>;

/** What reading a window needs. */
export interface WindowWork {
  organization: Organization;
  provider: CostProvider;
  call: ProviderCall;
  projects: () => Promise<ReadonlyMap<string, ProviderProject>>;
  /** Whether the projects were asked for already. */
  hasNames: () => boolean;
  /** Reports beside the bill that could not be read, and why: no other window asks for them. */
  unread: Map<KeyedReport, CostsError>;
  scope: Scope;
  /** See `OrganizationPlan`. */
  resumedSince?: Date | undefined;
  /** Where answers are shared with others; absent, the provider is asked. */
  shared?: SharedReader | undefined;
  options: RunOptions;
  dependencies: SyncDependencies;
}

/** What the write of a window says besides its rows: whose they are, and the names of projects where some of them are new. */
export async function writeHead(
  { organization, call, projects, hasNames, scope, options, dependencies }: WindowWork,
  lines: readonly { providerProjectId: string }[],
) {
  const { provider, organizationId, name, teamId } = organization;
  const ids = [...new Set(lines.map(({ providerProjectId }) => providerProjectId))];
  const areWanted = hasNames() || (await dependencies.store.unknownProjects(provider, organizationId, ids)).length > 0;
  const named = areWanted ? await projects() : new Map<string, ProviderProject>();
  refuseAfter(call.signal);
  return {
    provider,
    organizationId,
    organizationName: name,
    teamId,
    runId: options.runId,
    lease: options.runId,
    projects: named,
    scope,
    acceptRestatement: options.acceptRestatement,
  };
}

/** A function, because the state of a signal changes between two looks at it. @throws CostsError `interrupted` */
export function refuseAfter(signal: AbortSignal): void {
  if (signal.aborted) throw interrupted();
}

export function interrupted(forced = false): CostsError {
  return new CostsError('interrupted', 'Interrupted; the windows that were finished are kept.', {
    hint: wayOn(forced),
  });
}

/** @param trouble what was waited for, where that is known */
export function timeIsUp(trouble: string | null, forced: boolean): CostsError {
  const why = trouble === null ? '' : ` (${trouble})`;
  return new CostsError(
    'failed',
    `The time given by --timeout was up${why}; the windows that were finished are kept.`,
    { hint: wayOn(forced) },
  );
}

/** How to go on from a run that ended before its end. @param forced whether it read what is settled, which it would do anew */
export function wayOn(forced: boolean): string {
  return forced
    ? 'With --force the same command begins again: give it the days that are left.'
    : 'The same command goes on where this one stopped.';
}

/** An answer without a single bucket says nothing. Today's bucket may simply not exist yet; a past day's must. */
export function noAnswer({ facts }: CostProvider, { since, until }: DaySpan, what = 'more'): CostsError {
  const days = formatSpan(since, until);
  return new CostsError('contract', `${facts.name} promised ${what} and then answered nothing for ${days}.`, {
    hint: 'Nothing of these days was changed. Run the same command again later.',
  });
}
