import type { ApiAnswer, ApiRequest, Route } from '../api.js';
import { dailyBuckets, rowsOfBucket, type DailyBucket } from '../daily-buckets.js';
import { groupRows, type Dimensions, type GroupedRow } from '../grouping.js';
import { raw } from '../json.js';
import { queryIdentity } from '../query.js';
import type { AnthropicDimensions } from '../world.js';
import { GROUPINGS, parseCostReportQuery } from './cost-report-query.js';
import { mintPage, readPage } from './cursor.js';
import { badRequest } from './errors.js';
import { toInstant } from './instants.js';

const PATH = '/v1/organizations/cost_report';

/** What grouping by `description` tells apart: one description recurs with other values of the rest. */
const DESCRIPTION: Dimensions = {
  description: (row) => row.lineItem,
  cost_type: (row) => row.dimensions?.costType ?? null,
  model: (row) => row.dimensions?.model ?? null,
  token_type: (row) => row.dimensions?.tokenType ?? null,
  context_window: (row) => row.dimensions?.contextWindow ?? null,
  service_tier: (row) => row.dimensions?.serviceTier ?? null,
  inference_geo: (row) => row.dimensions?.inferenceGeo ?? null,
};
const DIMENSIONS: Dimensions = { workspace_id: (row) => row.projectId, ...DESCRIPTION };

const NO_DIMENSIONS: AnthropicDimensions = {
  costType: null,
  model: null,
  tokenType: null,
  contextWindow: null,
  serviceTier: null,
  inferenceGeo: null,
};

/** `GET /v1/organizations/cost_report`. */
export const costReportRoute: Route = {
  path: /^\/v1\/organizations\/cost_report$/,
  scope: 'usage',
  answer: answerCostReport,
};

function answerCostReport(request: ApiRequest): ApiAnswer {
  const { organization, query, now, issuedCursors, quirks } = request;
  const asked = parseCostReportQuery(query, now);
  const identity = queryIdentity(organization.id, PATH, query);
  const token = query.get('page');
  // The token is the next bucket's start and nothing else: which query it was made for has to be remembered.
  const cursor = token !== null && issuedCursors.has(`${token} ${identity}`) ? readPage(token) : null;
  if (token !== null && cursor === null) throw badRequest('page: Invalid page token for this query');

  const left = dailyBuckets(cursor ?? asked.start, asked.end, now);
  const days = Math.min(asked.limit, quirks.daysPerPage ?? Infinity);
  const page = left.slice(0, days);
  const next = left[days];
  const nextPage = next === undefined ? null : mintPage(next.start, false);
  const start = cursor ?? asked.start;
  const again = mintPage(start, token !== mintPage(start, true));
  for (const issued of [nextPage, again]) if (issued !== null) issuedCursors.add(`${issued} ${identity}`);
  return {
    status: 200,
    body: {
      data: page.map((bucket) => toBucket(bucket, asked.groupBy, request)),
      has_more: nextPage !== null,
      next_page: nextPage,
    },
    again,
  };
}

function toBucket(bucket: DailyBucket, groupBy: string[], request: ApiRequest): unknown {
  const rows = groupRows(rowsOfBucket(request, bucket), {
    dimensions: DIMENSIONS,
    asked: groupBy.flatMap((name) => (name === 'description' ? Object.keys(DESCRIPTION) : [name])),
    finest: groupBy.length === GROUPINGS.length,
    sumDecimals: null,
  });
  return {
    starting_at: toInstant(bucket.start),
    ending_at: toInstant(bucket.end),
    results: rows.map((row) => toResult(row, groupBy)),
  };
}

function toResult({ row, amount }: GroupedRow, groupBy: string[]): unknown {
  const described = groupBy.includes('description');
  const dimensions = (described ? row.dimensions : null) ?? NO_DIMENSIONS;
  return {
    currency: row.currency,
    amount: 'token' in amount ? raw(amount.token) : amount.sum,
    workspace_id: groupBy.includes('workspace_id') ? row.projectId : null,
    description: described ? row.lineItem : null,
    cost_type: dimensions.costType,
    context_window: dimensions.contextWindow,
    model: dimensions.model,
    service_tier: dimensions.serviceTier,
    token_type: dimensions.tokenType,
    inference_geo: dimensions.inferenceGeo,
  };
}
