import type { Context } from '../context.js';
import type { SyncResult } from '../domain/results.js';
import { EXIT_CODES, orElse, type ErrorDocument } from '../errors.js';
import { collect, planOf } from '../library/collect.js';
import type { Job } from '../library/job.js';
import { explainSpend } from '../library/explain.js';
import type { Output } from '../output/output.js';
import { renderPlan, type PlanDocument } from '../output/plan.js';
import { renderSync } from '../output/sync.js';
import { sentenceOf } from '../output/why.js';
import type { SyncPlan } from '../sync/plan.js';
import { exitCodeOf } from '../domain/exit-code.js';
import { createQuotaWait } from './quota-wait.js';
import { showEvent, startDisplay, type Display } from './sync-display.js';
import { exitCodeOfVerification } from './verify.js';
import { plural } from '../domain/words.js';
import type { CollectEvent, CollectRequest } from '../library/requests.js';

export interface CollectOptions extends Omit<CollectRequest, 'onEvent' | 'mayWait'> {
  dryRun?: boolean;
}

/** Anthropic's reports allow 90 an hour. */
const MANY_REQUESTS = 60;

/** What a run would read, or what came of it, and where. */
type Collected =
  { plan: PlanDocument } | { result: SyncResult; where: { team: string; store: string; why: string | null } };

/** What `sync` and `backfill` share: a job of the library, shown while it is at work. */
export async function runJob(context: Context, job: Job, options: CollectOptions): Promise<Collected> {
  const { output } = context;
  let display: Display | undefined;
  const onEvent = (event: CollectEvent): void => {
    if (event.type === 'key-expires' || event.type === 'read-ahead' || event.type === 'out-of-reach')
      return output.note(event.message);
    // What an interruption breaks off fails for that alone.
    if (event.type === 'window-failed' && context.signal.aborted) return;
    if (event.type !== 'planned') return display && showEvent(display, event);
    noteRequests(output, event.plan);
    display = startDisplay(output, event.plan);
  };
  // Within --timeout a run waits by itself.
  const mayWait = createQuotaWait(output, () => display?.progress.stop());
  const asking = options.timeout === undefined ? { mayWait } : {};
  const shown = { ...job, request: { ...job.request, onEvent, ...asking } };
  if (options.dryRun === true) return { plan: planDocument(await planOf(context, shown)) };
  try {
    const result = await collect(context, shown);
    const [{ database }, team] = [await context.store(), await context.team()];
    return { result, where: { team: team.name, store: database.label, why: await explainYesterday(context, result) } };
  } finally {
    display?.progress.stop();
  }
}

/** Why yesterday cost what it did, for somebody who looks; null where nothing tells what is usual. */
async function explainYesterday(context: Context, { yesterday }: SyncResult): Promise<string | null> {
  if (yesterday === undefined || context.output.json || !context.output.terminal) return null;
  const told = await orElse(explainSpend(context, { period: 'yesterday' }), 'usage', null);
  return told === null ? null : sentenceOf(told, ['project']);
}

export function documentOfRun(collected: Collected): SyncResult | PlanDocument {
  return 'plan' in collected ? collected.plan : collected.result;
}

export function renderCollected(collected: Collected, output: Output): string {
  return 'plan' in collected
    ? renderPlan(collected.plan, output)
    : renderSync(collected.result, collected.where, output);
}

export function exitCodeOfRun(collected: Collected): number {
  if ('plan' in collected) return 0;
  const { result } = collected;
  const code = exitCodeOf(result);
  if (code !== 0) return code;
  if (result.organizations.some(({ altered = [] }) => altered.length > 0)) return EXIT_CODES.finding;
  return result.verified === undefined ? code : exitCodeOfVerification(result.verified);
}

export function failuresOfRun(collected: Collected): readonly { error?: ErrorDocument }[] {
  if ('plan' in collected) return [];
  const { organizations, verified } = collected.result;
  return [...organizations, ...(verified?.organizations ?? [])];
}

/** Whether an organization was read that had nothing stored in these days: its figures are new to everybody. */
export function isFirstRead(collected: Collected): boolean {
  if ('plan' in collected) return false;
  return collected.result.organizations.some(
    ({ status, rows, inserted }) => status === 'ok' && rows > 0 && inserted === rows,
  );
}

/** Providers allow so many requests an hour: a long run says before it begins how many it needs. */
function noteRequests(output: Output, { organizations }: SyncPlan): void {
  for (const { organization, requests } of organizations)
    if (requests >= MANY_REQUESTS) output.note(`${organization.name} needs about ${plural(requests, 'request')}.`);
}

function planDocument(plan: SyncPlan): PlanDocument {
  const { command, basis, span } = plan;
  return {
    dryRun: true,
    command,
    basis,
    ...span,
    organizations: plan.organizations.map(({ organization, windows, requests }) => ({
      provider: organization.provider,
      organizationId: organization.organizationId,
      name: organization.name,
      windows,
      requests,
    })),
  };
}
