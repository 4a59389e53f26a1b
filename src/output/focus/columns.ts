import { endOfDay, endOfMonthOf, startOfDay, startOfMonthOf } from '../../domain/day.js';
import { ZERO, type Decimal } from '../../domain/decimal.js';
import type { FocusVersion, ExportRow } from '../../domain/export.js';
import { UNASSIGNED } from '../../domain/provider.js';
import type { Column } from '../export/layout.js';
import type { Charge } from './charge.js';

interface FocusColumn extends Column<Charge> {
  /** The one version that has it so; undefined where all have. */
  only: FocusVersion | undefined;
}

type Make<Of> = (name: string, value: (charge: Charge) => Of, only?: FocusVersion) => FocusColumn;
const text: Make<string | null> = (name, value, only) => ({ name, type: 'text', value, only });
const time: Make<Date> = (name, value, only) => ({ name, type: 'time', value, only });
const flag: Make<boolean> = (name, value, only) => ({ name, type: 'flag', value, only });
const amount: Make<Decimal | null> = (name, value, only) => ({ name, type: 'amount', value, only });
const quantity: Make<Decimal | null> = (name, value, only) => ({ name, type: 'quantity', value, only });

const cost = ({ row }: Charge) => row.cost;
const consumed = ({ category, sold }: Charge) => (category === 'Usage' ? (sold?.priced ?? null) : null);

/**
 * Cost and Usage: the columns of FOCUS in order of their names, then ours. Left out are those of what these providers do not
 * sell or say (commitments, capacity, regions, resources, virtual currencies) and of invoices, which no bill report names.
 */
const COLUMNS: readonly FocusColumn[] = [
  amount('BilledCost', cost),
  text('BillingAccountId', ({ row }) => row.organizationId ?? row.team.id),
  text('BillingAccountName', ({ row }) => nonEmpty(row.organization) ?? row.organizationId ?? row.team.name),
  text('BillingCurrency', ({ row }) => row.currency),
  time('BillingPeriodEnd', ({ row }) => endOfDay(endOfMonthOf(row.day))),
  time('BillingPeriodStart', ({ row }) => startOfDay(startOfMonthOf(row.day))),
  text('ChargeCategory', ({ category }) => category),
  // What was already invoiced when it changed, no report of an API says: a changed row replaces the one before.
  text('ChargeClass', ({ isCorrection }) => (isCorrection ? 'Correction' : null)),
  text('ChargeDescription', ({ row }) => nonEmpty(row.lineItem)),
  text('ChargeFrequency', ({ category }) => (category === 'Usage' ? 'Usage-Based' : 'One-Time')),
  time('ChargePeriodEnd', ({ row }) => row.bucketEnd),
  time('ChargePeriodStart', ({ row }) => row.bucketStart),
  quantity('ConsumedQuantity', (charge) => consumed(charge)?.consumedQuantity ?? null),
  text('ConsumedUnit', (charge) => consumed(charge)?.unit ?? null),
  amount('ContractedCost', ({ row, sold }) => sold?.priced.contractedCost ?? row.cost),
  amount('ContractedUnitPrice', ({ sold }) => sold?.priced.contractedUnitPrice ?? null),
  // What the charges cost that a purchase covers, a bill does not say: 1.2 has none of it, 1.4 the purchase's own.
  amount('EffectiveCost', ({ category, row }) => (category === 'Purchase' ? ZERO : row.cost), '1.2'),
  amount('EffectiveCost', cost, '1.4'),
  text('HostProviderName', ({ provider }) => provider.name, '1.4'),
  text('InvoiceIssuerName', ({ provider }) => provider.name),
  amount('ListCost', ({ row, sold }) => sold?.priced.listCost ?? row.cost),
  amount('ListUnitPrice', ({ sold }) => sold?.priced.listUnitPrice ?? null),
  text('PricingCategory', ({ sold }) => (sold === null ? null : 'Standard')),
  quantity('PricingQuantity', ({ sold }) => sold?.priced.pricingQuantity ?? null),
  text('PricingUnit', ({ sold }) => sold?.priced.unit ?? null),
  text('ProviderName', ({ provider }) => provider.name, '1.2'),
  text('PublisherName', ({ provider }) => provider.name, '1.2'),
  text('ServiceCategory', (charge) => (isAi(charge) ? 'AI and Machine Learning' : 'Other')),
  text(
    'ServiceName',
    ({ row, provider: { focus } }) => nonEmpty(focus.serviceOf?.(row.lineItem) ?? null) ?? focus.serviceName,
  ),
  text('ServiceProviderName', ({ provider }) => provider.name, '1.4'),
  text('ServiceSubcategory', (charge) => (isAi(charge) ? 'Generative AI' : 'Other (Other)')),
  text('SkuId', ({ sold }) => sold?.sku.id ?? null),
  text('SkuMeter', ({ sold }) => sold?.sku.meter ?? null),
  text('SkuPriceDetails', ({ sold }) => sold?.sku.details ?? null),
  text('SkuPriceId', ({ sold }) => sold?.sku.priceId ?? null),
  text('SubAccountId', ({ row }) => subAccountOf(row)),
  text('SubAccountName', ({ row }) => {
    const id = subAccountOf(row);
    return id === null ? null : (nonEmpty(row.project) ?? id);
  }),
  text('SubAccountType', ({ row, provider }) => (subAccountOf(row) === null ? null : provider.focus.subAccountType)),
  text('Tags', ({ row }) => (Object.keys(row.tags).length === 0 ? null : JSON.stringify(row.tags))),
  text('x_ApiKeyId', ({ row }) => nonEmpty(row.apiKeyId)),
  text('x_ApiKeyName', ({ row }) => nonEmpty(row.apiKeyName)),
  text('x_BillReport', ({ row }) => row.billReport),
  text('x_ContextWindow', ({ row }) => nonEmpty(row.contextWindow)),
  text('x_CostType', ({ row }) => nonEmpty(row.costType)),
  flag('x_Estimated', ({ row }) => row.estimated),
  text('x_InferenceGeo', ({ row }) => nonEmpty(row.inferenceGeo)),
  text('x_LineItem', ({ row }) => nonEmpty(row.lineItem)),
  flag('x_Linked', ({ row }) => row.linked),
  text('x_Modality', ({ row }) => nonEmpty(row.modality)),
  text('x_Model', ({ row }) => nonEmpty(row.model)),
  text('x_ProjectId', ({ row }) => row.projectId),
  text('x_ProjectName', ({ row }) => nonEmpty(row.project)),
  text('x_QuantitySource', (charge) => consumed(charge)?.source ?? null),
  text('x_ServiceTier', ({ row }) => nonEmpty(row.serviceTier)),
  text('x_TokenType', ({ row }) => nonEmpty(row.tokenType)),
];

export function focusColumns(version: FocusVersion): FocusColumn[] {
  return COLUMNS.filter((column) => (column.only ?? version) === version);
}

/** The provider's project; none where the provider names none, ours where it is one of the old system. */
function subAccountOf({ providerProjectId, projectId }: ExportRow): string | null {
  return providerProjectId === UNASSIGNED ? null : (providerProjectId ?? projectId);
}

/** What of a bill is kept is AI by the file's own category, too, unless all of it is kept: then the list of services alone tells. */
function isAi({ row: { isOfAllServices, lineItem }, provider: { focus } }: Charge): boolean {
  return !isOfAllServices || (focus.isAi?.(lineItem) ?? true);
}

/** FOCUS has no empty texts: what is not known is null. */
function nonEmpty(value: string | null): string | null {
  return value === null || value.trim() === '' ? null : value;
}
