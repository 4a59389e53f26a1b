import { BucketMerger, type CostLine } from '../domain/bucket.js';
import { toDay } from '../domain/day.js';
import { lastDayOf, type Delivered, type FocusPeriod, type FocusRequest } from '../domain/focus-import.js';
import { Sums } from '../domain/money.js';
import { CostsError } from '../errors.js';
import { ANY_COMPANY, COMPANIES, fileProvider } from '../providers/file-list.js';
import type { FileProvider } from '../providers/files.js';
import { billOf, serviceOf, toLine, withAmounts } from './charges.js';
import { identityOf, rowOf, rowOfIdentity, type Row } from './columns.js';
import type { Delivery } from './deliveries.js';
import type { Values } from './values.js';

type Period = Omit<FocusPeriod, 'lines'> & { merger: BucketMerger };

/** What was read so far. */
export interface Reading {
  asked: FocusRequest;
  periods: Map<string, Period>;
  leftOut: Map<string, LeftOut>;
  unknown: Set<string>;
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

/** Postings of a delivery by the identity of their rows; null for rows that are not asked for. */
export type Postings = Map<string, Posting | null>;
const MOST_POSTINGS = 20_000;
const LONGEST_IDENTITY = 4_000;

export interface Taking {
  delivery: Delivery;
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
  const charge = withAmounts(line, rowOf(values), fileProvider(period.provider).files);
  if (leftOut === null) {
    period.rows += rows;
    period.merger.add(charge);
  } else {
    leftOut.rows += rows;
    leftOut.totals.add(charge);
  }
}

function postingOf(row: Row, delivery: Delivery, reading: Reading): Posting | null {
  const { asked } = reading;
  const provider = providerOf(row, asked);
  const bill = billOf(row);
  if (asked.account !== undefined && asked.account !== bill.account) return null;
  if (asked.period !== undefined && !bill.start.startsWith(asked.period)) return null;
  const line = toLine(row, bill, { projectBy: asked.projectBy, readModel: provider.files.readModel });
  const key = JSON.stringify([provider.id, bill.account, bill.start]);
  const known = reading.periods.get(key);
  if (known !== undefined && known.delivery !== delivery) throw twoExports(bill.account, known.delivery, delivery);
  const period = known ?? {
    provider: provider.id,
    account: bill.account,
    accountName: bill.accountName,
    since: bill.start,
    until: bill.until,
    lastDay: lastDayOf(delivery, bill.start),
    rows: 0,
    merger: new BucketMerger(),
    delivery,
  };
  // A period whose charges are all left out is known all the same: it is empty.
  reading.periods.set(key, period);
  const service = serviceOf(row);
  if (asked.only !== 'all' && !isAi(row, service, provider, asked.services))
    return { line, period, leftOut: leftOutOf(reading, service === '' ? '(no service)' : service) };
  const day = toDay(line.bucketStart);
  if (day > period.lastDay) period.lastDay = day;
  return { line, period, leftOut: null };
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
