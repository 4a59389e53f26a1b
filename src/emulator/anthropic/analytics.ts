import type { ApiAnswer, ApiRequest, Route } from '../api.js';
import { dailyBuckets, rowsOfBucket, type DailyBucket } from '../daily-buckets.js';
import { groupRows, type Dimensions, type GroupedRow } from '../grouping.js';
import { queryIdentity } from '../query.js';
import { amountText, type WorldOrganization, type WorldRow } from '../world.js';
import { parseAnalyticsQuery, GROUPINGS } from './analytics-query.js';
import { reportedOn } from './children.js';
import { badRequest } from './errors.js';
import { toInstant } from './instants.js';

const PATH = '/v1/organizations/analytics/cost';
/** Their values fan a row out, and do not count. */
const FAN_OUT = new Set(['cost_type', 'token_type']);

/** `GET /v1/organizations/analytics/cost`: its own view of what was spent, which may differ from the bill. */
export const analyticsRoute: Route = {
  path: /^\/v1\/organizations\/analytics\/cost$/,
  scope: 'usage',
  answer: answerAnalytics,
};

/** The id of the default workspace, which only this report tells. */
export function defaultWorkspace({ id }: WorldOrganization): string {
  return `wrkspc_default_${id}`;
}

function answerAnalytics(request: ApiRequest): ApiAnswer {
  const { organization, query, now, quirks, issuedCursors } = request;
  if (quirks.noAnalytics) throw badRequest('Analytics are not available for organizations with HIPAA readiness.');
  const asked = parseAnalyticsQuery(query, now);
  const identity = queryIdentity(organization.id, PATH, query);
  const token = query.get('page');
  if (token !== null && !issuedCursors.has(`${token} ${identity}`))
    throw badRequest('page: Invalid page token for this query');
  const from = token === null ? 0 : Number(Buffer.from(token.slice('page_'.length), 'base64').toString());
  const owners = new Map<WorldRow, WorldOrganization>();
  const organizations = reportedOn(organization, request.world, query);
  const dimensions = dimensionsOf(organization, owners);
  const rowsIn = (bucket: DailyBucket) =>
    organizations.flatMap((each) => {
      const rows = rowsOf({ ...request, organization: each }, bucket);
      for (const row of rows) owners.set(row, each);
      return rows;
    });
  const rows = dailyBuckets(asked.start, asked.end, now).flatMap((bucket) =>
    groupRows(rowsIn(bucket), { dimensions, asked: asked.groupBy, finest: false, sumDecimals: null }).map((row) => ({
      bucket,
      row,
      head: headOf(bucket, row, asked.groupBy, dimensions),
    })),
  );
  const heads = [...new Set(rows.map(({ head }) => head))];
  const page = new Set(heads.slice(from, from + asked.limit));
  const next = from + asked.limit < heads.length ? mintPage(from + asked.limit) : null;
  if (next !== null) issuedCursors.add(`${next} ${identity}`);
  return {
    status: 200,
    body: {
      data: rows
        .filter(({ head }) => page.has(head))
        .map(({ bucket, row }) => toRow(bucket, row, asked.groupBy, dimensions)),
      has_more: next !== null,
      next_page: next,
      data_refreshed_at: now.toISOString(),
    },
  };
}

function mintPage(from: number): string {
  return `page_${Buffer.from(`${from}`).toString('base64')}`;
}

function rowsOf(request: ApiRequest, bucket: DailyBucket) {
  const { organization, rowsOf: billed } = request;
  const { analytics } = organization;
  return rowsOfBucket(
    { ...request, rowsOf: (of, day) => (analytics === undefined ? billed(of, day) : (analytics.get(day) ?? [])) },
    bucket,
  );
}

function dimensionsOf(asking: WorldOrganization, owners: ReadonlyMap<WorldRow, WorldOrganization>): Dimensions {
  const ownerOf = (row: WorldRow) => owners.get(row) ?? asking;
  return {
    organization_id: (row) => (ownerOf(row) === asking ? null : ownerOf(row).id),
    api_key_id: (row) => row.apiKeyId,
    workspace_id: (row) => row.projectId ?? defaultWorkspace(ownerOf(row)),
    model: (row) => row.dimensions?.model ?? null,
    service_tier: (row) => row.dimensions?.serviceTier ?? null,
    context_window: (row) => row.dimensions?.contextWindow ?? null,
    inference_geo: (row) => row.dimensions?.inferenceGeo ?? null,
    cost_type: (row) => row.dimensions?.costType ?? null,
    token_type: (row) => row.dimensions?.tokenType ?? null,
    product: (row) => row.product ?? null,
  };
}

/** What counts as one row of a page. */
function headOf({ start }: DailyBucket, { row }: GroupedRow, groupBy: string[], dimensions: Dimensions): string {
  const values = groupBy.filter((name) => !FAN_OUT.has(name)).map((name) => dimensions[name]?.(row) ?? null);
  return JSON.stringify([start.toISOString(), ...values]);
}

function toRow(bucket: DailyBucket, { row, amount }: GroupedRow, groupBy: string[], dimensions: Dimensions): unknown {
  const cents = amountText('token' in amount ? amount.token : amount.sum);
  return {
    starting_at: toInstant(bucket.start),
    ending_at: toInstant(bucket.end),
    group: Object.fromEntries(
      GROUPINGS.map((name) => [name, groupBy.includes(name) ? (dimensions[name]?.(row) ?? null) : null]),
    ),
    cost: { amount: cents, list_amount: cents, currency: row.currency, requests: null },
  };
}
