/** One of OpenAI's usage endpoints: what it may be grouped by and what its rows carry. */
export interface EmulatedEndpoint {
  /** Not always the path. */
  object: string;
  groupBy: readonly string[];
  measures: readonly string[];
}

const KEYED = ['project_id', 'user_id', 'api_key_id'];
const BY_MODEL = [...KEYED, 'model'];
const TOKENS = [
  'input_tokens',
  'input_cached_tokens',
  'input_cache_write_tokens',
  'input_uncached_tokens',
  'output_tokens',
  'input_text_tokens',
  'output_text_tokens',
  'input_cached_text_tokens',
  'input_audio_tokens',
  'input_cached_audio_tokens',
  'output_audio_tokens',
  'input_image_tokens',
  'input_cached_image_tokens',
  'output_image_tokens',
  'num_model_requests',
];

export const ENDPOINTS: Record<string, EmulatedEndpoint> = {
  completions: {
    object: 'organization.usage.completions.result',
    groupBy: [...BY_MODEL, 'batch', 'service_tier'],
    measures: TOKENS,
  },
  decisions: {
    object: 'organization.usage.decisions.result',
    groupBy: [...BY_MODEL, 'batch', 'service_tier'],
    measures: TOKENS,
  },
  embeddings: {
    object: 'organization.usage.embeddings.result',
    groupBy: BY_MODEL,
    measures: ['input_tokens', 'num_model_requests'],
  },
  moderations: {
    object: 'organization.usage.moderations.result',
    groupBy: BY_MODEL,
    measures: ['input_tokens', 'num_model_requests'],
  },
  images: {
    object: 'organization.usage.images.result',
    groupBy: [...BY_MODEL, 'size', 'source'],
    measures: ['images', 'num_model_requests'],
  },
  audio_speeches: {
    object: 'organization.usage.audio_speeches.result',
    groupBy: BY_MODEL,
    measures: ['characters', 'num_model_requests'],
  },
  audio_transcriptions: {
    object: 'organization.usage.audio_transcriptions.result',
    groupBy: BY_MODEL,
    measures: ['seconds', 'num_model_requests'],
  },
  vector_stores: {
    object: 'organization.usage.vector_stores.result',
    groupBy: ['project_id'],
    measures: ['usage_bytes'],
  },
  code_interpreter_sessions: {
    object: 'organization.usage.code_interpreter_sessions.result',
    groupBy: ['project_id'],
    measures: ['num_sessions'],
  },
  file_search_calls: {
    object: 'organization.usage.file_searches.result',
    groupBy: [...KEYED, 'vector_store_id'],
    measures: ['num_requests'],
  },
  web_search_calls: {
    object: 'organization.usage.web_searches.result',
    groupBy: [...BY_MODEL, 'context_level'],
    measures: ['num_requests', 'num_model_requests'],
  },
};
