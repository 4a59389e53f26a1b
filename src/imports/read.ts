import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { formatOther, type FocusFiles, type FocusPeriod, type FocusRequest } from '../domain/focus-import.js';
import { groupBy } from '../domain/group-into.js';
import { organizationRef } from '../domain/organization.js';
import { cleanText } from '../domain/text.js';
import { formatSpan } from '../domain/words.js';
import { CostsError } from '../errors.js';
import { COLUMNS, columnsFor, MANDATORY, TAGS, type Column, type Wanted } from './columns.js';
import { findDeliveries, refuseChanged, refuseGrown, type Delivery, type DeliveredFile } from './deliveries.js';
import { groupParquet, type RowGroup } from './duckdb.js';
import { take, type Reading, type Taking } from './postings.js';
import { isParquet, openTable } from './tables.js';
import type { Table } from './values.js';

const KNOWN = new Set<string>(COLUMNS);

/**
 * Reads the newest complete deliveries at the paths. Rows are added up as they come: what is held grows with the lines of the bill,
 * and not with the rows of the files.
 * @throws CostsError `usage`, `contract` with file, row and column, `conflict` for two exports of one account, or two periods of a day
 */
export async function readFocusFiles(asked: FocusRequest, signal: AbortSignal): Promise<FocusFiles> {
  const reading: Reading = {
    asked,
    periods: new Map(),
    leftOut: new Map(),
    unknown: new Set(),
    others: new Map(),
    rows: 0,
  };
  const { isDue = () => true } = asked;
  const found = await findDeliveries(asked.paths);
  const deliveries = found.deliveries.filter(isDue);
  for (const delivery of deliveries) await readDelivery(delivery, reading, signal);
  for (const delivery of deliveries) await refuseGrown(asked.paths, delivery);
  const periods = [...reading.periods.values()].map(({ merger, ...period }) => ({ ...period, lines: merger.lines() }));
  refuseOverlap(periods);
  return {
    files: deliveries.reduce((sum, { files }) => sum + files.length, 0),
    rows: reading.rows,
    deliveries,
    periods,
    leftOut: [...reading.leftOut].map(([service, left]) => ({ service, ...left })),
    unknownColumns: [...reading.unknown].sort(),
    unlistedFolders: found.unlistedFolders.map(cleanText),
    others: [...reading.others.values()].sort((a, b) => (formatOther(a) < formatOther(b) ? -1 : 1)),
  };
}

async function readDelivery(delivery: Delivery, reading: Reading, signal: AbortSignal): Promise<void> {
  const before = reading.rows;
  const sizes = groupBy(delivery.export === null ? delivery.files : [], ({ bytes }) => bytes);
  const digests = new Map<string, string>();
  for (const file of delivery.files) {
    const rows = await readFile(file, delivery, reading, signal);
    // A single charge may well be made twice.
    if (rows > 1 && (sizes.get(file.bytes)?.length ?? 0) > 1) await refuseCopy(file, digests);
  }
  const rows = reading.rows - before;
  if (delivery.rows === null || delivery.rows === rows) return;
  throw new CostsError('contract', `The manifest says ${delivery.rows} rows and its files have ${rows}.`, {
    hint: 'Wait until all of the delivery was copied, and run the same command again.',
  });
}

async function readFile(
  file: DeliveredFile,
  { files: _, ...delivery }: Delivery,
  reading: Reading,
  signal: AbortSignal,
): Promise<number> {
  const { asked } = reading;
  // Files that no manifest holds together may be years apart.
  const own = { deliveredAt: new Date(file.changedAt), besideAt: delivery.deliveredAt };
  const taking: Taking = {
    ...{ postings: new Map(), reading },
    delivery: delivery.export === null ? { ...delivery, ...own } : delivery,
  };
  let [row, count] = [0, 0];
  try {
    let wanted = columnsFor(asked.projectBy, COLUMNS);
    const table = await openTable(file.path, (filled) => (wanted = columnsFor(asked.projectBy, filled)));
    const { columns, rowsNameColumns = false } = table;
    if (!rowsNameColumns) refuseColumns(columns, MANDATORY, asked);
    for await (const groups of groupsOf(file.path, table, wanted, signal)) {
      signal.throwIfAborted();
      for (const { values, rows, first } of groups) {
        row = first;
        count += rows;
        take(values, rows, taking);
      }
      // What is wrong with the next ones has numbers of its own.
      row = 0;
    }
    // Rows that lack something else were refused.
    if (rowsNameColumns) refuseColumns(columns, ['ServiceName'], asked);
    for (const column of columns)
      if (!KNOWN.has(column) && !isFocusColumn(column)) reading.unknown.add(cleanText(column));
  } catch (error) {
    if (signal.aborted) throw new CostsError('interrupted', 'Interrupted; nothing was stored.');
    if (error instanceof CostsError && error.code === 'conflict') throw error;
    await refuseChanged(file);
    const why = error instanceof Error ? error.message : 'it cannot be read';
    throw new CostsError(
      'contract',
      `${file.path}${row === 0 ? '' : `, row ${row}`}: ${cleanText(why).replace(/\.$/, '')}; nothing was stored.`,
      {
        hint: error instanceof CostsError && error.hint !== undefined ? error.hint : 'Export the period again.',
        cause: error,
      },
    );
  }
  await refuseChanged(file);
  reading.rows += count;
  return count;
}

/**
 * Where no manifest says which files there are, the same rows in the same order are a copy.
 * @param digests of the files before it, and their paths
 * @throws CostsError `conflict`
 */
async function refuseCopy({ path }: DeliveredFile, digests: Map<string, string>): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const digest = hash.digest('hex');
  const known = digests.get(digest);
  digests.set(digest, path);
  if (known === undefined) return;
  throw new CostsError('conflict', `${path} is a copy of ${known}: its charges would be counted twice.`, {
    hint: 'Take one of the two away, or name the files to read.',
  });
}

/** @throws CostsError `contract` for one that is missing or there twice */
function refuseColumns(columns: readonly string[], mandatory: readonly Column[], { projectBy }: FocusRequest): void {
  const missing = columns.length === 0 ? undefined : mandatory.find((column) => !columns.includes(column));
  if (missing !== undefined)
    throw new CostsError('contract', `the column ${missing} is missing`, {
      hint: 'Name the files of an export in FOCUS alone, made with all of its columns.',
    });
  const twice = columns.find((column, index) => KNOWN.has(column) && columns.indexOf(column) < index);
  if (twice !== undefined) throw new CostsError('contract', `the column ${twice} is there twice`);
  if (columns.length > 0 && typeof projectBy !== 'string' && !TAGS.some((column) => columns.includes(column)))
    throw new CostsError('contract', `projects are told by a tag, and there is no column ${TAGS.join(' or ')}`, {
      hint: 'Tell them by something else, --project-by sub-account or resource, or export the period with its tags.',
    });
}

/** Equal rows added up where that is quicker than to read each, else every row as it comes. */
async function* groupsOf(path: string, table: Table, wanted: Wanted, signal: AbortSignal): AsyncGenerator<RowGroup[]> {
  const groups = isParquet(path) ? await groupParquet(path, wanted, signal) : null;
  if (groups !== null) yield* groups;
  else {
    let count = 0;
    for await (const batch of table.batches) yield batch.map((values) => ({ values, rows: 1, first: (count += 1) }));
  }
}

/** A day that two periods have would be replaced by either. @throws CostsError `conflict` */
function refuseOverlap(periods: readonly FocusPeriod[]): void {
  const latest = new Map<string, FocusPeriod>();
  for (const period of [...periods].sort((a, b) => (a.since < b.since ? -1 : 1))) {
    const account = organizationRef({ provider: period.provider, organizationId: period.account });
    const before = latest.get(account);
    latest.set(account, period);
    if (before === undefined || before.until < period.since) continue;
    const [one, other] = [before, period].map(({ since, until }) => formatSpan(since, until));
    throw new CostsError('conflict', `Two billing periods of ${period.account} share days: ${one} and ${other}.`, {
      hint: 'A day is of one period: export the account with periods that follow each other.',
    });
  }
}

/** Columns of FOCUS that an import has no use for, and those that a provider adds under its own sign. */
function isFocusColumn(column: string): boolean {
  return column.startsWith('x_') || FOCUS_COLUMNS.has(column);
}

const FOCUS_COLUMNS = new Set(
  `AllocatedMethodDetails AllocatedMethodId AllocatedResourceId AllocatedResourceName AllocatedTags AvailabilityZone
  CapacityReservationId CapacityReservationStatus ChargeFrequency CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName
  CommitmentDiscountQuantity CommitmentDiscountStatus CommitmentDiscountType CommitmentDiscountUnit CommitmentProgramEligibilityDetails
  ContractApplied ContractedCost ContractedUnitPrice EffectiveCost HostProviderName InvoiceDetailId InvoiceId ListUnitPrice PricingCategory
  PricingCurrency PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost PricingCurrencyListUnitPrice PricingQuantity PricingUnit
  RegionId RegionName ResourceType ServiceSubcategory SkuPriceId SubAccountType`.split(/\s+/),
);
