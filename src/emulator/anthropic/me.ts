import type { Route } from '../api.js';

/** `GET /v1/organizations/me`: whose key it is. */
export const meRoute: Route = {
  path: /^\/v1\/organizations\/me$/,
  scope: null,
  answer: ({ organization: { id, name } }) => ({ status: 200, body: { id, type: 'organization', name } }),
};
