import { ApiFailure, type ApiAnswer } from '../api.js';

export function githubError(status: number, message: string): ApiAnswer {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest', status: `${status}` } };
}

/** What GitHub answers for whatever a token may not see. */
export function notFound(): ApiFailure {
  return new ApiFailure(githubError(404, 'Not Found'));
}
