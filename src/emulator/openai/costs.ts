import type { ApiAnswer, ApiRequest, Route } from '../api.js';
import { dailyBuckets, rowsOfBucket, type DailyBucket } from '../daily-buckets.js';
import { groupRows, type Dimensions, type GroupedRow } from '../grouping.js';
import { raw } from '../json.js';
import { queryIdentity } from '../query.js';
import type { WorldRow } from '../world.js';
import { parseCostsQuery, type CostsQuery } from './costs-query.js';
import { mintCursor, readCursor } from './cursor.js';
import { badParameter, refuseOld } from './errors.js';

const PATH = '/v1/organization/costs';
const DAY_SECONDS = 86_400;

const DIMENSIONS: Dimensions = {
  project_id: (row) => row.projectId,
  line_item: (row) => row.lineItem,
  api_key_id: (row) => row.apiKeyId,
};

/** `GET /v1/organization/costs`. */
export const costsRoute: Route = { path: /^\/v1\/organization\/costs$/, scope: 'usage', answer: answerCosts };

function answerCosts(request: ApiRequest): ApiAnswer {
  const { organization, query, now, quirks } = request;
  const asked = parseCostsQuery(query, now);
  refuseOld(asked.start, now, quirks.costsLookback);
  if (quirks.noCostsByApiKey && asked.groupBy.includes('api_key_id'))
    throw badParameter('group_by', 'group_by=api_key_id is not available for this organization.');
  const identity = queryIdentity(organization.id, PATH, query);
  const token = query.get('page');
  const cursor = token === null ? null : readCursor(token, identity);
  if (token !== null && cursor === null) {
    throw badParameter('page', 'Invalid page token: it does not belong to a query with these parameters.');
  }

  const start = cursor === null ? asked.start : new Date(cursor.next * 1000);
  const left = dailyBuckets(start, asked.end, now);
  const page = left.slice(0, Math.min(asked.limit, quirks.daysPerPage ?? Infinity));
  const past = page.length === 0 ? quirks.cursorPastEnd === 'forever' : quirks.cursorPastEnd !== 'never';
  const hasMore = left.length > page.length || past;
  const next = page.at(-1)?.end ?? new Date(start.getTime() + DAY_SECONDS * 1000);
  const minted = cursor === null ? 0 : cursor.minted % DAY_SECONDS;
  return {
    status: 200,
    body: {
      object: 'page',
      data: page.map((bucket) => toBucket(bucket, asked, request)),
      has_more: hasMore,
      next_page: hasMore ? mintCursor(identity, next, now) : null,
    },
    again: mintCursor(identity, start, now, minted + 1),
  };
}

function toBucket(bucket: DailyBucket, asked: CostsQuery, request: ApiRequest): unknown {
  const rows = rowsOfBucket(request, bucket).filter((row) => isWanted(row, asked));
  const grouped = groupRows(rows, {
    dimensions: DIMENSIONS,
    asked: asked.groupBy.filter((name) => name in DIMENSIONS),
    finest: asked.groupBy.includes('project_id') && asked.groupBy.includes('line_item'),
    sumDecimals: request.quirks.sumDecimals,
  });
  return {
    object: 'bucket',
    start_time: bucket.start.getTime() / 1000,
    end_time: bucket.end.getTime() / 1000,
    ...(request.quirks.undocumentedFields
      ? { start_time_iso: isoOf(bucket.start), end_time_iso: isoOf(bucket.end) }
      : {}),
    results: grouped.map((row) => toResult(row, asked.groupBy, request)),
  };
}

function isoOf(date: Date): string {
  return `${date.toISOString().slice(0, 19)}+00:00`;
}

function isWanted(row: WorldRow, { projectIds, lineItems, apiKeyIds }: CostsQuery): boolean {
  return (
    (projectIds.length === 0 || projectIds.includes(row.projectId ?? '')) &&
    (lineItems.length === 0 || lineItems.includes(row.lineItem ?? '')) &&
    (apiKeyIds.length === 0 || apiKeyIds.includes(row.apiKeyId ?? ''))
  );
}

function toResult(
  { row, amount, quantity, quantityUnit }: GroupedRow,
  groupBy: string[],
  request: ApiRequest,
): unknown {
  const byLineItem = groupBy.includes('line_item');
  const projectId = groupBy.includes('project_id') ? row.projectId : null;
  return {
    object: 'organization.costs.result',
    amount: { value: raw('token' in amount ? amount.token : amount.sum), currency: row.currency },
    line_item: byLineItem ? row.lineItem : null,
    project_id: projectId,
    api_key_id: groupBy.includes('api_key_id') ? row.apiKeyId : null,
    user_id: null,
    api_source: groupBy.includes('api_source') ? 'unlabeled' : null,
    quantity: byLineItem && quantity !== null ? raw(quantity) : null,
    quantity_unit: byLineItem ? quantityUnit : null,
    ...(request.quirks.undocumentedFields ? undocumented(projectId, request) : {}),
  };
}

/** What the wire carries beside the contract. */
function undocumented(projectId: string | null, { organization }: ApiRequest): Record<string, string | null> {
  return {
    project_name: organization.projects.find(({ id }) => id === projectId)?.name ?? null,
    organization_id: organization.id,
    organization_name: organization.name,
    user_email: null,
  };
}
