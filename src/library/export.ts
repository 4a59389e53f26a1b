import { toDay } from '../domain/day.js';
import type { ExportRow } from '../domain/export.js';
import { resolvePeriod } from '../domain/period.js';
import { basisOf } from './report.js';
import { filterFigures } from './row-filter.js';
import type { Workplace } from './workplace.js';
import type { ExportRequest } from './requests.js';

/**
 * The rows themselves, some thousand at a time in the order of their days, all of one state of the database; the next are
 * read when these are done with.
 * @throws CostsError `usage`
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
    yield* readable;
  } finally {
    // Who stops early ends the reading with it.
    await reading.catch(() => undefined);
  }
}

/** As `exportBatches`, row by row. */
export async function* exportRows(work: Workplace, request: ExportRequest): AsyncGenerator<ExportRow, void, void> {
  for await (const rows of exportBatches(work, request)) yield* rows;
}
