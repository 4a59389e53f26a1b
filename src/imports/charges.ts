import { LosslessNumber, parse } from 'lossless-json';
import type { CostLine } from '../domain/bucket.js';
import { addDays, endOfMonthOf, startOfMonthOf, type Day } from '../domain/day.js';
import { UNASSIGNED } from '../domain/provider.js';
import type { Scope } from '../domain/scope.js';
import { cleanText } from '../domain/text.js';
import { CostsError } from '../errors.js';
import { dailyLine } from '../domain/daily-line.js';
import { parseDecimal, ZERO, type Decimal } from '../domain/decimal.js';
import type { FileProvider } from '../providers/files.js';
import { DESCRIBED_METER_COLUMNS, METER_COLUMNS, MODEL, type Column, type Row } from './columns.js';
import { isWithinDay, nearestDay, readDay } from './instants.js';

export interface ChargeOptions extends Pick<Scope, 'projectBy'> {
  provider: FileProvider;
}

type AmountOptions = Pick<FileProvider['files'], 'zeroIsNoListPrice'>;

/** Whose bill a charge is on, and of which period. */
export interface Bill {
  account: string;
  accountName: string | null;
  start: Day;
  /** The last day. */
  until: Day;
  /** The UTC day beside it that some of its hours are on, where it begins at midnight elsewhere. */
  beside: Day | null;
  /** Whether the file says the period; else it is the month of the charge, and nobody knows which days of it the file has. */
  isTold: boolean;
}

/**
 * @param account whose the charge is where files of the provider name no account
 * @throws CostsError `contract` that names the column
 */
export function billOf(row: Row, { name, files }: FileProvider, account: string | undefined): Bill {
  // Nobody sends a bill to a key: LiteLLM writes its estimates of what others bill in this way.
  if (row('BillingAccountType') === 'API Key')
    throw broken('BillingAccountType', '"API Key" is on files of a proxy, which estimates what others bill', {
      hint: 'Its usage is read from the proxy itself: costs keys add --provider litellm',
    });
  if (files.projectTags !== undefined && row('BillingAccountId') === null) {
    if (account === undefined)
      throw broken('BillingAccountId', `files of ${name} do not say whose they are`, {
        hint: 'Say it with --account ID; with costs keys add, --organization ID.',
      });
    const day = dayOf(row, 'ChargePeriodStart');
    const [start, until] = [startOfMonthOf(day), endOfMonthOf(day)];
    return { account, accountName: null, start, until, beside: null, isTold: false };
  }
  const start = dayOf(row, 'BillingPeriodStart', nearestDay);
  const end = dayOf(row, 'BillingPeriodEnd', nearestDay);
  if (end <= start) throw broken('BillingPeriodEnd', `"${end}" is not after the start`);
  // The end is the first instant that is not in it. Google's view of its table, and others, say the last day of a month instead.
  const isLastDay = start === startOfMonthOf(start) && end === endOfMonthOf(start);
  const until = isLastDay ? end : addDays(end, -1);
  const begins = dayOf(row, 'BillingPeriodStart');
  const isWest = begins === start && isWithinDay(required(row, 'BillingPeriodStart'));
  return {
    account: required(row, 'BillingAccountId'),
    accountName: row('BillingAccountName'),
    ...{ start, until, isTold: true },
    beside: isWest ? addDays(until, 1) : begins < start ? begins : null,
  };
}

/** The service and its meter, in the words of the file; empty ones are filled from what else names them. */
export function serviceOf(row: Row): string {
  return row('ServiceName') ?? row('x_SkuMeterCategory') ?? row('PublisherName') ?? '';
}

/** The line of a day that a charge is part of, without amounts. @throws CostsError `contract` that names the column */
export function toLine(row: Row, { start, until, beside }: Bill, { projectBy, provider }: ChargeOptions): CostLine {
  const { files } = provider;
  const currency = required(row, 'BillingCurrency');
  if (!/^[A-Za-z]{3}$/.test(currency)) throw broken('BillingCurrency', `"${currency}" is not a currency code`);
  const service = serviceOf(row);
  const meters = files.hasOpaqueSkus === true ? DESCRIBED_METER_COLUMNS : METER_COLUMNS;
  const meter = meters.map(row).find((words) => words !== null) ?? '';
  const category = toCategory(required(row, 'ChargeCategory'));
  const told = dayOf(row, 'ChargePeriodStart');
  // Months of Google begin at midnight in California: what is left of the last one in UTC stands on its last day.
  const charged = told !== beside ? told : told < start ? start : until;
  const ends = row('ChargePeriodEnd') === null ? addDays(charged, 1) : dayOf(row, 'ChargePeriodEnd');
  // What the month of an invoice holds of other months stands on the invoice's first day, and says of which it is.
  const isOutside = charged > until || (charged < start && ends <= start);
  const day = charged < start || isOutside ? start : charged;
  const [project, projectName] = projectOf(row, projectBy, files);
  const chargeClass = row('ChargeClass');
  const model = MODEL.exec(row('SkuPriceDetails') ?? '')?.[1] ?? null;
  return dailyLine({
    day,
    description: [service, meter].filter((words) => words !== '').join(' · ') || null,
    further: [
      ...(model === null || `${service} ${meter}`.includes(model) ? [] : [model]),
      ...(category === 'Usage' ? [] : [category]),
      ...(chargeClass === null ? [] : [toCategory(chargeClass)]),
      ...(isOutside ? [charged.slice(0, 7)] : []),
    ],
    providerProjectId: project,
    providerProjectName: projectName,
    currency: currency.toUpperCase(),
    cost: ZERO,
    // Known later, and named all the same: in Node 20 each copy with one more property takes half a kilobyte by itself.
    listCost: null,
    quantityUnit: row('ConsumedUnit'),
    model: files.readModel(service, meter) ?? model,
    costType: category,
  });
}

/** A charge of the line. @throws CostsError `contract` that names the column */
export function withAmounts(line: CostLine, row: Row, { zeroIsNoListPrice = false }: AmountOptions): CostLine {
  const cost = costOf(row);
  const listCost = beside(row, 'ListCost');
  const quantity = beside(row, 'ConsumedQuantity');
  return {
    ...line,
    cost,
    quantity,
    listCost: zeroIsNoListPrice && listCost === ZERO && cost !== ZERO ? null : listCost,
    quantityUnit: quantity === null ? null : line.quantityUnit,
  };
}

/** @throws CostsError `contract` */
export function costOf(row: Row): Decimal {
  const cost = amount(row, 'BilledCost');
  if (cost === null) throw broken('BilledCost', 'is empty');
  return cost;
}

/** As FOCUS writes it: Google's view of its table has them in small letters. */
function toCategory(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();
}

function projectOf(
  row: Row,
  by: Scope['projectBy'],
  { projectTags }: FileProvider['files'],
): [id: string, name: string | null] {
  if (by === 'sub-account' && projectTags !== undefined && row('SubAccountId') === null) {
    const [id = null, name = null] = projectTags.map((tag) => tagOf(row, 'Tags', tag));
    return [id ?? UNASSIGNED, name];
  }
  // Google's view of its billing table says the account once more, and the project beside it.
  if (by === 'sub-account' && row('x_Project') !== null && row('SubAccountId') === row('BillingAccountId'))
    return [tagOf(row, 'x_Project', 'id') ?? UNASSIGNED, tagOf(row, 'x_Project', 'name')];
  if (by === 'sub-account') return [row('SubAccountId') ?? UNASSIGNED, row('SubAccountName')];
  if (by === 'resource') return [row('ResourceId') ?? UNASSIGNED, row('ResourceName')];
  const value = tagOf(row, 'Tags', by.tag) ?? tagOf(row, 'x_Labels', by.tag);
  return [value ?? UNASSIGNED, value];
}

/** Tags are a JSON object; a table of BigQuery has them as a list of keys and values. */
function tagOf(row: Row, column: Column, key: string): string | null {
  const text = row(column);
  if (text === null) return null;
  let tags: unknown;
  try {
    tags = parse(text);
  } catch {
    throw broken(column, 'is not JSON');
  }
  const pairs = Array.isArray(tags)
    ? tags.map((each: Record<string, unknown> | null) => [
        each?.['Key'] ?? each?.['key'],
        each?.['Value'] ?? each?.['value'],
      ])
    : Object.entries(tags ?? {});
  const value: unknown = pairs.find(([name]) => name === key)?.[1];
  // FOCUS: a value may be a number or a truth value, too; a number says what its text says.
  const said = value instanceof LosslessNumber || typeof value === 'boolean' ? String(value) : value;
  return typeof said === 'string' && said !== '' ? cleanText(said) : null;
}

function required(row: Row, column: Column): string {
  const value = row(column);
  if (value === null) throw broken(column, 'is empty');
  return value;
}

function dayOf(row: Row, column: Column, read = readDay): Day {
  const text = required(row, column);
  const day = read(text);
  if (day === null) throw broken(column, `"${text}" is not a date and time`);
  return day;
}

/** An amount beside the bill: one that would be rounded is not known, and no reason to refuse the bill. */
function beside(row: Row, column: Column): Decimal | null {
  try {
    return amount(row, column);
  } catch (error) {
    if (!Number.isFinite(Number(row(column)))) throw error;
    return null;
  }
}

function amount(row: Row, column: Column): Decimal | null {
  const text = row(column);
  if (text === null) return null;
  try {
    return parseDecimal(text);
  } catch (error) {
    throw broken(column, error instanceof Error ? error.message : 'is not a number', {
      hint: 'Export the period again, with amounts as decimals: floats may have more digits than are kept.',
    });
  }
}

function broken(column: Column, what: string, options: { hint?: string } = {}): CostsError {
  return new CostsError('contract', `${column}: ${what}`, options);
}
