import pLimit from 'p-limit';
import type { CollectionStore, Organization, WindowOutcome } from '../domain/collection.js';
import { endOfDay, type DaySpan } from '../domain/day.js';
import type { CostProvider, ProviderCall, ProviderId, ProviderProject, WireEvent } from '../domain/provider.js';
import type { OrganizationResult, SyncResult } from '../domain/results.js';
import type { Secret } from '../domain/secret.js';
import { asCostsError, CostsError } from '../errors.js';
import { collectWindow } from './collect.js';
import type { SyncEvent } from './events.js';
import type { OrganizationPlan, SyncPlan } from './plan.js';
import { Tally } from './tally.js';

/** What a run works with; everything comes from outside. */
export interface SyncDependencies {
  store: CollectionStore;
  provider: (id: ProviderId) => Promise<CostProvider>;
  keyOf: (organization: Organization) => Promise<Secret>;
  now: () => Date;
  /** Somebody ended the run. */
  signal: AbortSignal;
  /** The run's time is up; null for no limit. */
  deadline: AbortSignal | null;
  onEvent: (event: SyncEvent) => void;
  /** How a window is read and written; absent, its bills are. */
  collector?: WindowCollector;
}

/** Reads a window and writes it whole. */
export type WindowCollector = (window: DaySpan, work: WindowWork) => Promise<{ rows: number; outcome: WindowOutcome }>;

export interface RunOptions {
  runId: string;
  teamId: string;
  version: string;
  acceptRestatement: boolean;
  forced: boolean;
}

/** Organizations at work side by side, and windows of one of them. Few enough not to provoke rate limits. */
const ORGANIZATIONS_AT_ONCE = 6;
const WINDOWS_AT_ONCE = 4;

/**
 * Carries out a plan: organizations side by side, windows of one side by side, each written in one transaction. One
 * organization's failure never stops another's.
 * @throws CostsError `interrupted` when the signal fires; finished windows are kept and the run is recorded as such.
 */
export async function runSync(
  plan: SyncPlan,
  options: RunOptions,
  dependencies: SyncDependencies,
): Promise<SyncResult> {
  const { store, now, signal } = dependencies;
  const { runId, teamId, version } = options;
  const started = now();
  await store.startRun({
    id: runId,
    teamId,
    command: plan.command,
    span: plan.span,
    version,
    plan: planDocument(plan),
  });

  const limit = pLimit(ORGANIZATIONS_AT_ONCE);
  const organizations = await Promise.all(
    plan.organizations.map((each) => limit(() => runOrganization(each, options, dependencies))),
  );

  const result: SyncResult = {
    status: statusOf(organizations),
    runId,
    command: plan.command,
    basis: plan.basis,
    ...plan.span,
    milliseconds: now().getTime() - started.getTime(),
    organizations,
  };
  await store.finishRun(runId, signal.aborted ? 'interrupted' : result.status, organizations);
  if (signal.aborted) throw interrupted();
  return result;
}

function statusOf(organizations: readonly OrganizationResult[]): SyncResult['status'] {
  const failed = organizations.filter(({ status }) => status === 'failed').length;
  if (failed === 0) return 'ok';
  return failed < organizations.length ? 'partial' : 'failed';
}

function planDocument(plan: SyncPlan): unknown {
  return plan.organizations.map(({ organization, windows }) => ({
    provider: organization.provider,
    organizationId: organization.organizationId,
    basis: plan.basis,
    windows,
  }));
}

function interrupted(): CostsError {
  return new CostsError('interrupted', 'Interrupted; the windows that were finished are kept.', {
    hint: 'Run the same command again: it goes on where this one stopped.',
  });
}

function endOf({ signal, deadline }: SyncDependencies): AbortSignal {
  return deadline === null ? signal : AbortSignal.any([signal, deadline]);
}

function isOverdue({ signal, deadline }: SyncDependencies): boolean {
  return deadline?.aborted === true && !signal.aborted;
}

function timeIsUp(): CostsError {
  return new CostsError('failed', 'The time given by --timeout was up; the windows that were finished are kept.', {
    hint: 'Run the same command again: it goes on where this one stopped.',
  });
}

async function runOrganization(
  { organization, windows }: OrganizationPlan,
  options: RunOptions,
  dependencies: SyncDependencies,
): Promise<OrganizationResult> {
  const tally = new Tally(organization, dependencies.now);
  if (windows.length === 0) return tally.skipped();

  const observe = (event: WireEvent) => {
    tally.observe(event);
    dependencies.onEvent({ type: 'wire', organization, event });
  };
  try {
    const provider = await dependencies.provider(organization.provider);
    const call: ProviderCall = { key: await dependencies.keyOf(organization), signal: endOf(dependencies), observe };
    const projects = once(() => listProjects(provider, call));
    const collectOne = dependencies.collector ?? runWindow;
    await runWindows(
      windows,
      tally,
      (window) => collectOne(window, { organization, provider, call, projects, options, dependencies }),
      {
        organization,
        dependencies,
      },
    );
  } catch (error) {
    tally.failed(asCostsError(error), windows);
  }
  dependencies.onEvent({ type: 'organization-done', organization });
  return tally.result();
}

/** Side by side; a failure of the key or the network ends the organization, any other only its own window. */
async function runWindows(
  windows: readonly DaySpan[],
  tally: Tally,
  run: (window: DaySpan) => Promise<{ rows: number; outcome: WindowOutcome }>,
  { organization, dependencies }: { organization: Organization; dependencies: SyncDependencies },
): Promise<void> {
  const limit = pLimit(WINDOWS_AT_ONCE);
  let hopeless: CostsError | null = null;
  const runOne = async (window: DaySpan) => {
    if (hopeless !== null) return tally.failed(hopeless, [window]);
    try {
      const { rows, outcome } = await run(window);
      tally.add(rows, outcome);
      dependencies.onEvent({ type: 'window-done', organization, window, rows, outcome });
    } catch (thrown) {
      const error = isOverdue(dependencies) ? timeIsUp() : asCostsError(thrown);
      if (error.code === 'auth' || error.code === 'unreachable' || error.code === 'interrupted' || isOverdue(dependencies)) hopeless = error;
      tally.failed(error, [window]);
      dependencies.onEvent({ type: 'window-failed', organization, window, error });
    }
  };
  await Promise.all(windows.map((window) => limit(() => runOne(window))));
}

/** What reading a window needs. */
export interface WindowWork {
  organization: Organization;
  provider: CostProvider;
  call: ProviderCall;
  projects: () => Promise<ReadonlyMap<string, ProviderProject>>;
  options: RunOptions;
  dependencies: SyncDependencies;
}

async function runWindow(
  window: DaySpan,
  { organization, provider, call, projects, options, dependencies }: WindowWork,
): Promise<{ rows: number; outcome: WindowOutcome }> {
  const { store } = dependencies;
  const signal = endOf(dependencies);
  refuseAfter(signal);
  const requestedAt = await store.clock();
  const { days, lines } = await collectWindow(provider, call, organization, window);
  const ids = [...new Set(lines.map(({ providerProjectId }) => providerProjectId))];
  const unknown = await store.unknownProjects(organization.provider, organization.organizationId, ids);
  refuseAfter(signal);
  const outcome = await store.writeWindow({
    provider: organization.provider,
    organizationId: organization.organizationId,
    organizationName: organization.name,
    teamId: organization.teamId,
    runId: options.runId,
    days,
    requestedAt,
    lines,
    projects: unknown.length === 0 ? new Map() : await projects(),
    acceptRestatement: options.acceptRestatement,
    forced: options.forced,
  });
  if (days.length === 0 && endOfDay(window.since) <= requestedAt) throw noAnswer(provider, window);
  return { rows: lines.length, outcome };
}

function refuseAfter(signal: AbortSignal): void {
  if (signal.aborted) throw interrupted();
}

/** An answer without a single bucket says nothing. Today's bucket may simply not exist yet; a past day's must. */
function noAnswer(provider: CostProvider, { since, until }: DaySpan): CostsError {
  return new CostsError(
    'contract',
    `${provider.facts.name} promised more and then answered nothing for ${since} to ${until}.`,
    {
      hint: 'Nothing of these days was changed. Run the same command again later.',
    },
  );
}

/** Names are an ornament: a key without the projects scope collects all the same, and projects then carry their ids. */
async function listProjects(provider: CostProvider, call: ProviderCall): Promise<ReadonlyMap<string, ProviderProject>> {
  try {
    const projects = await provider.listProjects(call);
    return new Map(projects.map((project) => [project.id, project]));
  } catch (error) {
    if (call.signal.aborted) throw error;
    return new Map();
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
