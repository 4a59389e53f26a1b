import { BucketMerger } from '../domain/bucket.js';
import { toDay } from '../domain/day.js';
import {
  lastDayOf,
  type Delivered,
  type FocusFiles,
  type FocusPeriod,
  type FocusRequest,
} from '../domain/focus-import.js';
import { Sums } from '../domain/money.js';
import { cleanText } from '../domain/text.js';
import { CostsError } from '../errors.js';
import { FILE_PROVIDERS } from '../providers/file-list.js';
import type { FileProvider } from '../providers/files.js';
import { billOf, COLUMNS, MANDATORY, rowOf, serviceOf, toCharge, type Row } from './charges.js';
import { findDeliveries, refuseChanged, type Delivery, type DeliveredFile } from './deliveries.js';
import { openTable } from './tables.js';

type Period = Omit<FocusPeriod, 'lines'> & { merger: BucketMerger };

const KNOWN = new Set<string>(COLUMNS);

/**
 * Reads the newest complete deliveries at the paths. Rows are added up as they come: what is held grows with the lines of the bill,
 * and not with the rows of the files.
 * @throws CostsError `usage`, `contract` with file, row and column, `conflict` for two exports of one account
 */
export async function readFocusFiles(asked: FocusRequest, signal: AbortSignal): Promise<FocusFiles> {
  const reading: Reading = { asked, periods: new Map(), leftOut: new Map(), unknown: new Set(), rows: 0 };
  const { isDue = () => true } = asked;
  const deliveries = (await findDeliveries(asked.paths)).filter(isDue);
  for (const delivery of deliveries) await readDelivery(delivery, reading, signal);
  return {
    files: deliveries.reduce((sum, { files }) => sum + files.length, 0),
    rows: reading.rows,
    deliveries,
    periods: [...reading.periods.values()].map(({ merger, ...period }) => ({
      ...period,
      lines: merger.lines(),
    })),
    leftOut: [...reading.leftOut].map(([service, left]) => ({ service, ...left })),
    unknownColumns: [...reading.unknown].sort(),
  };
}

interface Reading {
  asked: FocusRequest;
  periods: Map<string, Period>;
  leftOut: Map<string, { rows: number; totals: Sums }>;
  unknown: Set<string>;
  rows: number;
}

async function readDelivery(delivery: Delivery, reading: Reading, signal: AbortSignal): Promise<void> {
  const before = reading.rows;
  for (const file of delivery.files) await readFile(file, delivery, reading, signal);
  const rows = reading.rows - before;
  if (delivery.rows === null || delivery.rows === rows) return;
  throw new CostsError('contract', `The manifest says ${delivery.rows} rows and its files have ${rows}.`, {
    hint: 'Wait until all of the delivery was copied, and run the same command again.',
  });
}

async function readFile(file: DeliveredFile, delivery: Delivery, reading: Reading, signal: AbortSignal): Promise<void> {
  let row = 0;
  try {
    const { columns, batches } = await openTable(file.path, COLUMNS);
    const missing = columns.length === 0 ? undefined : MANDATORY.find((column) => !columns.includes(column));
    if (missing !== undefined && columns.length > 0)
      throw new CostsError('contract', `the column ${missing} is missing`);
    for (const column of columns)
      if (!KNOWN.has(column) && !isFocusColumn(column)) reading.unknown.add(cleanText(column));
    for await (const batch of batches) {
      signal.throwIfAborted();
      for (const values of batch) {
        row += 1;
        take(rowOf(values), delivery, reading);
      }
    }
  } catch (error) {
    if (signal.aborted) throw new CostsError('interrupted', 'Interrupted; nothing was stored.');
    if (error instanceof CostsError && error.code === 'conflict') throw error;
    await refuseChanged(file);
    const why = error instanceof Error ? error.message : 'it cannot be read';
    throw new CostsError(
      'contract',
      `${file.path}${row === 0 ? '' : `, row ${row}`}: ${cleanText(why)}; nothing was stored.`,
      {
        hint: error instanceof CostsError && error.hint !== undefined ? error.hint : 'Export the period again.',
        cause: error,
      },
    );
  }
  await refuseChanged(file);
  reading.rows += row;
}

/** Columns of FOCUS that an import has no use for, and those that a provider adds under its own sign. */
function isFocusColumn(column: string): boolean {
  return column.startsWith('x_') || FOCUS_COLUMNS.has(column);
}

const FOCUS_COLUMNS = new Set(
  `AllocatedMethodDetails AllocatedMethodId AllocatedResourceId AllocatedResourceName AllocatedTags AvailabilityZone BillingAccountType
  CapacityReservationId CapacityReservationStatus ChargeFrequency CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName
  CommitmentDiscountQuantity CommitmentDiscountStatus CommitmentDiscountType CommitmentDiscountUnit CommitmentProgramEligibilityDetails
  ContractApplied ContractedCost ContractedUnitPrice EffectiveCost HostProviderName InvoiceDetailId InvoiceId ListUnitPrice PricingCategory
  PricingCurrency PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice PricingQuantity PricingUnit
  RegionId RegionName ResourceType ServiceSubcategory SkuPriceDetails SkuPriceId SubAccountType`.split(/\s+/),
);

function take(row: Row, delivery: Delivery, reading: Reading): void {
  const { asked } = reading;
  const provider = providerOf(row, asked);
  const bill = billOf(row);
  if (asked.account !== undefined && asked.account !== bill.account) return;
  if (asked.period !== undefined && !bill.start.startsWith(asked.period)) return;
  const charge = toCharge(row, bill, { projectBy: asked.projectBy, readModel: provider.files.readModel });
  const service = serviceOf(row);
  const isKept = asked.only === 'all' || isAi(row, service, provider, asked.services);
  if (!isKept) {
    const name = service === '' ? '(no service)' : service;
    const left = reading.leftOut.get(name) ?? { rows: 0, totals: new Sums() };
    left.rows += 1;
    left.totals.add(charge);
    reading.leftOut.set(name, left);
  }
  const key = JSON.stringify([provider.id, bill.account, bill.start]);
  const day = toDay(charge.bucketStart);
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
  if (!isKept) return;
  period.rows += 1;
  if (day > period.lastDay) period.lastDay = day;
  period.merger.add(charge);
}

const issuers = new Map<string, FileProvider>();

function providerOf(row: Row, { provider }: FocusRequest): FileProvider {
  if (provider !== undefined) {
    const told = FILE_PROVIDERS.find(({ id }) => id === provider);
    if (told !== undefined) return told;
  }
  const words = row('ServiceProviderName') ?? row('ProviderName') ?? row('InvoiceIssuerName') ?? 'unknown';
  const known = issuers.get(words) ?? FILE_PROVIDERS.find(({ files }) => files.issuers.test(words));
  if (known === undefined) throw new CostsError('contract', 'no column says whose file it is');
  issuers.set(words, known);
  return known;
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
