import type { Route } from '../api.js';
import { integerOf } from '../query.js';
import { badRequest } from './errors.js';

const MAX_LIMIT = 100;

/** `GET /workspaces?offset&limit` */
export const workspacesRoute: Route = {
  path: /^\/openrouter\/api\/v1\/workspaces$/,
  scope: 'projects',
  answer: ({ organization, query }) => {
    const [offset, limit] = [integerOf(query, 'offset') ?? 0, integerOf(query, 'limit') ?? MAX_LIMIT];
    if (limit < 1 || limit > MAX_LIMIT) throw badRequest(`limit must be from 1 to ${MAX_LIMIT}`);
    const data = organization.projects.slice(offset, offset + limit).map(({ id, name, createdAt }) => ({
      id,
      name,
      slug: id,
      created_at: createdAt.toISOString(),
    }));
    return { status: 200, body: { data, total_count: organization.projects.length } };
  },
};

/** `GET /key` */
export const keyRoute: Route = {
  path: /^\/openrouter\/api\/v1\/key$/,
  scope: null,
  answer: ({ organization, key }) => ({
    status: 200,
    body: {
      data: {
        label: `sk-or-v1-...${key.secret.slice(-3)}`,
        is_management_key: key.scopes.includes('usage'),
        is_provisioning_key: key.scopes.includes('usage'),
        organization_id: organization.id,
        workspace_id: null,
        creator_user_id: 'user_1',
        expires_at: key.expiresAt?.toISOString() ?? null,
        limit: null,
        usage: 0,
        byok_usage: 0,
        rate_limit: { requests: -1, interval: '10s' },
      },
    },
  }),
};
