import type { CostLine } from '../domain/bucket.js';
import type { Day } from '../domain/day.js';
import type { KeyedAnswer, KeyedReport } from '../domain/keyed-report.js';
import { CostsError } from '../errors.js';
import type { WindowWork } from './work.js';

type Report = KeyedAnswer & Pick<KeyedReport, 'source'>;

/**
 * What the provider's reports beside the bill say of a window's days. Best effort: one that is refused, for the plan or the scope
 * or whatever else, is told once and not asked for again in this run; the bill is stored all the same.
 */
export async function readReports(
  work: WindowWork,
  days: readonly Day[],
  lines: readonly CostLine[],
): Promise<Report[]> {
  const { keyedReports = [] } = work.shared ?? work.provider;
  const [since, until] = [days[0], days.at(-1)];
  if (keyedReports.length === 0 || since === undefined || until === undefined) return [];
  const billed = lines.map(({ providerProjectId }) => providerProjectId);
  const projects = new Set([...(await work.projects()).keys(), ...billed]);
  const reports: Report[] = [];
  for (const report of keyedReports) {
    const { source } = report;
    reports.push({
      source,
      ...(await readOrTell(work, report, () => report.read(work.call, { since, until }, projects))),
    });
  }
  return reports;
}

async function readOrTell(
  { unread, call }: WindowWork,
  report: KeyedReport,
  read: () => Promise<KeyedAnswer>,
): Promise<KeyedAnswer> {
  if (!unread.has(report)) {
    try {
      return await read();
    } catch (error) {
      const isInPieces = error instanceof CostsError && error.code === 'too-large' && call.mostRows !== undefined;
      if (!(error instanceof CostsError) || isInPieces || call.signal.aborted) throw error;
      unread.add(report);
      call.observe({ type: 'missing', endpoint: `${report.name} (${error.message})` });
    }
  }
  return { days: [], costs: [] };
}
