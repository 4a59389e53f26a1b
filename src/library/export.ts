import { toDay } from '../domain/day.js';
import type { ExportRow } from '../domain/export.js';
import { describeCoverage } from '../domain/report-coverage.js';
import type { ReportCoverage } from '../domain/report.js';
import { resolvePeriod } from '../domain/period.js';
import { CostsError } from '../errors.js';
import { basisOf } from './report.js';
import { filterFigures } from './row-filter.js';
import type { Workplace } from './workplace.js';
import type { ExportRequest } from './requests.js';

/**
 * The rows themselves, some thousand at a time in the order of their days, all of one state of the database; the next are
 * read when these are done with.
 * @throws CostsError `usage`, and `interrupted` when the signal fires
 */
export async function* exportBatches(
  work: Workplace,
  request: ExportRequest,
): AsyncGenerator<readonly ExportRow[], void, void> {
  const period = resolvePeriod(request, toDay(await work.clock()));
  const { exports } = await work.store();
  const filter = await filterFigures(request, period, work);
  const query = { ...filter, ...(await basisOf(request, work)), withUsage: request.withUsage === true };
  const { readable, writable } = new TransformStream<readonly ExportRow[], readonly ExportRow[]>();
  const writer = writable.getWriter();
  const reading = exports
    .read(query, (rows) => writer.write(rows))
    .then(
      () => writer.close(),
      (error: unknown) => writer.abort(error),
    );
  try {
    for await (const rows of readable) {
      if (work.signal.aborted) throw new CostsError('interrupted', 'Interrupted.');
      yield rows;
    }
  } finally {
    // Who stops early ends the reading with it.
    await reading.catch(() => undefined);
  }
}

/** What the rows of an export do not hold, or cannot prove. @throws CostsError `usage` */
export async function readExportCoverage(work: Workplace, request: ExportRequest): Promise<ReportCoverage> {
  const today = toDay(await work.clock());
  const filter = await filterFigures(request, resolvePeriod(request, today), work);
  const query = { ...filter, groupBy: [], ...(await basisOf(request, work)) };
  const { reports } = await work.store();
  return describeCoverage(await reports.days(query), query, query.asOf === undefined ? today : toDay(query.asOf));
}

/** As `exportBatches`, row by row. */
export async function* exportRows(work: Workplace, request: ExportRequest): AsyncGenerator<ExportRow, void, void> {
  for await (const rows of exportBatches(work, request)) yield* rows;
}
