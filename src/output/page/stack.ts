import { UTCDateMini } from '@date-fns/utc/date/mini';
import { format } from 'date-fns';
import { daysOf, startOfDay, type Day, type DaySpan } from '../../domain/day.js';
import { add, compare, formatDecimal, parseDecimal, sum, ZERO, type Decimal } from '../../domain/decimal.js';
import type { ReportRow } from '../../domain/report.js';
import type { SpendPage, StackWord, TimeWord } from '../../domain/spend-page.js';
import { formatDay, plural, weekdayOf } from '../../domain/words.js';
import { shortSpan } from './figures.js';
import { inOrder, marksOf, type Mark } from './marks.js';
import { groupBy, groupInto } from '../../domain/group-into.js';

/** As many as can be told apart; the others are one series. */
const MOST_SERIES = 7;

/** A layer of the bars. */
export interface Series {
  name: string;
  /** Only of a single project. */
  projectId: string | null;
  /** Which pattern and colour it has, from 1; 0 for the others. */
  look: number;
  /** Null where nothing of it is known. */
  total: string | null;
  /** Exact, one a bucket; null where only unknown costs are. */
  costs: (string | null)[];
}

/** A bar: a day, a week or a month. */
export interface StackBucket {
  key: string;
  label: string;
  /** Below the bar. */
  tick: string;
  /** The days of the report in it. */
  span: DaySpan;
  /** Within the bar's days, in the order of the marks. */
  marks: Mark[];
  total: string;
}

export interface Stack {
  word: TimeWord;
  buckets: StackBucket[];
  /** The largest first; drawn from the bottom. */
  series: Series[];
}

/** The bars of one currency, exact. */
export function stackOf(page: SpendPage, by: StackWord, currency: string): Stack {
  const { word } = page.overTime;
  const rows = page.overTime.rows[by].filter((row) => row.currency === currency);
  // Every bar of the span, also those of days without spend.
  const days = groupBy(daysOf(page.report), (day) => bucketOf(day, word));
  const keys = [...days.keys()];
  const groups = toldApart(groupRows(rows, by)).sort((a, b) => compare(b.total, a.total));
  const alone = groups.length > MOST_SERIES + 1 ? groups.slice(0, MOST_SERIES) : groups;
  const rest = groups.slice(alone.length);
  const all = alone.map((group, index) => toSeries(group, keys, index + 1));
  if (rest.length > 0) all.push(toSeries(together(rest), keys, 0));
  const marks = marksOf(page, currency);
  return {
    word,
    series: all,
    buckets: [...days].map(([key, own], index) => ({
      key,
      ...namesOf(own, word),
      marks: inOrder([
        ...own.flatMap((day) => marks.get(day) ?? []),
        ...(rows.some((row) => row.cost === null && row[word] === key) ? ['unknown' as const] : []),
      ]),
      total: formatDecimal(sum(all.map(({ costs }) => parseDecimal(costs[index] ?? '0')))),
    })),
  };
}

interface Group {
  name: string;
  organization: string | null;
  projectId: string | null;
  total: Decimal;
  costs: Map<string, Decimal | null>;
}

function groupRows(rows: readonly ReportRow[], by: StackWord): Group[] {
  return groupInto(rows, ({ projectId, provider }) => [(by === 'project' ? projectId : provider) ?? '']).map((part) => {
    const { project = '', provider, organization = null, projectId = null } = part[0];
    const costs = part.map((row): Cost => [
      row.day ?? row.week ?? row.month ?? '',
      row.cost === null ? null : parseDecimal(row.cost),
    ]);
    return addUp({ name: by === 'project' ? project : (provider ?? '(old system)'), organization, projectId }, costs);
  });
}

/** Names are not unique; where two are the same, the organization tells them apart. */
function toldApart(groups: readonly Group[]): Group[] {
  const isTwice = (name: string) => groups.filter((each) => each.name === name).length > 1;
  return groups.map((each) =>
    each.organization !== null && isTwice(each.name) ? { ...each, name: `${each.name} (${each.organization})` } : each,
  );
}

function together(groups: readonly Group[]): Group {
  const named = { name: plural(groups.length, 'other'), organization: null, projectId: null };
  return addUp(
    named,
    groups.flatMap(({ costs }) => [...costs]),
  );
}

type Cost = [bucket: string, cost: Decimal | null];

function addUp(named: Omit<Group, 'total' | 'costs'>, parts: readonly Cost[]): Group {
  const costs: Group['costs'] = new Map();
  for (const [bucket, cost] of parts) {
    const known = costs.get(bucket) ?? null;
    costs.set(bucket, cost === null ? known : add(known ?? ZERO, cost));
  }
  return { ...named, costs, total: sum([...costs.values()].map((cost) => cost ?? ZERO)) };
}

function toSeries({ name, projectId, total, costs }: Group, keys: readonly string[], look: number): Series {
  const exact = keys.map((key) => {
    const cost = costs.get(key);
    return cost === undefined ? '0' : cost === null ? null : formatDecimal(cost);
  });
  const known = [...costs.values()].some((cost) => cost !== null);
  return { name, projectId, look, total: known ? formatDecimal(total) : null, costs: exact };
}

function bucketOf(day: Day, word: TimeWord): string {
  if (word === 'day') return day;
  return word === 'month' ? day.slice(0, 7) : format(new UTCDateMini(startOfDay(day)), "RRRR-'W'II");
}

function namesOf([first, ...others]: [Day, ...Day[]], word: TimeWord): Pick<StackBucket, 'label' | 'tick' | 'span'> {
  const date = new UTCDateMini(startOfDay(first));
  const span = { since: first, until: others.at(-1) ?? first };
  if (word === 'month') return { label: format(date, 'MMMM yyyy'), tick: format(date, 'MMM yyyy'), span };
  return {
    label: word === 'day' ? `${weekdayOf(first)} ${formatDay(first)}` : shortSpan(span),
    tick: formatDay(first),
    span,
  };
}
