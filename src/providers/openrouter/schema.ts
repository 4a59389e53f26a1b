import { z } from 'zod';
import { parseDay, type Day } from '../../domain/day.js';
import type { Decimal } from '../../domain/decimal.js';
import type { ProviderProject } from '../../domain/provider.js';
import { amountAt, instant, naming, numberText, optionalText, parseShape, text, type DriftWatch } from '../shapes.js';

const WHO = 'OpenRouter';

/** Amounts that a query may ask for: all that is charged to credits, and what was paid elsewhere with keys of one's own. */
export type Metric = 'credits_usage' | 'byok_usage';

export interface AnalyticsRow {
  day: Day;
  /** Null in a query without models. */
  model: string | null;
  amount: Decimal;
}

/** `POST /analytics/query` */
const answer = z.object({
  data: z.object({
    data: z.array(z.unknown()),
    metadata: z.object({ truncated: z.boolean(), row_count: numberText.nullish() }),
    warnings: z.array(z.string()).nullish(),
  }),
});

const ROW_FIELDS = ['date__day', 'created_at__day', 'model', 'model_permaslug'];
/** A day, alone or as the midnight it begins with. */
const DAY = /^(\d{4}-\d{2}-\d{2})(?:[T ]00:00:00(?:\.0+)?(?:Z|\+00:?00)?)?$/;

export interface AnalyticsAnswer {
  rows: AnalyticsRow[];
  /** It has more rows than it may answer. */
  isCut: boolean;
  /** Why it may not be all there is. */
  warnings: string[];
}

/** Rows of a query by the day in our words. @throws CostsError `contract` */
export function parseAnalytics(document: unknown, metric: Metric, drift: DriftWatch): AnalyticsAnswer {
  const { data } = parseShape(WHO, answer, document);
  const known = new Set([...ROW_FIELDS, metric]);
  const rows = data.data.map((row, index) => {
    drift.fields('data[]', row, known);
    return parseRow(row, metric, `data.data[${index}]`);
  });
  const { truncated, row_count: count } = data.metadata;
  const lacks = typeof count === 'string' && Number(count) !== rows.length;
  const warnings = (data.warnings ?? []).map((warning) => text.parse(warning));
  return {
    rows,
    isCut: truncated,
    warnings: lacks ? [...warnings, `it counts ${count} rows and sends ${rows.length}`] : warnings,
  };
}

function parseRow(row: unknown, metric: Metric, path: string): AnalyticsRow {
  const shape = z.object({
    date__day: optionalText,
    created_at__day: optionalText,
    model: optionalText,
    [metric]: numberText.nullish(),
  });
  const parsed = parseShape(WHO, shape, row, path) as Record<string, string | null | undefined>;
  const date = parsed['date__day'] ?? parsed['created_at__day'] ?? '';
  const day = naming(`${path}.date__day`, () => parseDay(DAY.exec(date)?.[1] ?? date));
  return { day, model: parsed['model'] ?? null, amount: amountAt(`${path}.${metric}`, parsed[metric] ?? '0') };
}

/** `GET /workspaces` */
const workspaces = z.object({ data: z.array(z.object({ id: text, name: optionalText })) });

export function parseWorkspaces(document: unknown): ProviderProject[] {
  const { data } = parseShape(WHO, workspaces, document);
  return data.map(({ id, name }) => ({ id, name, archivedAt: null }));
}

/** `GET /key` */
const key = z.object({
  data: z.object({
    is_management_key: z.boolean().nullish(),
    is_provisioning_key: z.boolean().nullish(),
    organization_id: optionalText,
    creator_user_id: optionalText,
    label: optionalText,
    expires_at: instant.nullish(),
  }),
});

export interface KeyAnswer {
  isManagementKey: boolean;
  /** The organization, or the person whose account it is. */
  account: string | null;
  expiresAt: Date | null;
}

export function parseKeyAnswer(document: unknown): KeyAnswer {
  const { data } = parseShape(WHO, key, document);
  return {
    isManagementKey: data.is_management_key ?? data.is_provisioning_key ?? false,
    account: data.organization_id ?? data.creator_user_id,
    expiresAt: data.expires_at ?? null,
  };
}
