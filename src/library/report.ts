import { toDay } from '../domain/day.js';
import { checkGroupBy, isTimeWord } from '../domain/dimensions.js';
import { requireOneOf } from '../domain/one-of.js';
import { comparableSpans, resolvePeriod, type Period } from '../domain/period.js';
import { REPORT_BASES, type BillReported, type Report, type ReportBasis, type ReportQuery } from '../domain/report.js';
import { checkColumns } from '../domain/report-columns.js';
import { arrangeReport, reportDocument, SORTS } from '../domain/report-order.js';
import type { Lateness } from '../domain/changes.js';
import { pastMoment } from '../domain/time.js';
import { CostsError } from '../errors.js';
import { readMonthEnd } from './month-end.js';
import { filterFigures } from './row-filter.js';
import type { Workplace } from './workplace.js';
import type { ReportRequest } from './requests.js';

/** What people see of a report beside its rows. */
export interface ReportView {
  report: Report;
  lateness: Lateness[];
}

/** Totals of what was billed; month to date by project when nothing is said. @throws CostsError `usage` */
export async function report(work: Workplace, request: ReportRequest): Promise<Report> {
  return reportDocument((await readReport(work, request)).report);
}

/** A report, with what its table says beside it when it is for people; all of one moment. @throws CostsError `usage` */
export async function readReport(
  work: Workplace,
  request: ReportRequest,
  { forPeople = false } = {},
): Promise<ReportView> {
  const { query, period } = await resolveReport(work, request);
  const today = toDay(await work.clock());
  const { current, previous } = comparableSpans(period, today);
  // A row of a day has no counterpart of the same day: changes by time are seen from row to row.
  const compared = !query.groupBy.some(isTimeWord);
  const { reports } = await work.store();
  const billReports = await readBillReports(work, query);
  return reports.snapshot(async (reader) => {
    const found = await reader.run(query, today);
    const comparison = compared ? await reader.compare({ ...query, ...current }, previous) : null;
    const month = await readMonthEnd(reader, query, found.coverage, today);
    return {
      report: {
        ...arrangeReport(found, request, comparison),
        ...(month === null ? {} : { monthEnd: month.monthEnd }),
        ...(billReports.length === 0 ? {} : { billReports }),
      },
      lateness: forPeople ? await reader.lateness(query.teamId) : [],
    };
  });
}

/** Of the organizations asked for, those whose bill is read from another report. */
async function readBillReports(
  work: Workplace,
  { teamId, provider, organizationId }: ReportQuery,
): Promise<BillReported[]> {
  const { organizations } = await work.store();
  const asked = (await organizations.list(teamId)).filter(
    (each) =>
      (provider === undefined || each.provider === provider) &&
      (organizationId === undefined || each.organizationId === organizationId),
  );
  return asked.flatMap((each) => {
    const billReport = work.billReportOf(each);
    if (billReport === null) return [];
    return { provider: each.provider, organizationId: each.organizationId, organization: each.name, billReport };
  });
}

/** What a request means: its days and its query. @throws CostsError `usage` */
export async function resolveReport(
  work: Workplace,
  request: ReportRequest,
): Promise<{ query: ReportQuery; period: Period }> {
  const { groupBy = ['project'], columns, sort } = request;
  checkGroupBy(groupBy);
  checkColumns(columns ?? []);
  if (sort !== undefined) requireOneOf(sort, SORTS);
  const time = groupBy.find(isTimeWord);
  if (sort === 'change' && time !== undefined)
    throw new CostsError('usage', `A ${time} is compared with nothing: rows by ${time} cannot be sorted by change.`, {
      hint: 'costs report --group-by project --sort change',
    });
  const period = resolvePeriod(request, toDay(await work.clock()));
  const filter = await filterFigures(request, period, work);
  return {
    period,
    query: { ...filter, groupBy, ...(columns === undefined ? {} : { columns }), ...(await basisOf(request, work)) },
  };
}

/** Only bills are kept as they were; estimates are made again whenever prices or usage change. @throws CostsError `usage` */
export async function basisOf(
  { basis = 'best', asOf }: Pick<ReportRequest, 'basis' | 'asOf'>,
  work: Workplace,
): Promise<{ basis: ReportBasis; asOf?: Date }> {
  requireOneOf(basis, REPORT_BASES);
  if (asOf === undefined) return { basis };
  if (basis === 'usage')
    throw new CostsError('usage', 'Only bills are kept as they were; --as-of does not go with --basis usage.', {
      hint: 'Leave one of the two out.',
    });
  const { reports } = await work.store();
  return { basis: 'billed', asOf: pastMoment(asOf, await work.clock(), await reports.latestWrite()) };
}
