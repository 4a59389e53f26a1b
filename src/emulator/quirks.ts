/** Habits of the real providers that are not always seen. */
export interface Quirks {
  /** OpenAI's buckets and rows carry the undocumented start_time_iso, end_time_iso, project_name, organization_id, organization_name and user_email. */
  undocumentedFields: boolean;
  /** OpenAI's last page that has buckets promises one more, which has none (`once`), or promises yet another (`forever`). */
  cursorPastEnd: 'never' | 'once' | 'forever';
  /** Decimals to which OpenAI rounds the sums it makes itself; null is exact. */
  sumDecimals: number | null;
  /** Milliseconds every answer takes. */
  latency: number;
  /** Requests an organization may send in any second; more get 429, without Retry-After. Null is no limit. */
  requestsPerSecond: number | null;
  /** Requests an organization may send in any hour by the emulated clock; more get 429. Null is no limit, and no headers about one. */
  requestsPerHour: number | null;
  /** Days of a bill that a page holds at most, whatever is asked for. Null is as many as the limit says. */
  daysPerPage: number | null;
  /** Days OpenAI's usage endpoints report back, by endpoint; an earlier start is refused. One that is missing knows no limit. */
  usageLookback: Partial<Record<string, number>>;
  /** Days OpenAI's costs report back; an earlier start is refused. Null knows no limit. */
  costsLookback: number | null;
  /** OpenAI's costs are not given by API key. */
  noCostsByApiKey: boolean;
  /** Anthropic's usage knows no filter by speed. */
  noSpeeds: boolean;
  /** Anthropic gives no analytics, as to organizations with HIPAA readiness. */
  noAnalytics: boolean;
}

export const NO_QUIRKS: Quirks = {
  undocumentedFields: false,
  cursorPastEnd: 'never',
  sumDecimals: null,
  latency: 0,
  requestsPerSecond: null,
  requestsPerHour: null,
  daysPerPage: null,
  usageLookback: {},
  costsLookback: null,
  noCostsByApiKey: false,
  noSpeeds: false,
  noAnalytics: false,
};
