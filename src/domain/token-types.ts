import type { ProviderId } from './provider.js';
import type { UsageUnit } from './usage.js';

/** What usage counts, by its unit. Parts of a whole have names of their own, so that nothing is counted twice. */
const UNITS = {
  uncached_input_tokens: 'tokens',
  uncached_audio_input_tokens: 'tokens',
  uncached_image_input_tokens: 'tokens',
  cached_input_tokens: 'tokens',
  cached_audio_input_tokens: 'tokens',
  cached_image_input_tokens: 'tokens',
  cache_write_input_tokens: 'tokens',
  cache_write_30m_input_tokens: 'tokens',
  cache_write_12h_input_tokens: 'tokens',
  cache_read_input_tokens: 'tokens',
  'cache_creation.ephemeral_5m_input_tokens': 'tokens',
  'cache_creation.ephemeral_1h_input_tokens': 'tokens',
  output_tokens: 'tokens',
  audio_output_tokens: 'tokens',
  image_output_tokens: 'tokens',
  requests: 'requests',
  images: 'images',
  characters: 'characters',
  seconds: 'seconds',
  bytes: 'bytes',
  sessions: 'sessions',
  file_search_calls: 'requests',
  web_search_calls: 'requests',
  web_search_requests: 'requests',
} as const satisfies Record<string, UsageUnit>;

export type TokenType = keyof typeof UNITS;

/** The types that a provider's usage is told in. */
export const TOKEN_TYPES: Record<ProviderId, readonly TokenType[]> = {
  openai: [
    'uncached_input_tokens',
    'uncached_audio_input_tokens',
    'uncached_image_input_tokens',
    'cached_input_tokens',
    'cached_audio_input_tokens',
    'cached_image_input_tokens',
    'cache_write_input_tokens',
    'cache_write_30m_input_tokens',
    'cache_write_12h_input_tokens',
    'output_tokens',
    'audio_output_tokens',
    'image_output_tokens',
    'requests',
    'images',
    'characters',
    'seconds',
    'bytes',
    'sessions',
    'file_search_calls',
    'web_search_calls',
  ],
  anthropic: [
    'uncached_input_tokens',
    'cache_creation.ephemeral_5m_input_tokens',
    'cache_creation.ephemeral_1h_input_tokens',
    'cache_read_input_tokens',
    'output_tokens',
    'web_search_requests',
  ],
};

export function unitOf(tokenType: TokenType): UsageUnit {
  return UNITS[tokenType];
}

/** Whether a provider's usage knows a type of that name. */
export function isTokenType(provider: ProviderId, name: string): name is TokenType {
  return (TOKEN_TYPES[provider] as readonly string[]).includes(name);
}
