import type { BudgetView } from '../../domain/budget-view.js';
import { sameLength } from '../../domain/compared-days.js';
import { dayState } from '../../domain/coverage.js';
import { daysOf, toDay, type Day, type DaySpan } from '../../domain/day.js';
import { absolute, compare, formatDecimal, parseDecimal, subtract } from '../../domain/decimal.js';
import { dimensionOf, groupKey, isTimeWord, type GroupWord } from '../../domain/dimensions.js';
import type {
  CoverageState,
  OrganizationDays,
  Report,
  ReportComparison,
  ReportQuery,
  ReportRow,
  ReportStore,
  SpendReader,
} from '../../domain/report.js';
import type { ReportColumn } from '../../domain/report-columns.js';
import { arrangeReport, reportDocument, type ReportOrder } from '../../domain/report-order.js';
import {
  BREAKDOWN_WORDS,
  STACK_WORDS,
  type OrganizationCoverage,
  type ProjectChange,
  type SpendPage,
  type TimeWord,
} from '../../domain/spend-page.js';
import { readMonthEnd } from '../../library/month-end.js';
import { budgetStates } from '../check/budgets.js';
import { readCauses } from './page-reasons.js';
import { readSpikes } from './spikes.js';

/** Bars that a screen can show side by side. */
const MOST_DAYS = 92;
const MOST_WEEKS_IN_DAYS = 800;

/** A browser searches and sorts as many at once; a year of days by project would be a file of ten megabytes. */
const MOST_ROWS = 1000;

/** What stands beside costs where nothing is said. */
const PAGE_COLUMNS: readonly ReportColumn[] = ['tokens', 'per-1m'];

export interface PageRequest {
  query: ReportQuery;
  order: ReportOrder;
  compared: SpendPage['compared'];
  budgets: readonly BudgetView[];
  now: Date;
}

/** What the page shows but for its head; every part is a report of its own, all of one moment. */
export type PageFigures = Omit<SpendPage, 'team' | 'version' | 'filters'>;

export function readPage(store: ReportStore, request: PageRequest): Promise<PageFigures> {
  const compared = sameLength(request.compared.current, request.compared.previous);
  return store.snapshot((reports) => readFigures(reports, { ...request, compared }));
}

async function readFigures(
  reports: SpendReader,
  { query: asked, order, compared, budgets, now }: PageRequest,
): Promise<PageFigures> {
  const today = toDay(now);
  const { columns = PAGE_COLUMNS, ...query } = asked;
  // Of what a bill said earlier nothing is measured.
  const measured = query.asOf === undefined ? { columns } : {};
  const run = (groupBy: ReportQuery['groupBy'], span: DaySpan = query) =>
    reports.run({ ...query, since: span.since, until: span.until, groupBy }, today);
  const report = await reports.run({ ...query, ...measured }, today);
  const word = timeWord(query);
  const isKept = (each: GroupWord) => query.asOf === undefined || dimensionOf(each).kept;
  const breakdowns = await inOrder(BREAKDOWN_WORDS, async (each) => (isKept(each) ? (await run([each])).rows : []));
  const details = async (groupBy: ReportQuery['groupBy']) =>
    groupBy.every(isKept) ? reports.sums({ ...query, ...measured, groupBy }) : [];
  const overTime = await inOrder(STACK_WORDS, async (each) => (await run([each, word])).rows);
  const before = await run(['project'], compared.previous);
  const compare = (groupBy: ReportQuery['groupBy']) =>
    reports.compare({ ...query, ...compared.current, groupBy }, compared.previous);
  const comparison = query.groupBy.some(isTimeWord) ? null : await compare(query.groupBy);
  const organizations = await reports.days(query);
  const spikes = await readSpikes(reports, query);
  const month = await readMonthEnd(reports, query, report.coverage, today);
  const { teamId } = query;
  return {
    madeAt: now,
    report: reportDocument({
      ...arrangeReport(report, fittingOrder(report, order), comparison),
      ...(month === null ? {} : { monthEnd: month.monthEnd }),
    }),
    compared,
    breakdowns,
    details: {
      byLineItem: await details(['project', 'model', 'line-item']),
      byKey: await details(['project', 'model', 'line-item', 'api-key']),
    },
    overTime: { word, rows: overTime },
    changes: changesOf([...breakdowns.project, ...before.rows], await compare(['project'])),
    organizations: organizations.map((each) => describeDays(each, query, today)),
    restated: await reports.restated(query),
    spikes,
    causes: await readCauses(reports, query, { compared, spikes, today }),
    budgets: month === null ? [] : await budgetStates(reports, { teamId, budgets, series: month.series, today }),
  };
}

/** Of more rows than fit the most expensive are shown, and the others added up. */
function fittingOrder({ rows }: Report, order: ReportOrder): ReportOrder {
  return order.top === undefined && rows.length > MOST_ROWS ? { sort: 'cost', ...order, top: MOST_ROWS } : order;
}

/** One question after the other: within a snapshot there is one connection. */
async function inOrder<W extends string, T>(words: readonly W[], work: (word: W) => Promise<T>): Promise<Record<W, T>> {
  const found: [W, T][] = [];
  for (const word of words) found.push([word, await work(word)]);
  return Object.fromEntries(found) as Record<W, T>;
}

function timeWord(span: DaySpan): TimeWord {
  const days = daysOf(span).length;
  if (days <= MOST_DAYS) return 'day';
  return days <= MOST_WEEKS_IN_DAYS ? 'week' : 'month';
}

/** @param rows of both periods, which know the names */
function changesOf(rows: readonly ReportRow[], { rows: compared }: ReportComparison): ProjectChange[] {
  const named = new Map(rows.map((row) => [groupKey(row), row]));
  const changes = [...compared].flatMap(([key, { current, previous, partial }]): ProjectChange[] => {
    const row = named.get(key);
    const difference = subtract(parseDecimal(current), parseDecimal(previous));
    if (row === undefined) return [];
    const { project = '', projectId = '', organization = null, currency } = row;
    const cost = formatDecimal(difference);
    return [{ project, projectId, organization, currency, current, previous, difference: cost, partial }];
  });
  const size = ({ difference }: ProjectChange) => absolute(parseDecimal(difference));
  return changes.sort((a, b) => compare(size(b), size(a)));
}

function describeDays(
  { provider, organization, organizationId, isActive, readAt, adopted }: OrganizationDays,
  span: DaySpan,
  today: Day,
): OrganizationCoverage {
  const stateOf = (day: Day): CoverageState => {
    const state = dayState(day, readAt.get(day) ?? null, adopted.has(day));
    if (state === 'gap' && !isActive) return 'not-collected';
    return state === 'open' && day < today ? 'half-read' : state;
  };
  const until = span.until < today ? span.until : today;
  const newest = [...readAt.values()].reduce<Date | null>((last, at) => (last === null || at > last ? at : last), null);
  return {
    provider,
    organization,
    organizationId,
    readAt: newest,
    days: daysOf({ since: span.since, until }).map((day) => ({ day, state: stateOf(day) })),
  };
}
