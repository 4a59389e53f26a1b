import type { CostLine } from '../domain/bucket.js';
import { addDays, parseDay, toDay, type Day } from '../domain/day.js';
import { UNASSIGNED } from '../domain/provider.js';
import { cleanText } from '../domain/text.js';
import { CostsError } from '../errors.js';
import { dailyLine } from '../domain/daily-line.js';
import { parseDecimal } from '../domain/decimal.js';
import type { Values } from './values.js';

/** Of FOCUS 1.0 to 1.4, what an import reads. */
export const COLUMNS = [
  'BilledCost',
  'BillingCurrency',
  'BillingAccountId',
  'BillingPeriodStart',
  'BillingPeriodEnd',
  'ChargePeriodStart',
  'ChargePeriodEnd',
  'ChargeCategory',
  'ServiceName',
  'BillingAccountName',
  'ListCost',
  'SubAccountId',
  'SubAccountName',
  'ChargeClass',
  'ServiceCategory',
  'SkuMeter',
  'SkuId',
  'ChargeDescription',
  'ConsumedQuantity',
  'ConsumedUnit',
  'ResourceId',
  'ResourceName',
  'Tags',
  'ProviderName',
  'ServiceProviderName',
  'InvoiceIssuerName',
  'PublisherName',
  'x_SkuMeterCategory',
  'x_SkuMeterSubcategory',
  'x_UsageType',
] as const;
/** Without these nothing can be imported; the rest may be missing in a version or an export. */
export const MANDATORY: readonly Column[] = COLUMNS.slice(0, 9);

type Column = (typeof COLUMNS)[number];
export type Row = (column: Column) => string | null;

const PLACES = new Map<string, number>(COLUMNS.map((column, place) => [column, place]));

/** Reads values by the name of their column, as text that is safe to store and to print. */
export function rowOf(values: Values): Row {
  return (column) => {
    const value = values[PLACES.get(column) ?? -1] ?? null;
    return value === null ? null : cleanText(value);
  };
}

export interface ChargeOptions {
  /** What becomes a project: the sub account, the resource, or the value of a tag. */
  projectBy: 'sub-account' | 'resource' | { tag: string };
  readModel: (service: string, meter: string) => string | null;
}

/** Whose bill a charge is on, and of which period. */
export interface Bill {
  account: string;
  accountName: string | null;
  start: Day;
  /** The last day. */
  until: Day;
}

/** @throws CostsError `contract` that names the column */
export function billOf(row: Row): Bill {
  const account = required(row, 'BillingAccountId');
  const [start, end] = [dayOf(row, 'BillingPeriodStart'), dayOf(row, 'BillingPeriodEnd')];
  if (end <= start) throw broken('BillingPeriodEnd', `"${end}" is not after the start`);
  return { account, accountName: row('BillingAccountName'), start, until: addDays(end, -1) };
}

/** The service and its meter, in the words of the file; empty ones are filled from what else names them. */
export function serviceOf(row: Row): string {
  return row('ServiceName') ?? row('x_SkuMeterCategory') ?? row('PublisherName') ?? '';
}

/** A charge as the line of a day. @throws CostsError `contract` that names the column */
export function toCharge(row: Row, { start, until }: Bill, { projectBy, readModel }: ChargeOptions): CostLine {
  const currency = required(row, 'BillingCurrency');
  if (!/^[A-Za-z]{3}$/.test(currency)) throw broken('BillingCurrency', `"${currency}" is not a currency code`);
  const service = serviceOf(row);
  const meter =
    row('SkuMeter') ??
    row('x_SkuMeterSubcategory') ??
    row('x_UsageType') ??
    row('SkuId') ??
    row('ChargeDescription') ??
    '';
  const category = required(row, 'ChargeCategory');
  const charged = dayOf(row, 'ChargePeriodStart');
  const ends = row('ChargePeriodEnd') === null ? addDays(charged, 1) : dayOf(row, 'ChargePeriodEnd');
  // What the month of an invoice holds of other months stands on the invoice's first day, and says of which it is.
  const isOutside = charged > until || (charged < start && ends <= start);
  const day = charged < start || isOutside ? start : charged;
  const [project, projectName] = projectOf(row, projectBy);
  const list = row('ListCost');
  const quantity = row('ConsumedQuantity');
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
    cost: amount(row, 'BilledCost', required(row, 'BilledCost')),
    listCost: list === null ? null : amount(row, 'ListCost', list),
    quantity: quantity === null ? null : amount(row, 'ConsumedQuantity', quantity),
    quantityUnit: quantity === null ? null : row('ConsumedUnit'),
    model: readModel(service, meter),
    costType: category,
  });
}

function projectOf(row: Row, by: ChargeOptions['projectBy']): [id: string, name: string | null] {
  if (by === 'sub-account') return [row('SubAccountId') ?? UNASSIGNED, row('SubAccountName')];
  if (by === 'resource') return [row('ResourceId') ?? UNASSIGNED, row('ResourceName')];
  const value = tagOf(row('Tags'), by.tag);
  return [value ?? UNASSIGNED, value];
}

/** Tags are a JSON object; a table of BigQuery has them as a list of keys and values. */
function tagOf(text: string | null, key: string): string | null {
  if (text === null) return null;
  let tags: unknown;
  try {
    tags = JSON.parse(text);
  } catch {
    throw broken('Tags', 'is not JSON');
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

const days = new Map<string, Day>();

/** The UTC day of an instant; the few that a file has are read once. */
function dayOf(row: Row, column: Column): Day {
  const text = required(row, column);
  const known = days.get(text);
  if (known !== undefined) return known;
  const [, date, time = ''] = /^(\d{4}-\d{2}-\d{2})(.*)$/.exec(text) ?? [];
  const zone = /(?:Z|UTC|[+-]\d{2}:?\d{2})$/.exec(time)?.[0];
  const instant = new Date(
    `${date ?? ''}T${/\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?/.exec(time)?.[0] ?? '00:00:00'}${zone === undefined || zone === 'UTC' ? 'Z' : zone}`,
  );
  if (Number.isNaN(instant.getTime())) throw broken(column, `"${text}" is not a date and time`);
  const day = parseDay(toDay(instant));
  if (days.size > 10_000) days.clear();
  days.set(text, day);
  return day;
}

function amount(_: Row, column: Column, text: string) {
  try {
    return parseDecimal(text);
  } catch (error) {
    throw broken(column, error instanceof Error ? error.message : 'is not a number');
  }
}

function broken(column: Column, what: string): CostsError {
  return new CostsError('contract', `${column}: ${what}`);
}
