import { addDays, daysOf, startOfDay, type Day } from '../domain/day.js';
import { createRandom } from './random.js';
import type { WorldUsageRow } from './usage-world.js';
import type { WorldOrganization } from './world.js';

export interface UsageOptions {
  seed: number;
  /** The last day that has usage. */
  until: Day;
  days: number;
  /** Rows of each kind of usage a project and day. */
  perDay: number;
  models: string[];
}

/** Usage of every endpoint at random hours, by the organization's projects and by none. It follows from the options alone. */
export function generateUsage(
  organization: WorldOrganization,
  { seed, until, days, perDay, models }: UsageOptions,
): WorldUsageRow[] {
  const owners = [...organization.projects.map(({ id }) => id), null];
  const make = organization.provider === 'openai' ? openaiRow : anthropicRow;
  const endpoints = organization.provider === 'openai' ? Object.keys(OPENAI_COUNTS) : ['messages'];
  return daysOf({ since: addDays(until, 1 - days), until }).flatMap((day) =>
    owners.flatMap((owner) =>
      endpoints.flatMap((endpoint) =>
        Array.from({ length: perDay }, (_, index) => {
          const random = createRandom('usage', seed, organization.id, day, owner ?? '', endpoint, index);
          const at = new Date(startOfDay(day).getTime() + Math.floor(random() * 1440) * 60_000);
          const model = models[Math.floor(random() * models.length)] ?? '';
          return { at, endpoint, ...make({ owner, endpoint, model, random }) };
        }),
      ),
    ),
  );
}

interface Draw {
  owner: string | null;
  endpoint: string;
  model: string;
  random: () => number;
}

type Row = Pick<WorldUsageRow, 'dimensions' | 'measures'>;

const OPENAI_COUNTS: Record<string, string> = {
  completions: 'input_tokens',
  embeddings: 'input_tokens',
  moderations: 'input_tokens',
  images: 'images',
  audio_speeches: 'characters',
  audio_transcriptions: 'seconds',
  vector_stores: 'usage_bytes',
  code_interpreter_sessions: 'num_sessions',
  file_search_calls: 'num_requests',
  web_search_calls: 'num_requests',
};
const OTHER_MODELS: Record<string, string> = {
  embeddings: 'text-embedding-3-small',
  moderations: 'omni-moderation-latest',
  images: 'dall-e-3',
  audio_speeches: 'tts-1',
  audio_transcriptions: 'whisper-1',
};

function openaiRow({ owner, endpoint, model, random }: Draw): Row {
  const apiKey = `key_${Math.floor(random() * 3)}`;
  const count = (most: number) => Math.floor(random() * most);
  const dimensions = {
    project_id: owner,
    api_key_id: apiKey,
    user_id: 'user_1',
    model: OTHER_MODELS[endpoint] ?? model,
    batch: random() < 0.3,
    service_tier: 'default',
    size: '1024x1024',
    source: 'image.generation',
    vector_store_id: `vs_${count(2)}`,
    context_level: random() < 0.5 ? 'low' : 'high',
  };
  if (endpoint !== 'completions') {
    return {
      dimensions,
      measures: { [OPENAI_COUNTS[endpoint] ?? '']: `${1 + count(1e6)}`, num_model_requests: `${1 + count(50)}` },
    };
  }
  const [text, cached, written, output] = [count(1e7), count(1e6), count(1e4), count(1e6)];
  return {
    dimensions,
    measures: {
      input_tokens: `${text + cached + written}`,
      input_cached_tokens: `${cached}`,
      input_cache_write_tokens: `${written}`,
      input_uncached_tokens: `${text}`,
      input_text_tokens: `${text}`,
      input_cached_text_tokens: `${cached}`,
      output_tokens: `${output}`,
      output_text_tokens: `${output}`,
      num_model_requests: `${1 + count(500)}`,
    },
  };
}

function anthropicRow({ owner, model, random }: Draw): Row {
  const count = (most: number) => `${Math.floor(random() * most)}`;
  return {
    dimensions: {
      workspace_id: owner,
      api_key_id: 'apikey_1',
      model,
      service_tier: random() < 0.3 ? 'batch' : 'standard',
      context_window: '0-200k',
      inference_geo: random() < 0.8 ? 'global' : 'not_available',
    },
    measures: {
      uncached_input_tokens: count(1e7),
      'cache_creation.ephemeral_1h_input_tokens': count(1e5),
      'cache_creation.ephemeral_5m_input_tokens': count(1e5),
      cache_read_input_tokens: count(1e6),
      output_tokens: count(1e6),
      'server_tool_use.web_search_requests': count(20),
    },
  };
}
