import { BucketMerger, type CostLine } from '../domain/bucket.js';
import { toDay, type Day } from '../domain/day.js';
import { formatDate } from '../domain/words.js';
import {
  endOf,
  formatOther,
  lastDayOf,
  type Delivered,
  type FocusPeriod,
  type FocusRequest,
  type OtherBill,
} from '../domain/focus-import.js';
import { Sums } from '../domain/money.js';
import { cleanText } from '../domain/text.js';
import { CostsError } from '../errors.js';
import { ANY_COMPANY, COMPANIES, fileProvider } from '../providers/file-list.js';
import type { FileProvider } from '../providers/files.js';
import { billOf, costOf, serviceOf, toLine, withAmounts, type Bill } from './charges.js';
import { identityOf, rowOf, rowOfIdentity, type Row } from './columns.js';
import type { Values } from './values.js';

type Period = Omit<FocusPeriod, 'lines'> & { merger: BucketMerger };

/** What was read so far. */
export interface Reading {
  asked: FocusRequest;
  periods: Map<string, Period>;
  leftOut: Map<string, LeftOut>;
  unknown: Set<string>;
  /** Months of accounts that were not asked for, by their words. */
  others: Map<string, OtherBill>;
  rows: number;
}

interface LeftOut {
  rows: number;
  totals: Sums;
}

/** Where charges of a line go: to the lines of a period, or to what is left out. */
interface Posting {
  line: CostLine;
  period: Period;
  leftOut: LeftOut | null;
}

/** Postings of a file by the identity of their rows; null for rows that are not asked for. */
export type Postings = Map<string, Posting | null>;
const MOST_POSTINGS = 20_000;
const LONGEST_IDENTITY = 4_000;

export interface Taking {
  /** As old as the file where no manifest says how old they are together. */
  delivery: Delivered;
  postings: Postings;
  reading: Reading;
}

/**
 * Adds a row, or the sum of so many equal ones, to the line that it is part of. Rows of a line are many: what they say alike is
 * worked out once.
 * @throws CostsError `contract` that names the column, `conflict` for two exports of one account
 */
export function take(values: Values, rows: number, { delivery, postings, reading }: Taking): void {
  const identity = identityOf(values);
  let posting = postings.get(identity);
  if (posting === undefined) {
    posting = postingOf(rowOfIdentity(identity), delivery, reading);
    if (postings.size >= MOST_POSTINGS) postings.clear();
    if (identity.length <= LONGEST_IDENTITY) postings.set(identity, posting);
  }
  if (posting === null) return;
  const { line, period, leftOut } = posting;
  const row = rowOf(values);
  if (leftOut === null) {
    period.rows += rows;
    period.merger.add(withAmounts(line, row, fileProvider(period.provider).files));
  } else {
    leftOut.rows += rows;
    leftOut.totals.add({ ...line, cost: costOf(row) });
  }
}

function postingOf(row: Row, delivery: Delivered, reading: Reading): Posting | null {
  const { asked } = reading;
  const provider = providerOf(row, asked);
  const bill = billOf(row, provider, asked.account);
  const isAsked = bill.account === (asked.account ?? bill.account) && bill.start.startsWith(asked.period ?? '');
  const service = serviceOf(row);
  const isKept = asked.only === 'all' || isAi(row, service, provider, asked.services);
  if (!isAsked) {
    const other = { account: cleanText(bill.account), month: bill.start.slice(0, 7), isKept };
    const words = formatOther(other);
    if (isKept || !reading.others.has(words)) reading.others.set(words, other);
    return null;
  }
  if (delivery.since !== undefined && delivery.since > bill.start)
    throw new CostsError('contract', `its export begins on ${formatDate(delivery.since)}, in the middle of a period`, {
      hint: 'A period is replaced as a whole: export all of it, or name the folder of a run that has all of it.',
    });
  const line = toLine(row, bill, { projectBy: asked.projectBy, provider });
  const day = toDay(line.bucketStart);
  // A period whose charges are all left out is known all the same: it is empty.
  const period = periodOf(reading, provider, { bill, day }, delivery);
  if (!isKept) return { line, period, leftOut: leftOutOf(reading, service === '' ? '(no service)' : service) };
  if (day > period.lastDay) period.lastDay = day;
  return { line, period, leftOut: null };
}

/**
 * The period that a charge is of, with what its row adds to it: the days that it says the period has, and the time of its delivery.
 * @throws CostsError `conflict` where another export has the account
 */
function periodOf(
  { periods }: Reading,
  { id: provider }: FileProvider,
  { bill, day }: { bill: Bill; day: Day },
  delivery: Delivered,
): Period {
  const key = JSON.stringify([provider, bill.account, bill.start]);
  const known = periods.get(key);
  if (known !== undefined && !isOne(known.delivery, delivery)) throw twoExports(bill.account, known.delivery, delivery);
  const end = endOf(delivery, bill.until, bill.start);
  const since = bill.isTold ? bill.start : day;
  const until = bill.isTold && day <= end ? end : day;
  const period = known ?? {
    ...{ provider, account: bill.account, accountName: bill.accountName },
    ...{ since, until, lastDay: bill.start, rows: 0, merger: new BucketMerger(), delivery },
  };
  if (since < period.since) period.since = since;
  if (until > period.until) period.until = until;
  if (delivery.deliveredAt > period.delivery.deliveredAt) period.delivery = delivery;
  const read = lastDayOf(period.delivery, bill.start);
  if (read > period.lastDay) period.lastDay = read;
  periods.set(key, period);
  return period;
}

function leftOutOf({ leftOut }: Reading, service: string): LeftOut {
  const known = leftOut.get(service) ?? { rows: 0, totals: new Sums() };
  leftOut.set(service, known);
  return known;
}

/** Where a marketplace sells what somebody else provides, it is the marketplace that sends the bill. */
const WHOSE = ['InvoiceIssuerName', 'ServiceProviderName', 'ProviderName'] as const;

function providerOf(row: Row, { provider }: FocusRequest): FileProvider {
  if (provider !== undefined) return fileProvider(provider);
  const words = WHOSE.flatMap((column) => row(column) ?? []);
  const known = words.flatMap((each) => COMPANIES.find(({ files }) => files.issuers.test(each)) ?? []);
  return known[0] ?? ANY_COMPANY;
}

function isAi(row: Row, service: string, { files }: FileProvider, further: readonly string[]): boolean {
  if (further.includes(service) || row('ServiceCategory') === 'AI and Machine Learning') return true;
  const words = `${service} ${row('x_SkuMeterCategory') ?? ''}`;
  return files.aiServices.some((each) => each.words.test(words));
}

function isOne(one: Delivered, other: Delivered): boolean {
  return one.export === other.export && one.month === other.month;
}

function twoExports(account: string, one: Delivered, other: Delivered): CostsError {
  const names = [one, other].map((each) => each.export ?? 'files without a manifest').join(' and ');
  return new CostsError(
    'conflict',
    `Two exports hold the account ${account}: ${names}. Its charges would be counted twice.`,
    {
      hint: 'Name the folder of one export alone.',
    },
  );
}
