import type { ApiAnswer, ApiRequest, Route } from '../api.js';
import { listAfter } from '../listing.js';
import { integerOf } from '../query.js';
import type { WorldProject } from '../world.js';
import { badRequest } from './errors.js';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1000;

/** `GET /v1/organizations/workspaces`. The default workspace is not one of them. */
export const workspacesRoute: Route = {
  path: /^\/v1\/organizations\/workspaces$/,
  scope: 'projects',
  answer: answerWorkspaces,
};

function answerWorkspaces({ organization, query }: ApiRequest): ApiAnswer {
  const limit = integerOf(query, 'limit') ?? (query.has('limit') ? 0 : DEFAULT_LIMIT);
  if (limit < 1 || limit > MAX_LIMIT) throw badRequest(`limit: Input should be from 1 to ${MAX_LIMIT}`);
  const wanted = organization.projects.filter(
    ({ archivedAt }) => archivedAt === null || query.get('include_archived') === 'true',
  );
  const before = query.get('before_id');
  const page =
    before === null ? listAfter(wanted, query.get('after_id'), limit) : listAfter(wanted.toReversed(), before, limit);
  if (page === null) throw badRequest('after_id, before_id: no such workspace');
  const items = before === null ? page.items : page.items.toReversed();
  return {
    status: 200,
    body: {
      data: items.map(toWorkspace),
      has_more: page.hasMore,
      first_id: items[0]?.id ?? null,
      last_id: items.at(-1)?.id ?? null,
    },
  };
}

function toWorkspace({ id, name, createdAt, archivedAt }: WorldProject): unknown {
  return {
    id,
    type: 'workspace',
    name,
    created_at: createdAt.toISOString(),
    archived_at: archivedAt === null ? null : archivedAt.toISOString(),
    display_color: '#6C5BB9',
    data_residency: { workspace_geo: 'us', default_inference_geo: 'global', allowed_inference_geos: 'unrestricted' },
    compartment_id: null,
    external_key_id: null,
    tags: {},
    user_profile_id: null,
  };
}
