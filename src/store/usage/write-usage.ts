import type { PrismaClient } from '../../generated/prisma/client.js';
import type { WindowOutcome } from '../../domain/collection.js';
import { toDay, type Day } from '../../domain/day.js';
import type { PriceBook } from '../../domain/price.js';
import type { UsageLine, UsageWrite } from '../../domain/usage.js';
import { confirmLease } from '../collection/leases.js';
import { ensureProjects } from '../collection/resolve-projects.js';
import { transaction, type Transaction } from '../transaction.js';
import { keyOf, lockUsage, markUsageCollected, writableDays, type LockedUsageDay } from './collected-usage.js';
import { writeEstimates } from './estimates.js';
import { replaceUsage } from './replace-usage.js';
import { guardUsage } from './shrink-guard.js';

/** Rows a statement carries, unless a single day has more. */
const ROWS_PER_STATEMENT = 5_000;

/** See `UsageStore.writeWindow`. @param readBook prices, read under the lock so that an import is either before or after. */
export async function writeUsage(
  prisma: PrismaClient,
  write: UsageWrite,
  readBook: (tx: Transaction) => Promise<PriceBook>,
): Promise<WindowOutcome> {
  return transaction(prisma, async (tx) => {
    await lockUsage(tx, write.provider, write.organizationId);
    const days = await writableDays(tx, write);
    const writable = new Set(days.map(keyOf));
    const lines = write.lines.filter((line) =>
      writable.has(keyOf({ endpoint: line.endpoint, day: toDay(line.bucketStart) })),
    );
    const { projectIds, created } = await ensureProjects(
      tx,
      write,
      new Map(lines.map(({ providerProjectId }) => [providerProjectId, null])),
    );
    await guardUsage(tx, write, days, lines);

    const counts = { inserted: 0, updated: 0, deleted: 0 };
    for (const chunk of chunksOfDays(days, lines)) {
      const replaced = await replaceUsage(tx, write, { ...chunk, projectIds });
      for (const count of ['inserted', 'updated', 'deleted'] as const) counts[count] += replaced[count];
    }
    await markUsageCollected(tx, write, days, lines);
    const written = [...new Set(days.map(({ day }) => day))];
    const { totals } = await writeEstimates(tx, { ...write, days: written }, await readBook(tx));
    if (write.lease !== null) await confirmLease(tx, { ...write, apiVersion: 'usage_v1' }, write.lease);
    return {
      ...counts,
      unchanged: lines.length - counts.inserted - counts.updated,
      days: written.length,
      totals,
      restated: { rows: 0, days: 0, difference: [] },
      newProjects: created,
      changedDays: [],
    };
  });
}

/** Whole days a chunk, so that one statement both writes a day's rows and sweeps what is no longer among them. */
function* chunksOfDays(
  days: readonly LockedUsageDay[],
  lines: readonly UsageLine[],
): Generator<{ days: LockedUsageDay[]; lines: UsageLine[] }> {
  const byDay = new Map<Day, UsageLine[]>();
  for (const line of lines) {
    const day = toDay(line.bucketStart);
    const known = byDay.get(day);
    if (known === undefined) byDay.set(day, [line]);
    else known.push(line);
  }
  let chunk: { days: LockedUsageDay[]; lines: UsageLine[] } = { days: [], lines: [] };
  for (const day of new Set(days.map((each) => each.day))) {
    const ofDay = byDay.get(day) ?? [];
    if (chunk.days.length > 0 && chunk.lines.length + ofDay.length > ROWS_PER_STATEMENT) {
      yield chunk;
      chunk = { days: [], lines: [] };
    }
    chunk.days.push(...days.filter((each) => each.day === day));
    chunk.lines = chunk.lines.concat(ofDay);
  }
  if (chunk.days.length > 0) yield chunk;
}
