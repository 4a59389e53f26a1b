import { isReadWhole } from '../domain/coverage.js';
import { addDays, endOfMonthOf, startOfMonthOf, toDay, type Day } from '../domain/day.js';
import { add, compare, formatDecimal, parseDecimal, ZERO, type Decimal } from '../domain/decimal.js';
import { dimensionOf, groupKey, isTimeWord, type GroupWord, type ReportGroup } from '../domain/dimensions.js';
import {
  backtest,
  BACKTEST_MONTHS,
  FORECAST_HISTORY_DAYS,
  forecastOf,
  type Forecast,
  type ForecastSeries,
} from '../domain/forecast.js';
import { groupInto } from '../domain/group-into.js';
import type { ReportQuery, RowFilter, SpendReader } from '../domain/report.js';
import { daysNamed, parseTime } from '../domain/time.js';
import { CostsError } from '../errors.js';
import { resolveRowFilter, type RowSelection } from './row-filter.js';
import type { Workplace } from './workplace.js';
import { organizationRef } from '../domain/organization.js';

export interface ForecastRequest extends RowSelection {
  /** One month, such as 2026-11 or last-month; default: this one. */
  period?: string;
  /** One to three of provider, organization, project and tags; default: project. */
  groupBy?: readonly GroupWord[];
  /** Also how far off past months were. */
  backtest?: boolean;
}

/** Where a month ends. @throws CostsError `usage` */
export async function forecast(work: Workplace, request: ForecastRequest): Promise<Forecast> {
  const { groupBy = ['project'] } = request;
  refuseDetails(groupBy);
  const today = toDay(await work.clock());
  const month = monthOf(request.period ?? 'this-month', today);
  const filter = await resolveRowFilter(request, { since: month, until: endOfMonthOf(month) }, work);
  const { reports } = await work.store();
  const series = await reports.snapshot((reader) => readSeries(reader, filter, groupBy, today));
  const byCurrency = groupInto(series, ({ group }) => [group.currency]);
  return {
    ...{ since: month, until: endOfMonthOf(month), today },
    rows: groupInto(series, ({ group }) => [groupKey(group)])
      .map((own) => ({ ...own[0].group, ...forecastOf(own, month, today) }))
      .filter(({ expected }) => expected !== '0')
      .sort((a, b) => compare(parseDecimal(b.expected), parseDecimal(a.expected))),
    totals: totalsOf(series, month, today),
    ...(request.backtest === true
      ? { backtest: byCurrency.flatMap((own) => backtest(own, own[0].group.currency, startOfMonthOf(today))) }
      : {}),
  };
}

/** Where a month ends in all, a currency each. */
export function totalsOf(series: readonly ForecastSeries[], month: Day, today: Day): Forecast['totals'] {
  return groupInto(series, ({ group }) => [group.currency]).map((own) => ({
    currency: own[0].group.currency,
    ...forecastOf(own, month, today),
  }));
}

/** Each project's history in each currency, with what it stands under today. */
export async function readSeries(
  reader: SpendReader,
  filter: RowFilter,
  groupBy: readonly GroupWord[],
  today: Day,
): Promise<ForecastSeries[]> {
  const since = addDays(startOfMonthOf(today, BACKTEST_MONTHS), -FORECAST_HISTORY_DAYS);
  const query: ReportQuery = {
    ...filter,
    since,
    until: today,
    groupBy: [...new Set([...groupBy, 'project' as const, 'day' as const])],
  };
  const readAt = new Map((await reader.days(query)).map((each) => [organizationRef(each), each.readAt]));
  const sparse = await reader.sparseLines(query, 2 * (BACKTEST_MONTHS + 4));
  const fields = new Set<string>(groupBy.flatMap((word) => Object.keys(dimensionOf(word).sql)));
  const found = new Map<
    string,
    { last: Day; series: ForecastSeries & { exact: Map<Day, Decimal>; costs: Map<Day, number> } }
  >();
  for (const { day, cost, estimated: _estimated, ...row } of await reader.sums(query)) {
    if (day === undefined || cost === null) continue;
    const { projectId = '', currency } = row;
    const organization = organizationRef(row);
    const key = JSON.stringify([projectId, currency]);
    const group = {
      ...(Object.fromEntries(Object.entries(row).filter(([field]) => fields.has(field))) as ReportGroup),
      currency,
    };
    const known = found.get(key) ?? {
      last: day,
      series: {
        ...{ group, exact: new Map<Day, Decimal>(), costs: new Map<Day, number>() },
        sparse: sparse
          .filter((line) => line.projectId === projectId && line.currency === currency)
          .map(({ costs }) => costs),
        isRead: (each: Day) => organization === '' || isReadWhole(each, readAt.get(organization)?.get(each) ?? null),
      },
    };
    const exact = add(known.series.exact.get(day) ?? ZERO, parseDecimal(cost));
    known.series.exact.set(day, exact);
    known.series.costs.set(day, Number(formatDecimal(exact)));
    if (day >= known.last) Object.assign(known, { last: day, series: { ...known.series, group } });
    found.set(key, known);
  }
  return [...found.values()].map(({ series }) => series);
}

/** @throws CostsError `usage` where it is not one month */
function monthOf(period: string, today: Day): Day {
  const { since, months } = daysNamed(parseTime(period), today);
  if (months === 1) return since;
  throw new CostsError('usage', `"${period}" is not one month.`, { hint: 'costs forecast this-month' });
}

/** A project is expected as a whole: what is a part of it is not. */
function refuseDetails(groupBy: readonly GroupWord[]): void {
  const word = groupBy.find((each) => isTimeWord(each) || dimensionOf(each).column !== undefined);
  if (word === undefined) return;
  throw new CostsError('usage', `What comes next is not told by ${word}: projects are expected as a whole.`, {
    hint: 'costs forecast --group-by organization',
  });
}
