import type { EmulatedProvider, RowDraw, UsageDraw } from '../api.js';
import { amountToken } from '../tokens.js';
import { worldRow, type WorldRow } from '../world.js';

/** A row of a random bill; amounts come plain, with an exponent, and as strings. */
export function generateRow({ projectId, index, amount, currency, random }: RowDraw): WorldRow {
  const draw = random();
  return worldRow({
    projectId,
    lineItem: random() < 0.025 ? null : lineItemOf(index),
    currency: currency.toLowerCase(),
    amount: amountToken(amount, draw < 0.12 ? 'exponent' : draw < 0.24 ? 'string' : 'plain'),
    quantity: random() < 0.9 ? `${Math.floor(random() * 1e7)}` : null,
    quantityUnit: 'tokens',
  });
}

const MODELS = ['gpt-5', 'gpt-5-mini', 'gpt-4o-2024-08-06', 'o3', 'text-embedding-3-large'];
const KINDS = ['input', 'cached input', 'output', 'batch input', 'batch output'];

function lineItemOf(index: number): string {
  const model = MODELS[index % MODELS.length] ?? '';
  const kind = KINDS[Math.floor(index / MODELS.length) % KINDS.length] ?? '';
  const round = Math.floor(index / (MODELS.length * KINDS.length));
  return `${model}, ${kind}${round === 0 ? '' : `, variant ${round}`}`;
}

const COUNTS: Record<string, string> = {
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

/** A row of random usage of one endpoint. */
function generateUsageRow({ owner, endpoint, model, random }: UsageDraw): UsageParts {
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
      measures: { [COUNTS[endpoint] ?? '']: `${1 + count(1e6)}`, num_model_requests: `${1 + count(50)}` },
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

type UsageParts = ReturnType<EmulatedProvider['usage']['generateRow']>;

export const generatedUsage: EmulatedProvider['usage'] = {
  endpoints: Object.keys(COUNTS),
  generateRow: generateUsageRow,
};
