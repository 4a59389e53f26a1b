import type { TokenType } from '../../domain/token-types.js';

/** A usage endpoint: what it can be grouped by and what it counts. Users are left out: their names are nobody's bill. */
export interface UsageEndpoint {
  /** The last part of its path. */
  name: string;
  groupBy: readonly string[];
  /** Fields that are counted as they are, with what they are called here. */
  measures: Readonly<Record<string, TokenType>>;
  /** Its token fields overlap and are split, see `splitTokens`. */
  splitsTokens?: boolean;
}

const REQUESTS = { num_model_requests: 'requests' } as const;
const BY_MODEL = ['project_id', 'model', 'api_key_id'];
const INPUT = { input_tokens: 'uncached_input_tokens' } as const;

/** https://platform.openai.com/docs/api-reference/usage */
export const USAGE_ENDPOINTS: readonly UsageEndpoint[] = [
  { name: 'completions', groupBy: [...BY_MODEL, 'batch', 'service_tier'], measures: REQUESTS, splitsTokens: true },
  { name: 'decisions', groupBy: [...BY_MODEL, 'batch', 'service_tier'], measures: REQUESTS, splitsTokens: true },
  { name: 'embeddings', groupBy: BY_MODEL, measures: { ...INPUT, ...REQUESTS } },
  { name: 'moderations', groupBy: BY_MODEL, measures: { ...INPUT, ...REQUESTS } },
  { name: 'images', groupBy: [...BY_MODEL, 'size', 'source'], measures: { images: 'images', ...REQUESTS } },
  { name: 'audio_speeches', groupBy: BY_MODEL, measures: { characters: 'characters', ...REQUESTS } },
  { name: 'audio_transcriptions', groupBy: BY_MODEL, measures: { seconds: 'seconds', ...REQUESTS } },
  { name: 'vector_stores', groupBy: ['project_id'], measures: { usage_bytes: 'bytes' } },
  { name: 'code_interpreter_sessions', groupBy: ['project_id'], measures: { num_sessions: 'sessions' } },
  {
    name: 'file_search_calls',
    groupBy: ['project_id', 'api_key_id', 'vector_store_id'],
    measures: { num_requests: 'file_search_calls' },
  },
  {
    name: 'web_search_calls',
    groupBy: [...BY_MODEL, 'context_level'],
    // A model's request may make several calls: two counts of two things.
    measures: { num_requests: 'web_search_calls', ...REQUESTS },
  },
];

export const MEASURED_TOKEN_TYPES = USAGE_ENDPOINTS.flatMap(({ measures }) => Object.values(measures));
