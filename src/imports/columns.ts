import type { Scope } from '../domain/scope.js';
import { cleanText } from '../domain/text.js';
import { readDay } from './instants.js';
import type { Values } from './values.js';

/** Of FOCUS 1.0 to 1.4, what an import reads. */
export const COLUMNS = [
  'BilledCost',
  'BillingCurrency',
  'ChargePeriodStart',
  'ChargePeriodEnd',
  'ChargeCategory',
  'ServiceName',
  'BillingAccountId',
  'BillingPeriodStart',
  'BillingPeriodEnd',
  'BillingAccountName',
  'BillingAccountType',
  'ListCost',
  'SubAccountId',
  'SubAccountName',
  // A project as an object: Google's view has the billing account as the sub-account.
  'x_Project',
  'ChargeClass',
  'ServiceCategory',
  'SkuMeter',
  'SkuId',
  'SkuPriceDetails',
  'ChargeDescription',
  'ConsumedQuantity',
  'ConsumedUnit',
  'ResourceId',
  'ResourceName',
  'Tags',
  // Google's view has the labels of resources here.
  'x_Labels',
  'ProviderName',
  'ServiceProviderName',
  'InvoiceIssuerName',
  'PublisherName',
  'x_SkuMeterCategory',
  'x_SkuMeterSubcategory',
  'x_UsageType',
] as const;
/** Without these nothing can be imported; the rest may be missing in a version or an export, or is asked of each row. */
export const MANDATORY: readonly Column[] = COLUMNS.slice(0, 6);

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
/** … where ids of SKUs say nothing, and their descriptions all. */
export const DESCRIBED_METER_COLUMNS: readonly Column[] = [
  ...METER_COLUMNS.filter((each) => each !== 'SkuId'),
  'SkuId',
];

/** Of what a SKU's price depends on the model alone is read, and only of text: a map would be decoded for every row of a file. */
export const ONLY_AS_TEXT: Column = 'SkuPriceDetails';
export const MODEL = /"(?:x_)?ModelId"\s*:\s*"([^"\\]+)"/;

export const AMOUNTS: readonly Column[] = ['BilledCost', 'ListCost', 'ConsumedQuantity'];
/** Of these the day alone counts; of billing periods the hour as well. */
export const INSTANTS: readonly Column[] = ['ChargePeriodStart', 'ChargePeriodEnd'];
/** What tells a project by a tag: any of them. */
export const TAGS: readonly Column[] = ['Tags', 'x_Labels'];
const PROJECTS: Record<'sub-account' | 'resource' | 'tag', readonly Column[]> = {
  'sub-account': ['SubAccountId', 'SubAccountName', 'x_Project'],
  resource: ['ResourceId', 'ResourceName'],
  tag: TAGS,
};

const PLACES = Object.fromEntries(COLUMNS.map((column, place) => [column, place])) as Record<Column, number>;
const placesOf = (columns: readonly Column[]) => columns.map((column) => PLACES[column]);
const AMOUNT_PLACES = placesOf(AMOUNTS);
const INSTANT_PLACES = placesOf(INSTANTS);
const METER_PLACES = placesOf(METER_COLUMNS);

/** The columns to read, each at its place; null at those of a column that is not read. */
export type Wanted = readonly (Column | null)[];

/**
 * Tags and resources may be most of a file, and are read only where projects are told by them, as in files that name no sub-account.
 * @param filled the columns that its first rows have something in
 */
export function columnsFor(projectBy: Scope['projectBy'], filled: readonly string[]): Wanted {
  const by = typeof projectBy === 'string' ? projectBy : 'tag';
  const needed = [...PROJECTS[by], ...(by === 'sub-account' && !filled.includes('SubAccountId') ? TAGS : [])];
  const unread = Object.values(PROJECTS)
    .flat()
    .filter((column) => !needed.includes(column));
  return COLUMNS.map((column) => (unread.includes(column) ? null : column));
}

/** Reads values by the name of their column, as text that is safe to store and to print. */
export function rowOf(values: Values): Row {
  return (column) => {
    const value = values[PLACES[column]] ?? null;
    return value === null ? null : cleanText(value);
  };
}

/**
 * All that tells which line a row is of: its values without amounts, the first of what names its meter, and days for instants.
 * Rows of the same are many, and what they have in common need be worked out only once.
 */
export function identityOf(values: Values): string {
  const telling = [...values];
  for (const place of AMOUNT_PLACES) telling[place] = null;
  const meter = METER_PLACES.find((place) => telling[place] !== null);
  // A SKU's id and its description stay together: whose files these are says which of them is read.
  if (meter !== PLACES.SkuId) for (const place of METER_PLACES) if (place !== meter) telling[place] = null;
  telling[PLACES.SkuPriceDetails] = MODEL.exec(telling[PLACES.SkuPriceDetails] ?? '')?.[0] ?? null;
  for (const place of INSTANT_PLACES) {
    const text = telling[place] ?? null;
    if (text !== null) telling[place] = readDay(text) ?? text;
  }
  return JSON.stringify(telling);
}

/** The row of an identity. Nothing of it is a piece of the file's text, which would stay in memory with it. */
export function rowOfIdentity(identity: string): Row {
  return rowOf(JSON.parse(identity) as Values);
}
