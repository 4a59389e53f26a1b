import type { ProviderId } from '../domain/provider.js';
import type { Quirks } from './quirks.js';
import type { WorldKey, WorldOrganization, WorldScope } from './world.js';

/** A request that passed the door: whose it is and what it asks. */
export interface ApiRequest {
  organization: WorldOrganization;
  key: WorldKey;
  query: URLSearchParams;
  /** What the route's pattern caught, decoded. */
  pathValues: string[];
  now: Date;
  quirks: Quirks;
  /** Cursors handed out so far, for providers whose cursor does not say which query it belongs to. */
  issuedCursors: Set<string>;
}

export interface ApiAnswer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  /** A fresh cursor that leads to the page just answered, for the `duplicate-page` fault. */
  again?: string;
}

/** One endpoint. To add one, write its file and name it in its provider's routes. */
export interface Route {
  /** Matched against the whole path. */
  path: RegExp;
  /** What the key must be allowed; null asks for a valid key only. */
  scope: WorldScope | null;
  answer: (request: ApiRequest) => ApiAnswer;
}

/** What sets one provider's server apart from another's. */
export interface ApiDialect {
  provider: ProviderId;
  /** Every path of it begins so. */
  prefix: string;
  routes: Route[];
  /** The key a request carries, or the answer that refuses a request without one. */
  readKey: (headers: Record<string, string | string[] | undefined>) => string | ApiAnswer;
  errorBody: (status: number, message: string) => unknown;
  invalidKey: () => ApiAnswer;
  missingScope: (scope: WorldScope) => ApiAnswer;
  /** Headers of a 429 beyond Retry-After. */
  rateLimitHeaders: (now: Date) => Record<string, string>;
  requestIdHeader: string;
}

/** Thrown by a route to answer with an error. */
export class ApiFailure extends Error {
  readonly answer: ApiAnswer;

  constructor(answer: ApiAnswer) {
    super(`status ${answer.status}`);
    this.answer = answer;
  }
}
