import { endOfMonthOf, endOfDay, startOfDay, startOfMonthOf, toDay } from '../../domain/day.js';
import { formatDecimal } from '../../domain/decimal.js';
import type { ExportRow } from '../../domain/export.js';
import { UNASSIGNED, type ProviderFacts } from '../../domain/provider.js';
import { legacyProvider, providerOf } from '../../providers/registry.js';
import { measure, type Measured } from './pricing.js';

export type FocusValue = string | null;

interface Charge {
  row: ExportRow;
  measured: Measured;
  credit: boolean;
  provider: ProviderFacts;
  skuId: string;
}

interface Column {
  name: string;
  /** Numbers are ours and are never neutralised. */
  number?: true;
  value: (charge: Charge) => FocusValue;
}

const text = (name: string, value: Column['value']): Column => ({ name, value });
const number = (name: string, value: Column['value']): Column => ({ name, value, number: true });
const cost = ({ row }: Charge) => formatDecimal(row.cost);
/** A credit has neither been consumed nor has it a price: a negative price is none. */
const usageOnly = (value: (measured: Measured) => string) => (charge: Charge) =>
  charge.credit ? null : value(charge.measured);

/**
 * FOCUS 1.2, Cost and Usage. Left out are the columns of what these providers do not sell or say (commitments, capacity,
 * regions, resources, virtual currencies) and InvoiceId, which no bill report names.
 */
export const FOCUS_COLUMNS: readonly Column[] = [
  number('BilledCost', cost),
  text('BillingAccountId', ({ row }) => row.organizationId ?? row.team.id),
  text('BillingAccountName', ({ row }) => nonEmpty(row.organization) ?? row.organizationId ?? row.team.name),
  text('BillingCurrency', ({ row }) => row.currency),
  text('BillingPeriodEnd', ({ row }) => instant(endOfDay(endOfMonthOf(row.day)))),
  text('BillingPeriodStart', ({ row }) => instant(startOfDay(startOfMonthOf(row.day)))),
  text('ChargeCategory', ({ credit }) => (credit ? 'Credit' : 'Usage')),
  // What was already invoiced when it changed, no report says: a changed row replaces the one before.
  text('ChargeClass', () => null),
  text('ChargeDescription', ({ row }) => nonEmpty(row.lineItem)),
  text('ChargeFrequency', ({ credit }) => (credit ? 'One-Time' : 'Usage-Based')),
  text('ChargePeriodEnd', ({ row }) => instant(row.bucketEnd)),
  text('ChargePeriodStart', ({ row }) => instant(row.bucketStart)),
  number(
    'ConsumedQuantity',
    usageOnly(({ consumedQuantity }) => consumedQuantity),
  ),
  text(
    'ConsumedUnit',
    usageOnly(({ consumedUnit }) => consumedUnit),
  ),
  number('ContractedCost', cost),
  number(
    'ContractedUnitPrice',
    usageOnly(({ unitPrice }) => unitPrice),
  ),
  number('EffectiveCost', cost),
  text('InvoiceIssuerName', ({ provider }) => provider.name),
  number('ListCost', cost),
  number(
    'ListUnitPrice',
    usageOnly(({ unitPrice }) => unitPrice),
  ),
  text('PricingCategory', () => 'Standard'),
  number('PricingQuantity', ({ credit, measured }) => (credit ? '1' : measured.pricingQuantity)),
  text('PricingUnit', ({ credit, measured }) => (credit ? 'Credits' : measured.pricingUnit)),
  text('ProviderName', ({ provider }) => provider.name),
  text('PublisherName', ({ provider }) => provider.name),
  text('ServiceCategory', () => 'AI and Machine Learning'),
  text('ServiceName', ({ provider }) => provider.focus.serviceName),
  text('ServiceSubcategory', () => 'Generative AI'),
  text('SkuId', ({ skuId }) => skuId),
  text('SkuMeter', ({ row }) => nonEmpty(row.tokenType) ?? nonEmpty(row.lineItem)),
  text('SkuPriceDetails', ({ row }) => priceDetails(row)),
  text(
    'SkuPriceId',
    ({ skuId, credit, measured, row }) => `${skuId} | ${row.currency} | ${credit ? 'Credits' : measured.pricingUnit}`,
  ),
  text('SubAccountId', ({ row }) => subAccountOf(row)),
  text('SubAccountName', ({ row }) => {
    const id = subAccountOf(row);
    return id === null ? null : (nonEmpty(row.project) ?? id);
  }),
  text('SubAccountType', ({ row, provider }) => (subAccountOf(row) === null ? null : provider.focus.subAccountType)),
  text('Tags', ({ row }) => (Object.keys(row.tags).length === 0 ? null : JSON.stringify(row.tags))),
  text('x_ContextWindow', ({ row }) => nonEmpty(row.contextWindow)),
  text('x_CostType', ({ row }) => nonEmpty(row.costType)),
  text('x_Estimated', ({ row }) => String(row.estimated)),
  text('x_InferenceGeo', ({ row }) => nonEmpty(row.inferenceGeo)),
  text('x_LineItem', ({ row }) => nonEmpty(row.lineItem)),
  text('x_Linked', ({ row }) => String(row.linked)),
  text('x_Model', ({ row }) => nonEmpty(row.model)),
  text('x_ProjectId', ({ row }) => row.projectId),
  text('x_ProjectName', ({ row }) => nonEmpty(row.project)),
  text('x_QuantitySource', ({ credit, measured }) => (credit ? null : measured.source)),
  text('x_ServiceTier', ({ row }) => nonEmpty(row.serviceTier)),
  text('x_TokenType', ({ row }) => nonEmpty(row.tokenType)),
];

/** What the columns are made from. */
export function toCharge(row: ExportRow): Charge {
  const provider = row.provider === null ? legacyProvider() : providerOf(row.provider);
  const skuId = `${provider.id}: ${nonEmpty(row.lineItem) ?? 'unspecified'}`;
  return { row, credit: row.cost < 0n, measured: measure(row), provider, skuId };
}

/** The provider's project; none where the provider names none, ours where it is one of the old system. */
function subAccountOf({ providerProjectId, projectId }: ExportRow): string | null {
  return providerProjectId === UNASSIGNED ? null : (providerProjectId ?? projectId);
}

function priceDetails({ model, tokenType, serviceTier, contextWindow, inferenceGeo }: ExportRow): string | null {
  const details = {
    x_Model: model,
    x_TokenType: tokenType,
    x_ServiceTier: serviceTier,
    x_ContextWindow: contextWindow,
    x_InferenceGeo: inferenceGeo,
  };
  const known = Object.entries(details).filter(([, value]) => value !== null && value !== '');
  return known.length === 0 ? null : JSON.stringify(Object.fromEntries(known));
}

/** FOCUS has no empty texts: what is not known is null. */
function nonEmpty(value: string | null): string | null {
  return value === null || value.trim() === '' ? null : value;
}

/** To the second, as FOCUS writes instants. */
function instant(date: Date): string {
  return `${toDay(date)}T${date.toISOString().slice(11, 19)}Z`;
}
