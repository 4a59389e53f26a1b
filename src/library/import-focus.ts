import { ulid } from 'ulid';
import { statusOf } from '../domain/exit-code.js';
import { spanOfAll, type Day } from '../domain/day.js';
import {
  formatOther,
  leftOutOf,
  type FocusFiles,
  type FocusImport,
  type FocusImportRequest,
  type FocusPeriod,
  type ImportedPeriod,
} from '../domain/focus-import.js';
import { Sums, toMoneyDocument } from '../domain/money.js';
import type { RegisteredOrganization } from '../domain/organization.js';
import { cleanText } from '../domain/text.js';
import { nameSome } from '../domain/words.js';
import { asCostsError, CostsError, toErrorDocument } from '../errors.js';
import { answeredDays, emptiedPeriods, writePeriod } from '../sync/files.js';
import { refuseAfter } from '../sync/work.js';
import type { Workplace } from './workplace.js';

/**
 * Reads FOCUS files and replaces each billing period of each account that they have as a whole, in one transaction, as the answer
 * of a provider's API is written: with the shrink guard, the ledger and seals.
 * @throws CostsError when the files cannot be read, and `interrupted` when the signal fires, the periods until then being kept; what
 * went wrong with one period is in its result
 */
export async function importFocus(work: Workplace, request: FocusImportRequest): Promise<FocusImport> {
  const read = await work.focusFiles(request);
  const { files, rows, unknownColumns } = read;
  const known = await registered(work);
  const periods = [...read.periods, ...emptied(request, read, known)];
  if (periods.length === 0 && read.others.length > 0)
    throw new CostsError(
      'usage',
      `The files have nothing of that; they have ${nameSome(read.others.map(formatOther))}.`,
      {
        hint: 'Name one of these with --period and --account, or leave out both.',
      },
    );
  const span = request.dryRun ? null : spanOfAll(periods);
  const runId = span && ulid(work.now().getTime());
  if (runId !== null && span !== null) await startRun(work, runId, span);
  const organizations: ImportedPeriod[] = [];
  for (const period of periods) {
    if (work.signal.aborted) break;
    organizations.push(await importPeriod(work, request, period, { runId, known }));
  }
  const result: FocusImport = {
    status: statusOf(organizations),
    runId,
    files,
    rows,
    organizations,
    ...leftOutOf(read),
    unknownColumns,
  };
  if (runId !== null) await finishRun(work, runId, result);
  refuseAfter(work.signal);
  return result;
}

async function startRun(work: Workplace, id: string, span: { since: Day; until: Day }): Promise<void> {
  const [{ collection }, team] = await Promise.all([work.store(), work.team()]);
  await collection.startRun({ id, teamId: team.id, command: 'import focus', span, version: work.version, plan: [] });
}

async function finishRun(work: Workplace, id: string, { status, organizations }: FocusImport): Promise<void> {
  const [{ collection }, team] = await Promise.all([work.store(), work.team()]);
  await collection.finishRun({ id, teamId: team.id }, work.signal.aborted ? 'interrupted' : status, organizations);
}

/** Accounts of the team that a delivery of their export no longer has. */
function emptied(
  { period, account }: FocusImportRequest,
  files: FocusFiles,
  known: readonly RegisteredOrganization[],
): FocusPeriod[] {
  if (files.deliveries.every(({ month }) => month === null)) return [];
  const periods = emptiedPeriods(
    files,
    known.filter(({ organizationId }) => organizationId === (account ?? organizationId)),
  );
  return periods.filter(({ since }) => period === undefined || since.startsWith(period));
}

/** The team's organizations. What stores nothing makes no store to look, either. */
async function registered(work: Workplace): Promise<RegisteredOrganization[]> {
  if (!(await work.hasStore())) return [];
  const [{ organizations }, team] = await Promise.all([work.store(), work.team()]);
  return organizations.list(team.id);
}

async function importPeriod(
  work: Workplace,
  request: FocusImportRequest,
  period: FocusPeriod,
  { runId, known }: { runId: string | null; known: readonly RegisteredOrganization[] },
): Promise<ImportedPeriod> {
  const { provider, account, accountName, since, until, rows, lines } = period;
  const name = request.name === undefined ? (accountName ?? account) : cleanText(request.name);
  const base: ImportedPeriod = {
    ...{ provider, organizationId: account, name, since, until, rows, lines: lines.length },
    ...{ days: answeredDays(period).length, inserted: 0, updated: 0, deleted: 0, unchanged: 0 },
    totals: new Sums(lines).toDocuments(),
  };
  if (runId === null) {
    const own = known.find((each) => each.provider === provider && each.organizationId === account);
    return { ...base, name: own?.name ?? name };
  }
  try {
    const [{ collection, organizations }, team] = await Promise.all([work.store(), work.team()]);
    base.name = await organizations.addFiles({ provider, organizationId: account, teamId: team.id, name });
    const outcome = await writePeriod(collection, period, {
      ...{ organizationName: base.name, teamId: team.id, runId, lease: null, forced: false, scope: request },
      acceptRestatement: request.acceptRestatement,
    });
    const { days, inserted, updated, deleted, unchanged, totals, contradicted } = outcome;
    return {
      ...{ ...base, days, inserted, updated, deleted, unchanged, totals: totals.map(toMoneyDocument) },
      ...(contradicted.length === 0 ? {} : { contradicted }),
    };
  } catch (error) {
    return { ...base, days: 0, error: toErrorDocument(asCostsError(error)) };
  }
}
