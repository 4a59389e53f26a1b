import type { Day } from '../domain/day.js';
import type { Decimal } from '../domain/decimal.js';
import type { ProviderId } from '../domain/provider.js';
import type { Charge, DemoOrganization } from './demo-world.js';
import type { Quirks } from './quirks.js';
import type { WorldUsageRow } from './usage-world.js';
import type { World, WorldKey, WorldOrganization, WorldRow, WorldScope } from './world.js';

/** A request that passed the door: whose it is and what it asks. */
export interface ApiRequest {
  organization: WorldOrganization;
  key: WorldKey;
  world: World;
  query: URLSearchParams;
  /** Of a POST, parsed; null otherwise. */
  body: unknown;
  /** The rows an organization is charged on a day. */
  rowsOf: (organization: WorldOrganization, day: Day) => WorldRow[];
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

/** The same as it goes over the wire. */
export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/** One endpoint. To add one, write its file and name it in its provider's routes. */
export interface Route {
  /** Matched against the whole path. */
  path: RegExp;
  /** Default: GET. */
  method?: 'POST';
  /** What the key must be allowed; null asks for a valid key only. */
  scope: WorldScope | null;
  answer: (request: ApiRequest) => ApiAnswer;
}

/** Everything an emulated provider is: its server, how its bills are written, and what the demo has of it. */
export interface EmulatedProvider {
  provider: ProviderId;
  /** What its base URL has behind the address. */
  basePath: string;
  /** Every path of it begins so. */
  prefix: string;
  routes: Route[];
  /** The header in which a key comes, lower case. */
  keyHeader: string;
  /** The key a request carries, or the answer that refuses a request without one. */
  readKey: (headers: Record<string, string | string[] | undefined>) => string | ApiAnswer;
  errorBody: (status: number, message: string) => unknown;
  invalidKey: () => ApiAnswer;
  missingScope: (scope: WorldScope) => ApiAnswer;
  /** Headers of every answer that counts requests an hour: how many there are, how many are left, and until when. */
  quotaHeaders: (quota: { limit: number; remaining: number; resetAt: Date; now: Date }) => Record<string, string>;
  /** Headers of a 429 beyond Retry-After. */
  rateLimitHeaders: (now: Date) => Record<string, string>;
  requestIdHeader: string;
  keyPrefix: string;
  projectIdPrefix: string;
  /** Powers of ten from the amounts it writes to major units. */
  shift: number;
  /** The amount token of a sum in major units. */
  writeAmount: (cost: Decimal) => string;
  /** The row of a random bill with this amount in the provider's unit. */
  generateRow: (draw: RowDraw) => WorldRow;
  /** The endpoints of its usage, and a random row of one. */
  usage: {
    endpoints: readonly string[];
    generateRow: (draw: UsageDraw) => Pick<WorldUsageRow, 'dimensions' | 'measures'>;
  };
  demo: { organizations: DemoOrganization[]; toRow: (charge: ChargeDraw) => WorldRow };
}

/** What a random row of a bill is made of. */
export interface RowDraw {
  projectId: string | null;
  /** Which of the project's line items it is. */
  index: number;
  amount: string;
  /** Any case. */
  currency: string;
  random: () => number;
}

/** What a random row of usage is made of. */
export interface UsageDraw {
  owner: string | null;
  endpoint: string;
  model: string;
  random: () => number;
}

/** What a row of the demo is made of. */
export interface ChargeDraw extends Pick<Charge, 'lineItem' | 'quantityUnit' | 'price' | 'dimensions'> {
  projectId: string | null;
  quantity: number;
  random: () => number;
}

/** Thrown by a route to answer with an error. */
export class ApiFailure extends Error {
  readonly answer: ApiAnswer;

  constructor(answer: ApiAnswer) {
    super(`status ${answer.status}`);
    this.answer = answer;
  }
}
