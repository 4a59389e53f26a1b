import { isReadWhole } from '../domain/coverage.js';
import { addDays, endOfMonthOf, startOfMonthOf, toDay, type Day } from '../domain/day.js';
import { add, compare, parseDecimal, ZERO, type Decimal } from '../domain/decimal.js';
import { approximate } from '../domain/expectation.js';
import { dimensionOf, fieldsOf, groupKey, isTimeWord, type GroupWord } from '../domain/dimensions.js';
import {
  backtest,
  BACKTEST_MONTHS,
  FORECAST_HISTORY_DAYS,
  forecastOf,
  type Forecast,
  type ForecastSeries,
} from '../domain/forecast.js';
import { groupInto } from '../domain/group-into.js';
import { organizationRef } from '../domain/organization.js';
import type { DailyCosts, OrganizationDays, ReportQuery, RowFilter, SpendReader } from '../domain/report.js';
import { daysNamed, parseTime } from '../domain/time.js';
import { CostsError } from '../errors.js';
import { filterFigures } from './row-filter.js';
import type { Workplace } from './workplace.js';
import type { RowSelection } from './requests.js';

export interface ForecastRequest extends RowSelection {
  /** One month, such as 2026-11 or last-month; default: this one. */
  period?: string;
  /** One to three of provider, organization, project and tags; default: project. */
  groupBy?: readonly GroupWord[];
  /** Also how far off past months were. */
  backtest?: boolean;
}

/** How many months the history touches: a hundred days before the first of them begin in the fourth. */
const HISTORY_MONTHS = 1 + BACKTEST_MONTHS + Math.ceil(FORECAST_HISTORY_DAYS / 28);

/** Where a month ends. @throws CostsError `usage` */
export async function forecast(work: Workplace, request: ForecastRequest): Promise<Forecast> {
  const { groupBy = ['project'] } = request;
  refuseDetails(groupBy);
  const today = toDay(await work.clock());
  const month = monthOf(request.period ?? 'this-month', today);
  const filter = await filterFigures(request, { since: month, until: endOfMonthOf(month) }, work);
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

/** Where a month ends in all, a currency each that has anything in it. */
export function totalsOf(series: readonly ForecastSeries[], month: Day, today: Day): Forecast['totals'] {
  return groupInto(series, ({ group }) => [group.currency])
    .map((own) => ({ currency: own[0].group.currency, ...forecastOf(own, month, today) }))
    .filter(({ expected }) => expected !== '0');
}

/** Each project's history in each currency, with what it stands under today. */
export async function readSeries(
  reader: SpendReader,
  filter: RowFilter,
  groupBy: readonly GroupWord[],
  today: Day,
): Promise<ForecastSeries[]> {
  const first = addDays(startOfMonthOf(today, BACKTEST_MONTHS), -FORECAST_HISTORY_DAYS);
  const query: ReportQuery = {
    ...filter,
    since: filter.since < first ? filter.since : first,
    until: today,
    groupBy: [...new Set([...groupBy, 'project' as const])],
  };
  const daysRead = new Map((await reader.days(query)).map((each) => [organizationRef(each), daysReadWhole(each)]));
  const sparse = new Map(
    groupInto(await reader.sparseLines(query, 2 * HISTORY_MONTHS), (line) => [seriesOf(line)]).map((lines) => [
      seriesOf(lines[0]),
      lines.map(({ costs }) => approximateDays(costs)),
    ]),
  );
  return groupInto(await reader.dailyCosts(query), (row) => [seriesOf(row)]).map((rows) => {
    const exact = new Map<Day, Decimal>();
    for (const { days, costs } of rows)
      days.forEach((day, index) => exact.set(day, add(exact.get(day) ?? ZERO, parseDecimal(costs[index] ?? '0'))));
    const organization = organizationRef(rows[0]);
    return {
      group: { ...fieldsOf(latestOf(rows), groupBy), currency: rows[0].currency },
      exact,
      costs: approximateDays(exact),
      sparse: sparse.get(seriesOf(rows[0])) ?? [],
      isRead: (day) => organization === '' || daysRead.get(organization)?.has(day) === true,
    };
  });
}

function approximateDays(costs: ReadonlyMap<Day, Decimal>): Map<Day, number> {
  return new Map([...costs].map(([day, cost]) => [day, approximate(cost)]));
}

function seriesOf({ projectId = '', currency }: { projectId?: string; currency: string }): string {
  return JSON.stringify([projectId, currency]);
}

/** What a project stands under today is what it last stood under. */
function latestOf(rows: readonly [DailyCosts, ...DailyCosts[]]): DailyCosts {
  const lastDay = ({ days }: DailyCosts) => days.reduce((last, day) => (day > last ? day : last));
  return rows.reduce((latest, row) => (lastDay(row) >= lastDay(latest) ? row : latest));
}

/** The days of an organization that were read after they had ended. */
function daysReadWhole({ readAt }: OrganizationDays): Set<Day> {
  return new Set([...readAt].filter(([day, at]) => isReadWhole(day, at)).map(([day]) => day));
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
