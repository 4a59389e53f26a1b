import type { ApiAnswer, ApiRequest, Route } from '../api.js';
import { listAfter } from '../listing.js';
import { integerOf } from '../query.js';
import type { WorldApiKey } from '../world.js';
import { defaultWorkspace } from './analytics.js';
import { badRequest } from './errors.js';

const [DEFAULT_LIMIT, MAX_LIMIT] = [20, 1000];

/** `GET /v1/organizations/api_keys`. */
export const apiKeysRoute: Route = {
  path: /^\/v1\/organizations\/api_keys$/,
  scope: 'keys',
  answer: (request) =>
    answerPage(request, request.organization.apiKeys ?? [], (key) =>
      toApiKey(key, defaultWorkspace(request.organization)),
    ),
};

/** `GET /v1/organizations/users`: here, those who made keys. */
export const usersRoute: Route = {
  path: /^\/v1\/organizations\/users$/,
  scope: 'keys',
  answer(request) {
    const owners = (request.organization.apiKeys ?? []).map(({ owner }) => owner);
    const users = [...new Map(owners.map((owner) => [owner.id, owner])).values()];
    return answerPage(request, users, ({ id, name, email }) => ({
      ...{ id, type: 'user', name, email: email ?? `${id}@example.com` },
      ...{ role: 'developer', added_at: '2026-01-05T09:00:00Z' },
    }));
  },
};

function answerPage<Item extends { id: string }>(
  { query }: ApiRequest,
  all: Item[],
  toItem: (item: Item) => unknown,
): ApiAnswer {
  const limit = integerOf(query, 'limit') ?? DEFAULT_LIMIT;
  if (limit < 1 || limit > MAX_LIMIT) throw badRequest(`limit: Input should be from 1 to ${MAX_LIMIT}`);
  const page = listAfter(all, query.get('after_id'), limit);
  if (page === null) throw badRequest('after_id: there is no such item');
  const { items, hasMore, firstId, lastId } = page;
  return { status: 200, body: { data: items.map(toItem), has_more: hasMore, first_id: firstId, last_id: lastId } };
}

function toApiKey({ id, name, projectId, owner, status = 'active' }: WorldApiKey, ownWorkspace: string): unknown {
  return {
    id,
    type: 'api_key',
    name,
    created_at: '2026-01-05T09:00:00Z',
    created_by: { id: owner.id, type: owner.type },
    expires_at: null,
    partial_key_hint: `sk-ant-api03-R2D...${id.slice(-4)}`,
    status,
    principal: null,
    scope: { type: 'workspace', workspace_id: projectId ?? ownWorkspace },
  };
}
