import type { Admission } from './admission.js';
import { ApiFailure, type ApiAnswer, type EmulatedProvider, type ApiRequest } from './api.js';

/** The provider's right answer to an admitted or refused request. */
export function answerRequest(
  dialect: EmulatedProvider,
  admission: Admission,
  method: string,
  path: string,
  rest: Omit<ApiRequest, 'organization' | 'key' | 'pathValues'>,
): ApiAnswer {
  if ('refusal' in admission) return admission.refusal;
  const routes = dialect.routes.filter((each) => each.path.test(path));
  const route = routes.find((each) => (each.method ?? 'GET') === method) ?? routes[0];
  if (route === undefined) return errorAnswer(dialect, 404, `Not found: ${method} ${path}`);
  if (method !== (route.method ?? 'GET')) return errorAnswer(dialect, 405, `Method not allowed: ${method} ${path}`);
  if (route.scope !== null && !admission.key.scopes.includes(route.scope)) return dialect.missingScope(route.scope);
  const pathValues = (route.path.exec(path) ?? []).slice(1).map(decodeURIComponent);
  try {
    return route.answer({ ...rest, ...admission, pathValues });
  } catch (error) {
    if (error instanceof ApiFailure) return error.answer;
    throw error;
  }
}

function errorAnswer(dialect: EmulatedProvider, status: number, message: string): ApiAnswer {
  return { status, body: dialect.errorBody(status, message) };
}
