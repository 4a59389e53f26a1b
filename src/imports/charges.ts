import type { CostLine } from '../domain/bucket.js';
import { addDays, endOfMonthOf, startOfMonthOf, type Day } from '../domain/day.js';
import { UNASSIGNED } from '../domain/provider.js';
import type { Scope } from '../domain/scope.js';
import { cleanText } from '../domain/text.js';
import { CostsError } from '../errors.js';
import { dailyLine } from '../domain/daily-line.js';
import { parseDecimal, ZERO, type Decimal } from '../domain/decimal.js';
import type { FileProvider } from '../providers/files.js';
import { METER_COLUMNS, type Column, type Row } from './columns.js';
import { isWithinDay, readDay } from './instants.js';

export interface ChargeOptions extends Pick<Scope, 'projectBy'> {
  readModel: (service: string, meter: string) => string | null;
}

type AmountOptions = Pick<FileProvider['files'], 'zeroIsNoListPrice'>;

/** Whose bill a charge is on, and of which period. */
export interface Bill {
  account: string;
  accountName: string | null;
  start: Day;
  /** The last day. */
  until: Day;
  /** Whether it begins at another hour than UTC's midnight: the next UTC day begins in it. */
  isShifted: boolean;
}

/** @throws CostsError `contract` that names the column */
export function billOf(row: Row): Bill {
  const account = required(row, 'BillingAccountId');
  const [start, end] = [dayOf(row, 'BillingPeriodStart'), dayOf(row, 'BillingPeriodEnd')];
  if (end <= start) throw broken('BillingPeriodEnd', `"${end}" is not after the start`);
  // The end is the first instant that is not in it. Google's view of its table, and others, say the last day of a month instead.
  const isLastDay = start === startOfMonthOf(start) && end === endOfMonthOf(start);
  const isShifted = isWithinDay(required(row, 'BillingPeriodStart'));
  return {
    account,
    accountName: row('BillingAccountName'),
    start,
    until: isLastDay ? end : addDays(end, -1),
    isShifted,
  };
}

/** The service and its meter, in the words of the file; empty ones are filled from what else names them. */
export function serviceOf(row: Row): string {
  return row('ServiceName') ?? row('x_SkuMeterCategory') ?? row('PublisherName') ?? '';
}

/** The line of a day that a charge is part of, without amounts. @throws CostsError `contract` that names the column */
export function toLine(row: Row, { start, until, isShifted }: Bill, { projectBy, readModel }: ChargeOptions): CostLine {
  const currency = required(row, 'BillingCurrency');
  if (!/^[A-Za-z]{3}$/.test(currency)) throw broken('BillingCurrency', `"${currency}" is not a currency code`);
  const service = serviceOf(row);
  const meter = METER_COLUMNS.map(row).find((words) => words !== null) ?? '';
  const category = toCategory(required(row, 'ChargeCategory'));
  const told = dayOf(row, 'ChargePeriodStart');
  // Months of Google begin at midnight in California: what is left of the last one in UTC stands on its last day.
  const charged = isShifted && told === addDays(until, 1) ? until : told;
  const ends = row('ChargePeriodEnd') === null ? addDays(charged, 1) : dayOf(row, 'ChargePeriodEnd');
  // What the month of an invoice holds of other months stands on the invoice's first day, and says of which it is.
  const isOutside = charged > until || (charged < start && ends <= start);
  const day = charged < start || isOutside ? start : charged;
  const [project, projectName] = projectOf(row, projectBy);
  return dailyLine({
    day,
    description: [service, meter].filter((words) => words !== '').join(' · ') || null,
    further: [
      ...(category === 'Usage' ? [] : [category]),
      ...(row('ChargeClass') === null ? [] : [row('ChargeClass') as string]),
      ...(isOutside ? [charged.slice(0, 7)] : []),
    ],
    providerProjectId: project,
    providerProjectName: projectName,
    currency: currency.toUpperCase(),
    cost: ZERO,
    quantityUnit: row('ConsumedUnit'),
    model: readModel(service, meter),
    costType: category,
  });
}

/** A charge of the line. @throws CostsError `contract` that names the column */
export function withAmounts(line: CostLine, row: Row, { zeroIsNoListPrice = false }: AmountOptions): CostLine {
  const cost = amount(row, 'BilledCost');
  if (cost === null) throw broken('BilledCost', 'is empty');
  const listCost = amount(row, 'ListCost');
  const quantity = amount(row, 'ConsumedQuantity');
  return {
    ...line,
    cost,
    quantity,
    listCost: zeroIsNoListPrice && listCost === ZERO && cost !== ZERO ? null : listCost,
    quantityUnit: quantity === null ? null : line.quantityUnit,
  };
}

/** As FOCUS writes it: Google's view of its table has them in small letters. */
function toCategory(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();
}

function projectOf(row: Row, by: Scope['projectBy']): [id: string, name: string | null] {
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
    tags = JSON.parse(text);
  } catch {
    throw broken(column, 'is not JSON');
  }
  const pairs = Array.isArray(tags)
    ? tags.map((each: Record<string, unknown>) => [each['Key'] ?? each['key'], each['Value'] ?? each['value']])
    : Object.entries(tags ?? {});
  const value: unknown = pairs.find(([name]) => name === key)?.[1];
  return typeof value === 'string' && value !== '' ? cleanText(value) : null;
}

function required(row: Row, column: Column): string {
  const value = row(column);
  if (value === null) throw broken(column, 'is empty');
  return value;
}

function dayOf(row: Row, column: Column): Day {
  const text = required(row, column);
  const day = readDay(text);
  if (day === null) throw broken(column, `"${text}" is not a date and time`);
  return day;
}

function amount(row: Row, column: Column): Decimal | null {
  const text = row(column);
  if (text === null) return null;
  try {
    return parseDecimal(text);
  } catch (error) {
    throw broken(column, error instanceof Error ? error.message : 'is not a number');
  }
}

function broken(column: Column, what: string): CostsError {
  return new CostsError('contract', `${column}: ${what}`);
}
