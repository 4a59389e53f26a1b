import { daysOf, spanOf, type Day, type DaySpan } from '../domain/day.js';
import type { KeyedAnswer, KeyedReport } from '../domain/keyed-report.js';
import { CostsError } from '../errors.js';
import type { ReportsSpan } from './plan.js';
import { writeHead, type WindowWork } from './work.js';

type Report = KeyedAnswer & Pick<KeyedReport, 'source'>;

const NOTHING: KeyedAnswer = { days: [], costs: [] };

/** What came of the reports beside a window's bill. */
interface ReportsRead {
  reports: Report[];
  /** Those that a limit of requests or the network kept from coming: a later run reads them. */
  due: KeyedReport['source'][];
  /** The limit of requests. */
  cut: CostsError | undefined;
}

/**
 * What the provider's reports beside the bill say of a window's days. Best effort: one that is refused, for the plan or the scope
 * or whatever else, is told once and not asked for again in this run; the bill is stored all the same.
 * @param billed projects that the provider bills, whether it lists them or not
 */
export async function readReports(
  work: WindowWork,
  days: readonly Day[],
  billed: readonly string[],
): Promise<ReportsRead> {
  const { keyedReports = [] } = work.shared ?? work.provider;
  const span = spanOf(days);
  return span === null ? { reports: [], due: [], cut: undefined } : readThose(work, keyedReports, span, billed);
}

/** Reads what earlier runs left of them, of days whose bills are stored. @returns why not all of them came */
export async function collectReports(
  { sources, ...span }: ReportsSpan,
  work: WindowWork,
): Promise<CostsError | undefined> {
  const { organization, provider, dependencies } = work;
  const { store } = dependencies;
  const those = (provider.keyedReports ?? []).filter(({ source }) => sources.includes(source));
  const requestedAt = await store.clock();
  const { reports, due, cut } = await readThose(work, those, span, await store.projectIds(organization));
  const { acceptRestatement: _, ...head } = await writeHead(
    work,
    reports.flatMap(({ costs }) => costs),
  );
  await store.writeReports({ ...head, days: daysOf(span), requestedAt, reports, reportsDue: due });
  return cut;
}

async function readThose(
  work: WindowWork,
  keyedReports: readonly KeyedReport[],
  span: DaySpan,
  billed: readonly string[],
): Promise<ReportsRead> {
  const read: ReportsRead = { reports: [], due: [], cut: undefined };
  if (keyedReports.length === 0) return read;
  const projects = new Set([...(await work.projects()).keys(), ...billed]);
  const answers = keyedReports.map(async (report) => ({
    source: report.source,
    answer: await readOrTell(work, report, () => report.read(work.call, span, projects)),
  }));
  for (const { source, answer } of await Promise.all(answers)) {
    const error = answer instanceof CostsError ? answer : null;
    read.reports.push({ source, ...(answer instanceof CostsError ? NOTHING : answer) });
    if (error?.code === 'unreachable') read.due.push(source);
    // Where nothing more may be asked for, that ends the run, as it does of bills.
    if (error?.keyProblem === 'rate-limit') read.cut ??= error;
  }
  return read;
}

/** @returns why it was not read by this window, or by another before */
async function readOrTell(
  { unread, call }: WindowWork,
  report: KeyedReport,
  read: () => Promise<KeyedAnswer>,
): Promise<KeyedAnswer | CostsError> {
  const known = unread.get(report);
  if (known !== undefined) return known;
  try {
    return await read();
  } catch (error) {
    const isInPieces = error instanceof CostsError && error.code === 'too-large' && call.mostRows !== undefined;
    if (!(error instanceof CostsError) || isInPieces || call.signal.aborted) throw error;
    unread.set(report, error);
    if (error.keyProblem !== 'rate-limit')
      call.observe({ type: 'missing', endpoint: `${report.name} (${error.message})` });
    return error;
  }
}
