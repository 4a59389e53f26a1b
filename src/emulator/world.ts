import type { Day, DaySpan } from '../domain/day.js';
import type { ProviderId } from '../domain/provider.js';
import type { WorldUsageRow } from './usage-world.js';

/** Everything the emulated providers know: plain data, made by hand in a test or by `generateWorld`. */
export interface World {
  organizations: WorldOrganization[];
}

export interface WorldOrganization {
  provider: ProviderId;
  id: string;
  name: string;
  keys: WorldKey[];
  /** Anthropic: the organization whose keys report on this one, too. */
  parentId?: string;
  /** Anthropic: its analytics are given to nobody. */
  isHipaa?: boolean;
  /** Archived ones included; Anthropic's default workspace is never among them. */
  projects: WorldProject[];
  /** What its programs use; absent is none that is listed. */
  apiKeys?: WorldApiKey[];
  /** What the organization is charged, by UTC day. A day that is not here is empty, or generated. */
  days: Map<Day, WorldRow[]>;
  /** What Anthropic's analytics tell instead of the bill, by UTC day; absent, they tell the same. */
  analytics?: Map<Day, WorldRow[]>;
  /** Days that are made when they are asked for: a world of millions of rows then fits in memory. */
  generated?: GeneratedDays;
  /** What was used, in any order; absent is nothing. */
  usage?: WorldUsageRow[];
}

interface GeneratedDays {
  seed: number;
  span: DaySpan;
  organization: GeneratedOrganization;
}

export interface GeneratedOrganization {
  provider: ProviderId;
  id: string;
  /** The id, unless said. */
  name?: string;
  /** Projects beside the unassigned spend. */
  projects: number;
  /** Line items a project and day. */
  lineItems: number;
  /** Other currencies than dollars, which now and then charge a row. */
  currencies?: string[];
}

/** What an admin key may read. Anthropic knows no scopes; a key without them is refused there as one of a lesser role is. */
export type WorldScope = 'usage' | 'projects' | 'keys';

export interface WorldKey {
  id: string;
  name: string;
  /** The text a client sends. */
  secret: string;
  scopes: WorldScope[];
  /** After this instant the key is answered like an unknown one. */
  expiresAt: Date | null;
  revoked: boolean;
  /** Anthropic: of the Enterprise plan, which reads analytics and nothing else. */
  analyticsOnly?: boolean;
}

/** A key that programs use. One that was deleted is simply not there. */
export interface WorldApiKey {
  id: string;
  name: string;
  projectId: string | null;
  owner: { type: 'user' | 'service_account'; id: string; name: string; email?: string };
  /** Anthropic's: `active` where it is not said. */
  status?: string;
}

export interface WorldProject {
  id: string;
  name: string;
  createdAt: Date;
  archivedAt: Date | null;
}

/** One row of a bill. */
export interface WorldRow {
  /** Null is the organization's own spend (Anthropic: its default workspace). */
  projectId: string | null;
  /** OpenAI's `line_item`, Anthropic's `description`. */
  lineItem: string | null;
  /**
   * The amount as the answer writes it, character by character: a JSON token such as `0.06`, `2.5945e-3`, `-12` or, with
   * its quotes, `"0.1739150000000000000000000000"`. OpenAI's are dollars, Anthropic's cents.
   */
  amount: string;
  /** As the answer writes it: OpenAI `usd`, Anthropic `USD`. */
  currency: string;
  /** A JSON number token. OpenAI only. */
  quantity: string | null;
  quantityUnit: string | null;
  apiKeyId: string | null;
  /** Anthropic: what was sold; nothing, unless said. */
  product?: string;
  /** GitHub and Cursor: the amount before discounts; the same, unless said. */
  listAmount?: string;
  /** GitHub: the cost centre it belongs to. */
  costCenter?: string;
  /** Hour of the day from which the provider reports the row: today's bucket fills up so. Null is at once. */
  hour: number | null;
  /** Anthropic only. */
  dimensions: AnthropicDimensions | null;
}

export interface AnthropicDimensions {
  costType: string | null;
  model: string | null;
  tokenType: string | null;
  contextWindow: string | null;
  serviceTier: string | null;
  inferenceGeo: string | null;
}

/** A row of a bill from what matters about it; the rest is null, the currency dollars. */
export function worldRow(row: Partial<WorldRow> & Pick<WorldRow, 'amount'>): WorldRow {
  return {
    projectId: null,
    lineItem: null,
    currency: row.dimensions == null ? 'usd' : 'USD',
    quantity: null,
    quantityUnit: null,
    apiKeyId: null,
    hour: null,
    dimensions: null,
    ...row,
  };
}

/** The number in an amount token, without the quotes of the string form. */
export function amountText(token: string): string {
  return token.startsWith('"') ? token.slice(1, -1) : token;
}
