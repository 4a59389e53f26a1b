import { z } from 'zod';
import type { CostLine } from '../../domain/bucket.js';
import { endOfDay, startOfDay, toDay, type DaySpan } from '../../domain/day.js';
import type { Decimal } from '../../domain/decimal.js';
import { broken, type CursorPage } from '../paging.js';
import {
  amountAt,
  currencyCode,
  formatInstant,
  instant,
  numberText,
  optionalText,
  parseShape,
  type DriftWatch,
} from '../shapes.js';
import { CENTS_TO_DOLLARS, KNOWN_VALUES } from './schema.js';

const WHO = 'Anthropic';

/** `GET /v1/organizations/analytics/cost`: a row a day and group that cost something. */
const costPage = z.object({
  data: z.array(
    z.object({
      starting_at: instant,
      group: z.object({
        api_key_id: optionalText,
        workspace_id: optionalText,
        model: optionalText,
        service_tier: optionalText,
        cost_type: optionalText,
        token_type: optionalText,
        product: optionalText,
        organization_id: optionalText,
      }),
      cost: z.object({ amount: numberText, list_amount: numberText.nullish(), currency: currencyCode }),
    }),
  ),
  has_more: z.boolean(),
  next_page: z.string().nullish(),
});
type CostRow = z.infer<typeof costPage>['data'][number];

const PAGE_FIELDS = new Set(['data', 'has_more', 'next_page', 'data_refreshed_at']);
const ROW_FIELDS = new Set(['starting_at', 'ending_at', 'group', 'cost']);
const COST_FIELDS = new Set(['amount', 'list_amount', 'currency', 'requests']);
const PRODUCTS = new Set([
  'chat',
  'claude_code',
  'cowork',
  'office_agent',
  'claude_in_chrome',
  'claude_design',
  'claude_tag',
  'chat_cowork_unified',
  'cc_security_autopatch',
  'other',
]);

/** A row in our words: what it is about as the answer says it, amounts in dollars. */
export interface AnalyticsRow extends Pick<CostLine, 'bucketStart' | 'bucketEnd' | 'currency' | 'cost'> {
  /** Before discounts. */
  listCost: Decimal | null;
  group: CostRow['group'];
}

export interface AnalyticsPage extends CursorPage {
  rows: AnalyticsRow[];
}

/** A page of the analytics in our words. @throws CostsError `contract` */
export function parseAnalyticsPage(document: unknown, span: DaySpan, drift: DriftWatch): AnalyticsPage {
  const page = parseShape(WHO, costPage, document);
  drift.fields('', document, PAGE_FIELDS);
  const rows = page.data.map((row, index) => {
    const raw = (document as { data: { cost: unknown }[] }).data[index];
    drift.fields('data[]', raw, ROW_FIELDS);
    drift.fields('data[].cost', raw?.cost, COST_FIELDS);
    drift.value('cost_type', row.group.cost_type, KNOWN_VALUES.cost_type);
    drift.value('token_type', row.group.token_type, KNOWN_VALUES.token_type);
    drift.value('product', row.group.product, PRODUCTS);
    return toRow(row, `data[${index}].cost`, span);
  });
  return { rows, hasMore: page.has_more, nextPage: page.next_page ?? null };
}

/** Amounts become dollars here. */
function toRow({ starting_at: bucketStart, group, cost }: CostRow, path: string, { since, until }: DaySpan) {
  const day = toDay(bucketStart);
  if (startOfDay(day).getTime() !== bucketStart.getTime() || day < since || day > until)
    throw broken(WHO, `sent costs of ${formatInstant(bucketStart)}, which were not asked for`);
  const { amount, list_amount: list, currency } = cost;
  return {
    bucketStart,
    bucketEnd: endOfDay(day),
    currency,
    cost: amountAt(`${path}.amount`, amount, CENTS_TO_DOLLARS),
    listCost: list == null ? null : amountAt(`${path}.list_amount`, list, CENTS_TO_DOLLARS),
    group,
  };
}
