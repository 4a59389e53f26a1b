import { z } from 'zod';
import { parseDay, type Day } from '../../domain/day.js';
import type { Decimal } from '../../domain/decimal.js';
import { amountAt, naming, numberText, optionalText, parseShape, text, type DriftWatch } from '../shapes.js';

const WHO = 'GitHub';

/** A row of any usage report, in dollars. */
export interface UsageItem {
  /** Null in reports that are asked for a day at a time. */
  day: Day | null;
  sku: string;
  model: string | null;
  unit: string | null;
  quantity: Decimal | null;
  gross: Decimal;
  net: Decimal;
  organization: string | null;
  repository: string | null;
  isAi: boolean;
  /** Whether another report tells the models of it. */
  hasModels: boolean;
}

const usageItem = z.object({
  date: optionalText,
  product: text,
  sku: text,
  model: optionalText,
  unitType: optionalText,
  quantity: numberText.nullish(),
  grossQuantity: numberText.nullish(),
  grossAmount: numberText,
  netAmount: numberText,
  organizationName: optionalText,
  repositoryName: optionalText,
});
const report = z.object({ usageItems: z.array(z.unknown()) });

const DOCUMENT_FIELDS = new Set([
  ...['usageItems', 'timePeriod', 'organization', 'enterprise', 'user', 'product', 'model', 'sku', 'repository'],
  ...['costCenter', 'cost_center'],
]);
const ITEM_FIELDS = new Set([
  ...['date', 'product', 'sku', 'model', 'unitType', 'pricePerUnit', 'quantity', 'organizationName', 'repositoryName'],
  ...['grossQuantity', 'discountQuantity', 'netQuantity', 'grossAmount', 'discountAmount', 'netAmount'],
]);

/** Copilot, whatever it is charged by, and models; one thing has other names in other reports. */
const AI = /copilot|models|spark|\bai\b|ai[ _-](?:credit|unit)/i;
const WITH_MODELS = /ai[ _-](?:credit|unit)|premium[ _]request/i;
/** A day, alone or as an instant of it. */
const DAY = /^(\d{4}-\d{2}-\d{2})(?:T.*)?$/;

/** Rows of a usage report. @throws CostsError `contract` */
export function parseUsage(document: unknown, drift: DriftWatch): UsageItem[] {
  const { usageItems } = parseShape(WHO, report, document);
  drift.fields('', document, DOCUMENT_FIELDS);
  return usageItems.map((row, index) => {
    const path = `usageItems[${index}]`;
    drift.fields('usageItems[]', row, ITEM_FIELDS);
    const item = parseShape(WHO, usageItem, row, path);
    const { date, product, sku, unitType } = item;
    const quantity = item.quantity ?? item.grossQuantity ?? null;
    const words = [product, sku, unitType ?? ''].join(' ');
    return {
      day: date === null ? null : naming(`${path}.date`, () => parseDay(DAY.exec(date)?.[1] ?? date)),
      sku,
      model: item.model,
      unit: unitType,
      quantity: quantity === null ? null : amountAt(`${path}.quantity`, quantity),
      gross: amountAt(`${path}.grossAmount`, item.grossAmount),
      net: amountAt(`${path}.netAmount`, item.netAmount),
      organization: item.organizationName,
      repository: item.repositoryName,
      isAi: AI.test(words),
      hasModels: WITH_MODELS.test(words),
    };
  });
}

const costCenters = z.object({ costCenters: z.array(z.object({ id: text })) });

/** `GET /enterprises/{enterprise}/settings/billing/cost-centers` */
export function parseCostCenters(document: unknown): string[] {
  return parseShape(WHO, costCenters, document).costCenters.map(({ id }) => id);
}

/** GitHub says `{ "message": … }`. */
export function readRefusal(document: unknown): string | null {
  const parsed = z.object({ message: text }).safeParse(document);
  return parsed.success ? parsed.data.message : null;
}
