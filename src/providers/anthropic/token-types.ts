import type { TokenType } from '../../domain/token-types.js';

type Counts = Readonly<Record<string, TokenType>>;

/**
 * What a row of the usage report counts, field by field and part by part, named as the cost report names it, so that a bill and
 * its usage find each other; the counts do not overlap. https://platform.claude.com/docs/en/api/admin/usage_report
 */
export const IN_ROW = {
  uncached_input_tokens: 'uncached_input_tokens',
  cache_read_input_tokens: 'cache_read_input_tokens',
  output_tokens: 'output_tokens',
} as const satisfies Counts;

export const IN_PARTS = {
  cache_creation: {
    ephemeral_5m_input_tokens: 'cache_creation.ephemeral_5m_input_tokens',
    ephemeral_1h_input_tokens: 'cache_creation.ephemeral_1h_input_tokens',
  },
  server_tool_use: { web_search_requests: 'web_search_requests' },
} as const satisfies Record<string, Counts>;

export const TOKEN_TYPES: readonly TokenType[] = [IN_ROW, ...Object.values(IN_PARTS)].flatMap((counts) =>
  Object.values<TokenType>(counts),
);
