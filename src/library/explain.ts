import { pairDays, USUAL_HISTORY_DAYS, usualDays, type DayTotal } from '../domain/compared-days.js';
import { addDays, toDay, spanOf, spanOfAll, type Day, type DaySpan } from '../domain/day.js';
import { parseDecimal } from '../domain/decimal.js';
import { isTimeWord, type GroupWord } from '../domain/dimensions.js';
import { explain } from '../domain/explain.js';
import type { Cause, Explanation } from '../domain/explanation.js';
import { lastDays, resolvePeriod, type PeriodRequest } from '../domain/period.js';
import type { ReportQuery, SpendReader } from '../domain/report.js';
import { CostsError, orElse } from '../errors.js';
import { filterFigures } from './row-filter.js';
import { closedDays } from './verify.js';
import type { Workplace } from './workplace.js';
import { organizationRef } from '../domain/organization.js';
import type { RowSelection } from './requests.js';

/** Of the days to explain; default: yesterday. */
export interface ExplainRequest extends RowSelection, PeriodRequest {
  /** `usual`, or a period; default: usual. */
  against?: string;
  /** One to three dimensions that are no time; default: project. */
  groupBy?: readonly GroupWord[];
  /** So many rows a currency; the others are added up. */
  top?: number;
}

/** An explanation before it is put into words. */
export type Explained = Omit<Explanation, 'sentence'>;

/** Why spend is not what it was, all of one moment. @throws CostsError `usage` */
export async function explainSpend(work: Workplace, request: ExplainRequest): Promise<Explained> {
  const { against = 'usual', groupBy = ['project'], top } = request;
  const today = toDay(await work.clock());
  const span = requireClosed(resolvePeriod(request, today, lastDays(1)), today);
  const before = against === 'usual' ? 'usual' : requireClosed(resolvePeriod({ period: against }, today), today);
  const query = { ...(await filterFigures(request, span, work)), groupBy: refuseTime(groupBy) };
  const { reports } = await work.store();
  return reports.snapshot((reader) => readExplanation(reader, query, before, top));
}

/** @param query of the days to explain, all of them over @throws CostsError `usage` where nothing tells what is usual */
export async function readExplanation(
  reader: SpendReader,
  query: ReportQuery,
  before: DaySpan | 'usual',
  top?: number,
): Promise<Explained> {
  const { span, days, unread, against, usual } = await chooseDays(reader, query, before);
  const lines = await reader.chargedLines(query, days);
  return {
    ...span,
    against,
    ...(usual === undefined ? {} : { usual }),
    ...explain(lines, query.groupBy, top),
    unread,
  };
}

/** What moved the days of a query against what is usual; nothing where too few days tell what that is. */
export async function causesAgainstUsual(reader: SpendReader, query: ReportQuery): Promise<Cause[]> {
  return (await orElse(readExplanation(reader, query, 'usual'), 'usage', null))?.causes ?? [];
}

async function chooseDays(reader: SpendReader, query: ReportQuery, before: DaySpan | 'usual') {
  const span = { since: query.since, until: query.until };
  if (before !== 'usual') {
    const both = spanOfAll([span, before]);
    const organizations = await reader.days({ ...query, ...both });
    const { current, previous, ...compared } = pairDays(organizations, span, before);
    return { ...compared, span: current, against: { kind: 'period' as const, ...previous }, usual: undefined };
  }
  const history = { ...query, since: addDays(query.since, -USUAL_HISTORY_DAYS) };
  const organizations = await reader.days(history);
  const found = usualDays(organizations, query, await readTotals(reader, history));
  const weekBefore = { since: addDays(query.since, -7), until: addDays(query.until, -7) };
  const against = spanOf(found.usual.map((day) => day.against)) ?? weekBefore;
  return { span, ...found, against: { kind: 'usual' as const, ...against } };
}

async function readTotals(reader: SpendReader, query: ReportQuery): Promise<DayTotal[]> {
  const rows = await reader.sums({ ...query, groupBy: ['organization', 'day'] });
  return rows.flatMap(({ day, currency, cost, ...row }) =>
    day === undefined || cost === null
      ? []
      : [{ day, organization: organizationRef(row), currency, cost: parseDecimal(cost) }],
  );
}

/** Today is not over, and so can be held against nothing. */
function requireClosed(span: DaySpan, today: Day): DaySpan {
  const closed = closedDays(span, today);
  if (closed !== null) return closed;
  throw new CostsError('usage', 'Today is not over: there is nothing yet to compare.', {
    hint: 'costs explain yesterday',
  });
}

function refuseTime(groupBy: readonly GroupWord[]): readonly GroupWord[] {
  const word = groupBy.find(isTimeWord);
  if (word === undefined) return groupBy;
  throw new CostsError('usage', `What changed is not told by ${word}: both sides are times.`, {
    hint: 'costs explain last-month --against 2026-08 --group-by project',
  });
}
