import { ApiFailure, type Route } from '../api.js';
import { anthropicError } from './errors.js';

/** The Admin API, which keys of the Enterprise plan may not call: https://platform.claude.com/docs/en/manage-claude/analytics-api */
export function adminOnly(route: Route): Route {
  return {
    ...route,
    answer(request) {
      if (request.key.analyticsOnly === true)
        throw new ApiFailure(anthropicError(403, 'This API key cannot be used with the Admin API.'));
      return route.answer(request);
    },
  };
}
