import type { Day } from './day.js';
import { absolute, add, compare, parseDecimal, subtract, ZERO, type Decimal } from './decimal.js';
import { organizationRef } from './organization.js';
import type { ProviderId } from './provider.js';
import { shell } from './shell.js';
import { plural } from './words.js';

/** What a source says of a day: an organization as a whole, or one of its projects. */
export interface DailyAmount {
  provider: ProviderId;
  organizationId: string;
  organization: string;
  projectId: string;
  project: string;
  day: Day;
  currency: string;
  cost: Decimal;
  /** Of a bill, or of usage that somebody else may bill. */
  basis: 'billed' | 'usage';
}

/** Sources whose days have the same amounts: two, or bills that add up to the usage of the last. */
export interface SameDollars {
  sources: [Source, Source, ...Source[]];
  currency: string;
  /** Days on which both have it, of those that both were read for and on which one of them has anything. */
  days: number;
  of: number;
  /** Whether both are bills, and so are counted twice whatever is asked. */
  isTwice: boolean;
  message: string;
  hint: string;
}

export interface Source extends Pick<DailyAmount, 'provider' | 'organizationId' | 'organization' | 'basis'> {
  /** Null for all of the organization. */
  project: string | null;
}

/** Chance gives two sources the same amount on a day, but not on so many. */
const LEAST_DAYS = 5;
/** Days on which the amounts are equal, in a hundred of those on which one source has any. */
const LEAST_SHARE = 80;
/** Prices in other digits, and hours of another day's end: amounts as near as this are equal, in a thousand. */
const NEAR = 5n;
const CENT = parseDecimal('0.01');
/** Each is compared with each other. */
const MOST_SOURCES = 400;
/** Of the largest bills so many at most are added up: what a proxy counts is on the bills of all whom it calls. */
const MOST_TOGETHER = 3;
const MOST_BILLS = 12;

interface Amounts extends Source {
  currency: string;
  byDay: Map<Day, Decimal>;
  isRead: (day: Day) => boolean;
  total: Decimal;
}

/**
 * Pairs of sources in different organizations that seem to bill the same dollars: an account of a cloud and the company whose
 * models it resells, a proxy and what it calls, or one account under two names. Told once a pair of organizations, by the sources
 * that have most days in common.
 * @param isRead whether a source was asked for a day: of others it says nothing, and they are not compared
 */
export function findSameDollars(
  amounts: readonly DailyAmount[],
  isRead: (source: Pick<DailyAmount, 'provider' | 'organizationId' | 'basis'>, day: Day) => boolean,
): SameDollars[] {
  const sources = [...toSources(amounts).values()]
    .map((source): Amounts => ({ ...source, isRead: (day) => isRead(source, day) }))
    .filter(({ byDay }) => byDay.size >= LEAST_DAYS)
    .sort((a, b) => compare(b.total, a.total) || Number(a.project !== null) - Number(b.project !== null))
    .slice(0, MOST_SOURCES);
  const found = new Map<string, SameDollars>();
  sources.forEach((one, index) => {
    for (const other of sources.slice(index + 1)) {
      if (one.currency !== other.currency || organizationRef(one) === organizationRef(other)) continue;
      if (one.basis === 'usage' && other.basis === 'usage') continue;
      const { days, of } = commonDays(one, other);
      if (!isSame({ days, of })) continue;
      const key = [organizationRef(one), organizationRef(other)].sort().join(' ');
      const known = found.get(key);
      if (known === undefined || known.days < days) found.set(key, describe(one, other, days, of));
    }
  });
  return [...found.values(), ...findSums(sources, [...found.values()])];
}

/** Usage of an organization that no bill has alone, and several have together. */
function findSums(sources: readonly Amounts[], found: readonly SameDollars[]): SameDollars[] {
  const isFound = (one: Amounts) =>
    found.some((each) => each.sources.some((source) => organizationRef(source) === organizationRef(one)));
  const whole = sources.filter(({ project }) => project === null);
  return whole
    .filter((each) => each.basis === 'usage' && !isFound(each))
    .flatMap((usage) => {
      const isOther = (bill: Amounts) =>
        bill.basis === 'billed' && bill.currency === usage.currency && organizationRef(bill) !== organizationRef(usage);
      const sums = together(whole.filter(isOther).slice(0, MOST_BILLS)).map((bills) => {
        const isRead = (day: Day) => bills.every((bill) => bill.isRead(day));
        return { bills, ...commonDays(usage, { byDay: addDaily(bills), isRead }) };
      });
      const [best] = sums.filter(isSame).sort((a, b) => b.days - a.days);
      return best === undefined ? [] : [describeSum(best.bills, usage, best.days, best.of)];
    });
}

/** Each choice of two or more, as many as are added up at most. */
function together(bills: readonly Amounts[]): Amounts[][] {
  const choices = bills.reduce<Amounts[][]>(
    (known, bill) => [...known, ...known.filter((each) => each.length < MOST_TOGETHER).map((each) => [...each, bill])],
    [[]],
  );
  return choices.filter(({ length }) => length >= 2);
}

function addDaily(bills: readonly Amounts[]): Map<Day, Decimal> {
  const sums = new Map<Day, Decimal>();
  for (const { byDay } of bills) for (const [day, cost] of byDay) sums.set(day, add(sums.get(day) ?? ZERO, cost));
  return sums;
}

function isSame({ days, of }: { days: number; of: number }): boolean {
  return days >= LEAST_DAYS && days * 100 >= of * LEAST_SHARE;
}

function toSources(amounts: readonly DailyAmount[]): Map<string, Omit<Amounts, 'isRead'>> {
  const sources = new Map<string, Omit<Amounts, 'isRead'>>();
  for (const { projectId, project, day, cost, ...of } of amounts.filter((each) => each.cost !== ZERO))
    for (const [id, name] of [
      [null, null],
      [projectId, project],
    ]) {
      const key = JSON.stringify([of.provider, of.organizationId, of.basis, of.currency, id]);
      const source = sources.get(key) ?? { ...of, project: name ?? null, byDay: new Map<Day, Decimal>(), total: ZERO };
      source.byDay.set(day, add(source.byDay.get(day) ?? ZERO, cost));
      source.total = add(source.total, absolute(cost));
      sources.set(key, source);
    }
  return sources;
}

type Daily = Pick<Amounts, 'byDay' | 'isRead'>;

/** Of the days that both were asked for. */
function commonDays(one: Daily, other: Daily): { days: number; of: number } {
  const all = [...new Set([...one.byDay.keys(), ...other.byDay.keys()])].filter(
    (day) => one.isRead(day) && other.isRead(day),
  );
  const days = all.filter((day) => isNear(one.byDay.get(day) ?? ZERO, other.byDay.get(day) ?? ZERO));
  return { days: days.length, of: all.length };
}

/** Amounts of a cent or less are alike everywhere. */
function isNear(one: Decimal, other: Decimal): boolean {
  const size = absolute(one) > absolute(other) ? absolute(one) : absolute(other);
  return size > CENT && absolute(subtract(one, other)) * 1000n <= size * NEAR;
}

function describe(one: Amounts, other: Amounts, days: number, of: number): SameDollars {
  const isTwice = one.basis === other.basis;
  // Of two bills, the one that is gone with its whole organization, if it is removed, comes second.
  const isFirst = isTwice ? other.project === null : one.basis === 'billed';
  const [bill, second] = isFirst ? [one, other] : [other, one];
  const counted = isTwice
    ? 'Both are counted.'
    : `The bill of ${bill.organization} is counted; the usage of ${second.organization} stands beside it unless --basis billed is given.`;
  return {
    sources: [toSource(bill), toSource(second)],
    ...{ currency: one.currency, days, of, isTwice },
    message: `${nameOf(bill)} and ${nameOf(second)} have the same amounts on ${days} of ${plural(of, 'day')}: they seem to be the same dollars. ${counted}`,
    hint: isTwice ? shell`costs keys remove ${second.organizationId} --purge` : 'costs report --basis billed',
  };
}

function describeSum(bills: readonly Amounts[], usage: Amounts, days: number, of: number): SameDollars {
  const [first, second, ...others] = [...bills, usage].map(toSource);
  const names = bills.map(nameOf).join(' and ');
  return {
    sources: [first as Source, second as Source, ...others],
    ...{ currency: usage.currency, days, of, isTwice: false },
    message: `${names} together and ${nameOf(usage)} have the same amounts on ${days} of ${plural(of, 'day')}: they seem to be the same dollars. The bills are counted; the usage of ${usage.organization} stands beside them unless --basis billed is given.`,
    hint: 'costs report --basis billed',
  };
}

function toSource({ provider, organizationId, organization, basis, project }: Amounts): Source {
  return { provider, organizationId, organization, basis, project };
}

function nameOf({ provider, organization, project, basis }: Amounts): string {
  const what = project === null ? organization : `${organization}/${project}`;
  return `${provider} ${what}${basis === 'usage' ? ' (usage)' : ''}`;
}
