import type { Scope } from '../domain/scope.js';
import { cleanText } from '../domain/text.js';
import { readDay } from './instants.js';
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

export type Column = (typeof COLUMNS)[number];
export type Row = (column: Column) => string | null;

/** What names a meter: the first that is given. */
export const METER_COLUMNS = [
  'SkuMeter',
  'x_SkuMeterSubcategory',
  'x_UsageType',
  'SkuId',
  'ChargeDescription',
] as const satisfies readonly Column[];

const PLACES = Object.fromEntries(COLUMNS.map((column, place) => [column, place])) as Record<Column, number>;
const placesOf = (...columns: Column[]) => columns.map((column) => PLACES[column]);

const AMOUNTS = placesOf('BilledCost', 'ListCost', 'ConsumedQuantity');
const INSTANTS = placesOf('BillingPeriodStart', 'BillingPeriodEnd', 'ChargePeriodStart', 'ChargePeriodEnd');
const METERS = placesOf(...METER_COLUMNS);
const PROJECTS = {
  'sub-account': placesOf('SubAccountId', 'SubAccountName'),
  resource: placesOf('ResourceId', 'ResourceName'),
  tag: placesOf('Tags'),
};

/** Reads values by the name of their column, as text that is safe to store and to print. */
export function rowOf(values: Values): Row {
  return (column) => {
    const value = values[PLACES[column]] ?? null;
    return value === null ? null : cleanText(value);
  };
}

/**
 * All that tells which line a row is of: its values without amounts and without what is not read, and days for instants. Rows
 * of the same are many, and what they have in common need be worked out only once.
 */
export function identityOf(values: Values, projectBy: Scope['projectBy']): string {
  const telling = [...values];
  for (const place of AMOUNTS) telling[place] = null;
  for (const [by, places] of Object.entries(PROJECTS))
    if (by !== (typeof projectBy === 'string' ? projectBy : 'tag')) for (const place of places) telling[place] = null;
  const meter = METERS.find((place) => telling[place] !== null);
  for (const place of METERS) if (place !== meter) telling[place] = null;
  for (const place of INSTANTS) {
    const text = telling[place] ?? null;
    if (text !== null) telling[place] = readDay(text) ?? text;
  }
  return JSON.stringify(telling);
}

/** The row of an identity. Nothing of it is a piece of the file's text, which would stay in memory with it. */
export function rowOfIdentity(identity: string): Row {
  return rowOf(JSON.parse(identity) as Values);
}
