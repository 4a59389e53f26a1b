import type { CollectedDay, Organization, OrganizationTerms } from '../domain/collection.js';
import type { DaySpan } from '../domain/day.js';
import type { Delivered } from '../domain/focus-import.js';
import { formatScope } from '../domain/scope.js';
import { asCostsError } from '../errors.js';
import { askedAt, emptiedPeriods, writePeriod } from './files.js';
import type { Tally } from './tally.js';
import { refuseAfter, type RunOptions, type SyncDependencies } from './work.js';

interface Folder {
  organization: Organization;
  /** The billing periods that are wanted. */
  deliveries: DaySpan;
  terms: OrganizationTerms;
}

/**
 * Brings what is new in the folder of an organization: a billing period is replaced as a whole, from the newest complete
 * delivery. Closed months are delivered again without an end, so that none is ever done with.
 */
export async function collectFolder(
  { organization, deliveries, terms }: Folder,
  tally: Tally,
  options: RunOptions,
  { store, folder, signal, onEvent, isRegistered }: SyncDependencies,
): Promise<void> {
  const { scope } = terms;
  const isNews = newsOf(await store.collectedDays(organization), formatScope(scope), await store.clock());
  const isAsked = ({ since, until }: DaySpan) => since <= deliveries.until && until >= deliveries.since;
  const files = await folder(organization, {
    ...scope,
    isDue: (delivery) => options.forced || delivery.month === null || isNews(delivery, delivery.month),
  });
  tally.leftOut(files);
  for (const path of files.unknownColumns) tally.observe({ type: 'drift', path, value: '' });
  for (const { account, isKept } of files.others)
    if (isKept && !isRegistered(organization.provider, account))
      tally.observe({ type: 'unregistered', organizationId: account });
  const account = { ...organization, export: terms.export };
  const periods = [...files.periods, ...emptiedPeriods(files, [account])].filter(isAsked);
  for (const period of periods.sort((a, b) => (a.since < b.since ? -1 : 1))) {
    refuseAfter(signal);
    const window = { since: period.since, until: period.until };
    try {
      const outcome = await writePeriod(store, period, {
        ...{
          organizationName: organization.name,
          teamId: organization.teamId,
          runId: options.runId,
          lease: options.runId,
        },
        ...{ acceptRestatement: options.acceptRestatement, forced: options.forced, scope },
      });
      tally.add(period.rows, outcome);
      onEvent({ type: 'window-done', organization, window, rows: period.rows, outcome });
    } catch (thrown) {
      const error = asCostsError(thrown);
      tally.failed(error, [window]);
      onEvent({ type: 'window-failed', organization, window, error });
    }
  }
}

/** Whether a delivery of a month is another than the one that was read of it, or other services are wanted of it now. */
function newsOf(collected: readonly CollectedDay[], scope: string | null, now: Date) {
  return (delivery: Delivered, month: string): boolean => {
    const of = collected.filter(({ day }) => day.startsWith(month));
    const at = askedAt(delivery, now);
    return !of.some(({ readAt, scope: read = null }) => readAt !== null && readAt >= at && read === scope);
  };
}
