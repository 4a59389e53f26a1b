import type { PrismaClient } from '../../generated/prisma/client.js';
import type { WindowOutcome, WindowWrite } from '../../domain/collection.js';
import { Sums } from '../../domain/money.js';
import { lockDays, markCollected } from '../collection/collected-days.js';
import { confirmLease } from '../collection/leases.js';
import { transaction } from '../transaction.js';
import { BILLS } from './bills.js';
import { emptyOutcome, replaceWindow } from './write-window.js';

/** See `CollectionStore.writeWindow`. */
export async function writeBills(prisma: PrismaClient, write: WindowWrite): Promise<WindowOutcome> {
  if (write.days.length === 0) return emptyOutcome();
  return transaction(prisma, async (tx) => {
    const locked = await lockDays(tx, write, 'costs_v1', write.days);
    const days = locked.filter(({ readAt }) => readAt === null || readAt <= write.requestedAt);
    const { rows, outcome } = await replaceWindow(tx, BILLS, write, days);
    await markCollected(tx, write, 'costs_v1', days, rows);
    if (write.lease !== null) await confirmLease(tx, { ...write, apiVersion: 'costs_v1' }, write.lease);
    return { ...outcome, totals: [...new Sums([...rows.values()].flat())] };
  });
}
