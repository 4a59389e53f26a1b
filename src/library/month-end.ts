import { closedSpans } from '../domain/coverage.js';
import { addDays, endOfMonthOf, startOfMonthOf, type Day, type DaySpan } from '../domain/day.js';
import type { ForecastSeries } from '../domain/forecast.js';
import type { MonthEnd, ReportCoverage, ReportQuery, SpendReader } from '../domain/report.js';
import { readSeries, totalsOf } from './forecast.js';

/** Where a query's month ends as `costs forecast` says it, and what that is made of. */
export interface ReadMonthEnd {
  monthEnd: MonthEnd;
  /** By provider and project. */
  series: ForecastSeries[];
}

/**
 * For a query about the running month up to today or its end; of other days, and of bills as they were once, nothing is
 * expected.
 * @param coverage of the query's days
 */
export async function readMonthEnd(
  reader: SpendReader,
  query: ReportQuery,
  coverage: ReportCoverage,
  today: Day,
): Promise<ReadMonthEnd | null> {
  const month: DaySpan = { since: startOfMonthOf(today), until: endOfMonthOf(today) };
  if (query.since !== month.since || query.until < today || query.asOf !== undefined) return null;
  const series = await readSeries(reader, query, ['provider', 'project'], today);
  const notRead = closedSpans([...coverage.gaps, ...coverage.halfRead], addDays(today, -1));
  return { monthEnd: { ...month, totals: totalsOf(series, month.since, today), notRead }, series };
}
