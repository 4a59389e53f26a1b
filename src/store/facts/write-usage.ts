import { randomUUID } from 'node:crypto';
import type { WindowOutcome } from '../../domain/collection.js';
import type { UsageWrite } from '../../domain/usage.js';
import { lockDays, markCollected } from '../collection/collected-days.js';
import { markUsageCollected, writableDays } from '../collection/collected-usage.js';
import { confirmLease } from '../collection/leases.js';
import type { StatementPool } from '../statements.js';
import { writeEstimates } from '../usage/estimates.js';
import { holdPrices, readPriceBook } from '../usage/prices.js';
import { adoptedAmong, forgetDays } from './adopted-days.js';
import { ESTIMATES } from './bills.js';
import { placeWrite } from './commit-order.js';
import { usageOf } from './usage.js';
import { replaceWindow } from './write-window.js';
import { holdOrganization } from '../organization-key.js';

/** See `UsageStore.writeWindow`. */
export async function writeUsage(sql: StatementPool, write: UsageWrite): Promise<WindowOutcome> {
  return sql.transaction(async (tx) => {
    await holdPrices(tx);
    await holdOrganization(tx, write);
    const placed = { ...write, writeId: randomUUID(), forced: false, scope: null };
    // Whatever their width or endpoint: a day's estimates are made from one width, and two writers would each choose their own.
    const locked = await lockDays(tx, placed, 'usage_v1', [...new Set(write.answers.flatMap(({ days }) => days))]);
    const days = await writableDays(tx, write);
    const { rows, outcome } = await replaceWindow(tx, usageOf(write.width), placed, days);
    await markUsageCollected(tx, write, days, rows);
    // Estimates that another program made may know better than our prices: they stay until somebody decides.
    const adopted = write.acceptRestatement ? [] : await adoptedAmong(tx, ESTIMATES, write, locked);
    const contradicted = adopted.map(({ day }) => day);
    const written = new Set(days.map(({ day }) => day).filter((day) => !contradicted.includes(day)));
    const estimates = await writeEstimates(tx, { ...write, days: [...written] }, await readPriceBook(tx, write.teamId));
    const touched = locked.filter(({ day }) => written.has(day));
    await markCollected(tx, placed, 'usage_v1', touched, rows);
    await forgetDays(tx, write, placed.writeId, 'usage_v1', contradicted);
    if (write.lease !== null) await confirmLease(tx, { ...write, apiVersion: 'usage_v1' }, write.lease);
    await placeWrite(tx, placed.writeId, write.runId);
    // What changed of a bill is told apart; usage is none.
    return { ...outcome, changedDays: [], contradicted, totals: estimates.totals };
  });
}
