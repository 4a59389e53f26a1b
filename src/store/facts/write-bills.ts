import { randomUUID } from 'node:crypto';
import type { WindowOutcome, WindowWrite } from '../../domain/collection.js';
import type { Day, DaySpan } from '../../domain/day.js';
import { formatScope, USUAL_SCOPE } from '../../domain/scope.js';
import { Sums } from '../../domain/money.js';
import { formatDate } from '../../domain/words.js';
import { CostsError } from '../../errors.js';
import { lockDays, markCollected } from '../collection/collected-days.js';
import { confirmLease } from '../collection/leases.js';
import type { StatementPool, Statements } from '../statements.js';
import { forgetDays, markAdopted } from './adopted-days.js';
import { BILLS } from './bills.js';
import { placeWrite } from './commit-order.js';
import { findAltered, sealDays } from './seals.js';
import { rowsByDay } from './fact-days.js';
import { BY_BILL, writeKeyed } from './write-keyed.js';
import { emptyOutcome, replaceWindow } from './write-window.js';
import { holdExport } from './hold-export.js';
import { holdOrganization, ofOrganization } from '../organization-key.js';

/** See `CollectionStore.writeWindow`. */
export async function writeBills(sql: StatementPool, write: WindowWrite): Promise<WindowOutcome> {
  if (write.days.length === 0) return emptyOutcome();
  return sql.transaction(async (tx) => {
    await holdOrganization(tx, write);
    if (write.export != null) await holdExport(tx, write, write.export);
    const placed = { ...write, writeId: randomUUID(), scope: formatScope(write.scope ?? USUAL_SCOPE) };
    const locked = await lockDays(tx, placed, 'costs_v1', write.days);
    if (write.period !== undefined) {
      const further = await furtherDays(tx, write, write.period);
      if (further.length > 0) locked.push(...(await lockDays(tx, placed, 'costs_v1', further)));
    }
    const asOf = write.period?.asOf ?? write.requestedAt;
    const due = locked.filter(({ readAt }) => readAt === null || readAt <= asOf);
    const later = locked.find((each) => !due.includes(each));
    if (write.period !== undefined && later !== undefined) throw outdated(write, later.day);
    const altered = await findAltered(tx, write, due);
    const keyed = rowsByDay(BY_BILL, due, write.keyed ?? []);
    const keyedDays = [...keyed].flatMap(([day, costs]) => (costs.length > 0 ? [day] : []));
    const reports = (write.reports ?? []).map(({ costs, ...report }) => ({
      ...report,
      rows: rowsByDay(BY_BILL, due, costs),
    }));
    const behind = reports.flatMap((report) => [...report.rows.values()].flat());
    const replaced = await replaceWindow(tx, BILLS, { ...placed, keyedDays, behind }, due, altered);
    const { days, rows, projectIds, outcome } = replaced;
    await forgetDays(tx, write, placed.writeId, 'costs_v1', outcome.contradicted);
    await markAdopted(tx, write, placed.writeId, replaced.adopted);
    for (const told of [{ source: 'bill' as const, days: keyedDays, rows: keyed }, ...reports])
      await writeKeyed(tx, { organization: write, days, projectIds, changedDays: outcome.changedDays }, told);
    await markCollected(tx, placed, 'costs_v1', days, rows);
    const changed = new Set([...outcome.changedDays, ...altered]);
    const unsealed = days.filter(({ day, seal }) => seal === null || changed.has(day)).map(({ day }) => day);
    await sealDays(tx, write, unsealed, { asFound: false });
    if (write.lease !== null) await confirmLease(tx, { ...write, apiVersion: 'costs_v1' }, write.lease);
    await placeWrite(tx, placed.writeId, write.runId);
    return { ...outcome, totals: [...new Sums([...rows.values()].flat())] };
  });
}

/** Days of a period that an earlier delivery had charges of. Its first day is locked, and so nobody else adds any meanwhile. */
async function furtherDays(tx: Statements, write: WindowWrite, { since, until }: DaySpan): Promise<Day[]> {
  const further = await tx.$queryRaw<{ day: Day }[]>`
    SELECT to_char(day, 'YYYY-MM-DD') AS day FROM collected_days
    WHERE ${ofOrganization(write)} AND api_version = 'costs_v1'
      AND day BETWEEN ${since}::date AND ${until}::date AND NOT day = ANY (${write.days}::date[])`;
  return further.map(({ day }) => day);
}

function outdated({ organizationName }: WindowWrite, day: Day): CostsError {
  return new CostsError(
    'conflict',
    `What is stored of ${organizationName} on ${formatDate(day)} comes from a newer delivery than this one.`,
    { hint: 'Import the newest delivery; nothing of this one was stored. What came before: costs runs list' },
  );
}
