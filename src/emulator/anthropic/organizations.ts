import { ApiFailure, type Route } from '../api.js';
import { anthropicError } from './errors.js';
import { childrenOf } from './children.js';

/** `GET /v1/compliance/organizations`: the organizations under a parent, for keys of the Enterprise plan that may list them. */
export const organizationsRoute: Route = {
  path: /^\/v1\/compliance\/organizations$/,
  scope: 'projects',
  answer({ key, organization, world }) {
    if (key.analyticsOnly !== true)
      throw new ApiFailure(anthropicError(403, 'This API key cannot be used with the Compliance API.'));
    const data = childrenOf(organization, world).map(({ id: uuid, name }) => ({
      uuid,
      name,
      created_at: '2026-01-05T10:00:00Z',
    }));
    return { status: 200, body: { data, has_more: false, next_page: null } };
  },
};
