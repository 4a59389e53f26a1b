import type { CollectionStore, WindowOutcome, WindowWrite } from '../domain/collection.js';
import { daysOf, endOfMonthOf, parseDay, type Day } from '../domain/day.js';
import {
  endOf,
  isSameExport,
  lastDayOf,
  type Delivered,
  type FocusFiles,
  type FocusPeriod,
} from '../domain/focus-import.js';
import type { ProviderId } from '../domain/provider.js';

/** An account whose figures come from an export. */
export interface ExportedAccount {
  provider: ProviderId;
  organizationId: string;
  export: string | null;
}

/** A delivery is complete: an account of its export that it no longer has is empty in its month. */
export function emptiedPeriods(
  { deliveries, periods }: FocusFiles,
  accounts: readonly ExportedAccount[],
): FocusPeriod[] {
  return deliveries.flatMap((delivery) => {
    const { month } = delivery;
    if (month === null) return [];
    const since = parseDay(`${month}-01`);
    const isThere = ({ organizationId }: ExportedAccount) =>
      periods.some((period) => period.account === organizationId && period.since.startsWith(month));
    return accounts
      .filter((account) => isFrom(account, delivery) && !isThere(account))
      .map(({ provider, organizationId }) => ({
        ...{ provider, account: organizationId, accountName: null, since, delivery },
        until: endOf(delivery, endOfMonthOf(since), since),
        ...{ lastDay: lastDayOf(delivery, since), rows: 0, lines: [] },
      }));
  });
}

function isFrom(account: ExportedAccount, delivery: Delivered): boolean {
  return account.export !== null && delivery.export !== null && isSameExport(account.export, delivery.export);
}

/** What the write of a period says besides its lines. */
export type PeriodHead = Pick<
  WindowWrite,
  'organizationName' | 'teamId' | 'runId' | 'lease' | 'acceptRestatement' | 'forced' | 'scope'
>;

/** Replaces a billing period of an account as a whole. @throws CostsError as `CollectionStore.writeWindow` */
export async function writePeriod(
  store: Pick<CollectionStore, 'clock' | 'writeWindow'>,
  period: FocusPeriod,
  head: PeriodHead,
): Promise<WindowOutcome> {
  const { provider, account, since, until, delivery, lines } = period;
  const now = await store.clock();
  return store.writeWindow({
    ...head,
    ...{ provider, organizationId: account, days: answeredDays(period), lines, projects: new Map() },
    period: { since, until, asOf: askedAt({ deliveredAt: delivery.besideAt ?? delivery.deliveredAt }, now) },
    export: delivery.export,
    requestedAt: askedAt(delivery, now),
  });
}

/** The store keeps instants to the millisecond; a delivery of the future was made now. */
export function askedAt({ deliveredAt }: Pick<Delivered, 'deliveredAt'>, now: Date): Date {
  return new Date(Math.min(Math.floor(deliveredAt.getTime()), now.getTime()));
}

/** A period is read through the day of its delivery; what comes after it is unknown, unless a charge is of it. */
export function answeredDays({ since, until, lastDay }: FocusPeriod): Day[] {
  return daysOf({ since, until: lastDay < until ? lastDay : until });
}
