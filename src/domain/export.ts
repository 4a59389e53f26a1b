import type { Day } from './day.js';
import { formatDecimal, type Decimal } from './decimal.js';
import type { ProviderId } from './provider.js';
import type { ReportBasis, RowFilter } from './report.js';

export const EXPORT_FORMATS = ['csv', 'jsonl', 'focus-csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportQuery extends RowFilter {
  basis: ReportBasis;
  /** Looks for the quantities of bills that name none in the usage that was collected. */
  withUsage: boolean;
}

/** Where a quantity comes from: the bill itself (or the row it was estimated from), or usage of the same dimensions. */
export type QuantitySource = 'bill' | 'usage';

/** A row of `cost_data` with what is known of its project. */
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
  costType: string | null;
  tokenType: string | null;
  serviceTier: string | null;
  contextWindow: string | null;
  inferenceGeo: string | null;
  quantity: Decimal | null;
  quantityUnit: string | null;
  /** Null where there is no quantity. */
  quantitySource: QuantitySource | null;
  currency: string;
  cost: Decimal;
  /** Usage or legacy rows, where no bill exists. */
  estimated: boolean;
  /** The project's tags on the day. */
  tags: Record<string, string>;
}

export interface ExportStore {
  /**
   * Hands over the rows that a report of the same query adds up, some thousand at a time in the order of their days, all of
   * one state of the database. The next rows are read once `take` is done with these.
   * @returns how many rows there were
   */
  read(query: ExportQuery, take: (rows: readonly ExportRow[]) => Promise<void>): Promise<number>;
}

/** A row for other tools; amounts and quantities exact. */
export type ExportDocument = ReturnType<typeof toExportDocument>;

export function toExportDocument(row: ExportRow) {
  return {
    day: row.day,
    bucketStart: row.bucketStart.toISOString(),
    bucketEnd: row.bucketEnd.toISOString(),
    provider: row.provider,
    organizationId: row.organizationId,
    organization: row.organization,
    projectId: row.projectId,
    project: row.project,
    providerProjectId: row.providerProjectId,
    linked: row.linked,
    lineItem: row.lineItem,
    model: row.model,
    costType: row.costType,
    tokenType: row.tokenType,
    serviceTier: row.serviceTier,
    contextWindow: row.contextWindow,
    inferenceGeo: row.inferenceGeo,
    quantity: row.quantity === null ? null : formatDecimal(row.quantity),
    quantityUnit: row.quantityUnit,
    currency: row.currency,
    cost: formatDecimal(row.cost),
    estimated: row.estimated,
    tags: row.tags,
  };
}
