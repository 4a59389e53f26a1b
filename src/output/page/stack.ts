import { UTCDateMini } from '@date-fns/utc/date/mini';
import { format } from 'date-fns';
import { daysOf, startOfDay, type Day, type DaySpan } from '../../domain/day.js';
import { add, compare, formatDecimal, parseDecimal, sum, ZERO, type Decimal } from '../../domain/decimal.js';
import type { ReportRow } from '../../domain/report.js';
import type { SpendPage, StackWord, TimeWord } from '../../domain/spend-page.js';
import { formatDay, plural } from '../../domain/words.js';
import { shortSpan } from './figures.js';
import { inOrder, marksOf, type Mark } from './marks.js';
import { groupBy } from '../../domain/group-into.js';

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
  const days = bucketDays(page, word);
  const keys = [...days.keys()];
  const groups = toldApart([...groupRows(rows, by).values()]).sort((a, b) => compare(b.total, a.total));
  const alone = groups.length > MOST_SERIES + 1 ? groups.slice(0, MOST_SERIES) : groups;
  const rest = groups.slice(alone.length);
  const all = alone.map((group, index) => toSeries(group, keys, index + 1));
  if (rest.length > 0) all.push(toSeries(together(rest), keys, 0));
  const marks = marksOf(page, currency);
  return {
    word,
    series: all,
    buckets: keys.map((key, index) => ({
      key,
      ...namesOf(days.get(key) ?? [], word),
      marks: bucketMarks(
        days.get(key) ?? [],
        marks,
        rows.some((row) => row.cost === null && row[word] === key),
      ),
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

function groupRows(rows: readonly ReportRow[], by: StackWord): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const key = by === 'project' ? (row.projectId ?? '') : (row.provider ?? '');
    const title = by === 'project' ? (row.project ?? '') : (row.provider ?? '(old system)');
    const group = groups.get(key) ?? {
      name: title,
      organization: row.organization ?? null,
      projectId: row.projectId ?? null,
      total: ZERO,
      costs: new Map<string, Decimal | null>(),
    };
    const bucket = row.day ?? row.week ?? row.month ?? '';
    put(group, bucket, row.cost === null ? null : parseDecimal(row.cost));
    groups.set(key, group);
  }
  return groups;
}

/** Names are not unique; where two are the same, the organization tells them apart. */
function toldApart(groups: readonly Group[]): Group[] {
  const isTwice = (name: string) => groups.filter((each) => each.name === name).length > 1;
  return groups.map((each) =>
    each.organization !== null && isTwice(each.name) ? { ...each, name: `${each.name} (${each.organization})` } : each,
  );
}

function put(group: Group, bucket: string, cost: Decimal | null): void {
  const known = group.costs.get(bucket) ?? null;
  group.costs.set(bucket, cost === null ? known : add(known ?? ZERO, cost));
  group.total = add(group.total, cost ?? ZERO);
}

function together(groups: readonly Group[]): Group {
  const all: Group = {
    name: plural(groups.length, 'other'),
    organization: null,
    projectId: null,
    total: ZERO,
    costs: new Map(),
  };
  for (const { costs } of groups) for (const [bucket, cost] of costs) put(all, bucket, cost);
  return all;
}

function toSeries({ name, projectId, total, costs }: Group, keys: readonly string[], look: number): Series {
  const exact = keys.map((key) => {
    const cost = costs.get(key);
    return cost === undefined ? '0' : cost === null ? null : formatDecimal(cost);
  });
  const known = [...costs.values()].some((cost) => cost !== null);
  return { name, projectId, look, total: known ? formatDecimal(total) : null, costs: exact };
}

/** Every bar of the span, also those of days without spend, and the days in it. */
function bucketDays(page: SpendPage, word: TimeWord): Map<string, Day[]> {
  return groupBy(daysOf(page.report), (day) => bucketOf(day, word));
}

function bucketOf(day: Day, word: TimeWord): string {
  if (word === 'day') return day;
  return word === 'month' ? day.slice(0, 7) : format(new UTCDateMini(startOfDay(day)), "RRRR-'W'II");
}

function namesOf(days: readonly Day[], word: TimeWord): Pick<StackBucket, 'label' | 'tick' | 'span'> {
  const [first] = days;
  const last = days.at(-1);
  if (first === undefined || last === undefined) throw new Error('A bar has at least one day.');
  const date = new UTCDateMini(startOfDay(first));
  const span = { since: first, until: last };
  if (word === 'month') return { label: format(date, 'MMMM yyyy'), tick: format(date, 'MMM yyyy'), span };
  return {
    label: word === 'day' ? `${format(date, 'EEE')} ${formatDay(first)}` : shortSpan(span),
    tick: formatDay(first),
    span,
  };
}

function bucketMarks(days: readonly Day[], marks: ReadonlyMap<Day, Mark[]>, unknown: boolean): Mark[] {
  return inOrder([...days.flatMap((day) => marks.get(day) ?? []), ...(unknown ? ['unknown' as const] : [])]);
}
