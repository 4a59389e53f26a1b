/** What a quantity counts. Quantities of different units are never added. */
export const USAGE_UNITS = [
  'tokens',
  'requests',
  'images',
  'seconds',
  'characters',
  'bytes',
  'sessions',
  'dollars',
] as const;
export type UsageUnit = (typeof USAGE_UNITS)[number];

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
  byok_spend: 'dollars',
} as const satisfies Record<string, UsageUnit>;

export type TokenType = keyof typeof UNITS;

const TOKEN_TYPES = Object.keys(UNITS) as TokenType[];
/** All that goes into a model. */
export const INPUT_TOKENS = TOKEN_TYPES.filter((each) => each.endsWith('input_tokens'));
/** What of it was read from a cache, which is not what was written into one. */
export const CACHED_INPUT_TOKENS = INPUT_TOKENS.filter((each) => /^(?:cached|cache_read)_/.test(each));

/** What is counted, where its name tells. */
export function modalityOf(tokenType: string): string | null {
  return /audio|image/.exec(tokenType)?.[0] ?? null;
}

export function unitOf(tokenType: TokenType): UsageUnit {
  return UNITS[tokenType];
}
