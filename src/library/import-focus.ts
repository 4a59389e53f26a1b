import { ulid } from 'ulid';
import { daysOf, type Day } from '../domain/day.js';
import type { CostLine } from '../domain/bucket.js';
import type { FocusImport, FocusImportRequest, FocusPeriod, ImportedPeriod } from '../domain/focus-import.js';
import { Sums, toMoneyDocument } from '../domain/money.js';
import { cleanText } from '../domain/text.js';
import { asCostsError, toErrorDocument } from '../errors.js';
import type { Workplace } from './workplace.js';

type Period = FocusPeriod & { rows: number; lines: CostLine[] };

/**
 * Reads FOCUS files and replaces each billing period of each account that they have as a whole, in one transaction, as the answer
 * of a provider's API is written: with the shrink guard, the ledger and seals.
 * @throws CostsError when the files cannot be read; what went wrong with one period is in its result
 */
export async function importFocus(work: Workplace, request: FocusImportRequest): Promise<FocusImport> {
  const { files, rows, periods, leftOut, unknownColumns } = await work.focusFiles(request);
  const runId = request.dryRun ? null : ulid(work.now().getTime());
  const days = periods.flatMap(({ since, until }) => [since, until]).sort();
  const [since, until] = [days[0], days.at(-1)];
  if (runId !== null && since !== undefined && until !== undefined) await startRun(work, runId, { since, until });
  const organizations: ImportedPeriod[] = [];
  for (const period of periods) organizations.push(await importPeriod(work, request, period, runId));
  const failed = organizations.filter(({ error }) => error !== undefined).length;
  const result: FocusImport = {
    status: failed === 0 ? 'ok' : failed === organizations.length ? 'failed' : 'partial',
    runId,
    files,
    rows,
    organizations,
    leftOut: leftOut
      .map(({ service, rows: count, totals }) => ({ service, rows: count, totals: totals.toDocuments() }))
      .sort((a, b) => b.rows - a.rows),
    unknownColumns,
  };
  if (runId !== null && since !== undefined) await finishRun(work, runId, result);
  return result;
}

async function startRun(work: Workplace, id: string, span: { since: Day; until: Day }): Promise<void> {
  const [{ collection }, team] = await Promise.all([work.store(), work.team()]);
  await collection.startRun({ id, teamId: team.id, command: 'import focus', span, version: work.version, plan: [] });
}

async function finishRun(work: Workplace, id: string, { status, organizations }: FocusImport): Promise<void> {
  const [{ collection }, team] = await Promise.all([work.store(), work.team()]);
  await collection.finishRun({ id, teamId: team.id }, status, organizations);
}

async function importPeriod(
  work: Workplace,
  request: FocusImportRequest,
  period: Period,
  runId: string | null,
): Promise<ImportedPeriod> {
  const { provider, account, accountName, since, until, rows, lines } = period;
  const name = cleanText(request.name ?? accountName ?? account);
  const base: ImportedPeriod = {
    ...{ provider, organizationId: account, name, since, until, rows, lines: lines.length, days: 0 },
    ...{ inserted: 0, updated: 0, deleted: 0, unchanged: 0 },
    totals: new Sums(lines).toDocuments(),
  };
  try {
    const [{ collection, organizations }, team] = await Promise.all([work.store(), work.team()]);
    const now = await collection.clock();
    const days = answeredDays(period);
    if (runId === null) return { ...base, days: days.length };
    await organizations.addFiles({ provider, organizationId: account, teamId: team.id, name });
    // The store keeps instants to the millisecond; a delivery of the future was made now.
    const requestedAt = new Date(Math.min(Math.floor(period.deliveredAt.getTime()), now.getTime()));
    const outcome = await collection.writeWindow({
      ...{ provider, organizationId: account, organizationName: name, teamId: team.id, runId, lease: null },
      ...{ days, requestedAt, lines, projects: new Map(), forced: false, allOrNothing: true },
      acceptRestatement: request.acceptRestatement,
    });
    const { inserted, updated, deleted, unchanged } = outcome;
    return {
      ...base,
      days: outcome.days,
      inserted,
      updated,
      deleted,
      unchanged,
      totals: outcome.totals.map(toMoneyDocument),
    };
  } catch (error) {
    return { ...base, error: toErrorDocument(asCostsError(error)) };
  }
}

/** A period is read through the day of its delivery; what comes after it is unknown, unless a charge is of it. */
function answeredDays({ since, until, lastDay }: FocusPeriod): Day[] {
  return daysOf({ since, until: lastDay < until ? lastDay : until });
}
