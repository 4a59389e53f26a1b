import type { Day } from './day.js';
import { formatDecimal, type Decimal } from './decimal.js';
import type { QuantitySource } from './explanation.js';
import type { ProviderId } from './provider.js';
import type { ReportBasis, RowFilter } from './report.js';

export const EXPORT_FORMATS = ['csv', 'json', 'jsonl', 'parquet', 'focus-csv', 'focus-parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Versions of FOCUS that are written; what 1.3 brought comes with 1.4. */
export const FOCUS_VERSIONS = ['1.2', '1.4'] as const;
export type FocusVersion = (typeof FOCUS_VERSIONS)[number];

export interface ExportQuery extends RowFilter {
  basis: ReportBasis;
  /** The bills as they were then. */
  asOf?: Date;
  /** Looks for the quantities of bills that name none in the usage that was collected, and for what a unit costs by list. */
  withUsage: boolean;
}

/** A row of `cost_data`, or one API key's part of it, with what is known of its project. */
export interface ExportRow {
  id: string;
  team: { id: string; name: string };
  day: Day;
  bucketStart: Date;
  bucketEnd: Date;
  provider: ProviderId | null;
  organizationId: string | null;
  organization: string | null;
  projectId: string;
  project: string;
  providerProjectId: string | null;
  linked: boolean;
  lineItem: string;
  model: string | null;
  modality: string | null;
  costType: string | null;
  tokenType: string | null;
  serviceTier: string | null;
  contextWindow: string | null;
  inferenceGeo: string | null;
  quantity: Decimal | null;
  quantityUnit: string | null;
  /** The bill itself (or the row it was estimated from), or usage of the same dimensions; null where there is no quantity. */
  quantitySource: QuantitySource | null;
  currency: string;
  cost: Decimal;
  /** Before discounts; null where the provider does not say it. */
  listCost: Decimal | null;
  /** Of one unit by the price book, in the row's currency; null where it has none that day, or was not asked. */
  listUnitPrice: Decimal | null;
  /** Usage or legacy rows, where no bill exists. */
  estimated: boolean;
  /** The project's tags on the day. */
  tags: Record<string, string>;
  /** The API key that spent it; null for none, and where the bill does not tell. Never the key itself. */
  apiKeyId: string | null;
  apiKeyName: string | null;
  /** The report that its organization's bill is read from in place of the bill, by its name; null for the bill itself. */
  billReport: string | null;
  /** Whether the bill of its day is kept whole, and not of services alone that are AI. */
  isOfAllServices: boolean;
}

export interface ExportStore {
  /**
   * Hands over the rows that a report of the same query adds up, some thousand at a time in the order of their days, all of
   * one state of the database. The next rows are read once `take` is done with these.
   * @returns how many rows there were
   */
  read(query: ExportQuery, take: (rows: readonly ExportRow[]) => Promise<void>): Promise<number>;
}

/** What rows for other tools tell, in this order. */
export const EXPORT_FIELDS = [
  'day',
  'bucketStart',
  'bucketEnd',
  'provider',
  'organizationId',
  'organization',
  'projectId',
  'project',
  'providerProjectId',
  'linked',
  'lineItem',
  'model',
  'costType',
  'tokenType',
  'serviceTier',
  'contextWindow',
  'inferenceGeo',
  'quantity',
  'quantityUnit',
  'currency',
  'cost',
  'estimated',
  'tags',
  'apiKeyId',
  'apiKeyName',
  'listCost',
  'billReport',
  'modality',
] as const satisfies readonly (keyof ExportRow)[];
export type ExportField = (typeof EXPORT_FIELDS)[number];

/** A row for other tools; amounts and quantities exact. */
export type ExportDocument = { [Field in ExportField]: Written<ExportRow[Field]> };

/** Instants and amounts are text. */
type Written<Value> = Value extends Date | bigint ? string : Value;

export function toExportDocument(row: ExportRow): ExportDocument {
  const written = (value: ExportRow[ExportField]) => {
    if (value instanceof Date) return value.toISOString();
    return typeof value === 'bigint' ? formatDecimal(value) : value;
  };
  return Object.fromEntries(EXPORT_FIELDS.map((field) => [field, written(row[field])])) as ExportDocument;
}
