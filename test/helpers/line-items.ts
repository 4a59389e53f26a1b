type Said = { tier?: string; context?: 'long context'; of?: string };

/** An OpenAI line item, and what its columns must say: model, token type, modality, and the rest where it says more. */
export type LineItemCase = [
  lineItem: string,
  model: string | null,
  tokenType: string | null,
  modality: string | null,
  said?: Said,
];

const [LONG, BATCH, FLEX, PRIORITY] = [
  { context: 'long context' },
  { tier: 'batch' },
  { tier: 'flex' },
  { tier: 'priority' },
] as const;
const [INPUT, CACHED, WRITES, OUTPUT] = [
  'uncached_input_tokens',
  'cached_input_tokens',
  'cache_write_input_tokens',
  'output_tokens',
];
const TUNED = 'ft:gpt-8-tiny-2026-10-01:acme:billing/v2:9xYz';

/** By the grammar of bills that were recorded in 2025 and 2026, with names of our own. */
export const LINE_ITEMS: readonly LineItemCase[] = [
  ['gpt-8.3-vega, input', 'gpt-8.3-vega', INPUT, null],
  ['gpt-8.3-vega, cached input', 'gpt-8.3-vega', CACHED, null],
  ['gpt-8.3-vega, cache writes', 'gpt-8.3-vega', WRITES, null],
  ['gpt-8.3-vega, cache writes 30m', 'gpt-8.3-vega', 'cache_write_30m_input_tokens', null],
  ['gpt-8.3-vega, cache writes 12h, long context', 'gpt-8.3-vega', 'cache_write_12h_input_tokens', null, LONG],
  ['gpt-8.3-vega, cache writes 5m', 'gpt-8.3-vega', WRITES, null],
  ['gpt-8.3-vega, output', 'gpt-8.3-vega', OUTPUT, null],
  ['gpt-8.3-vega, input, long context', 'gpt-8.3-vega', INPUT, null, LONG],
  ['gpt-8.3-vega, cached input, long context', 'gpt-8.3-vega', CACHED, null, LONG],
  ['gpt-8.3-vega, cache writes, long context', 'gpt-8.3-vega', WRITES, null, LONG],
  ['gpt-8.3-vega, output, long context', 'gpt-8.3-vega', OUTPUT, null, LONG],
  ['priority | gpt-8.3-vega, input', 'gpt-8.3-vega', INPUT, null, PRIORITY],
  ['priority | gpt-8.3-vega, output, long context', 'gpt-8.3-vega', OUTPUT, null, { ...PRIORITY, ...LONG }],
  ['priority | gpt-8.3-vega, cache writes, long context', 'gpt-8.3-vega', WRITES, null, { ...PRIORITY, ...LONG }],
  ['flex | gpt-8-tiny-2026-10-01, cached input', 'gpt-8-tiny-2026-10-01', CACHED, null, FLEX],
  ['flex | gpt-8-tiny-2026-10-01, output', 'gpt-8-tiny-2026-10-01', OUTPUT, null, FLEX],
  ['batch | gpt-8-tiny, input', 'gpt-8-tiny', INPUT, null, BATCH],
  ['gpt-8-tiny, batch input', 'gpt-8-tiny', INPUT, null, BATCH],
  ['gpt-8-tiny, batch cached input', 'gpt-8-tiny', CACHED, null, BATCH],
  ['gpt-8-tiny, flex output', 'gpt-8-tiny', OUTPUT, null, FLEX],
  ['scale | gpt-8.3-vega, output', 'gpt-8.3-vega', OUTPUT, null, { tier: 'scale' }],
  ['default | o7-pro-2026-03-05, input', 'o7-pro-2026-03-05', INPUT, null, { tier: 'default' }],
  ['gpt-7-astra, input_tokens', 'gpt-7-astra', INPUT, null],
  ['gpt-7-astra, cached_input_tokens', 'gpt-7-astra', CACHED, null],
  ['gpt-7-astra, output tokens', 'gpt-7-astra', OUTPUT, null],
  ['gpt-7-astra, Cached Input', 'gpt-7-astra', CACHED, null],
  [`${TUNED}, input`, TUNED, INPUT, null],
  [`${TUNED}, cached input`, TUNED, CACHED, null],
  [`batch | ${TUNED}, output`, TUNED, OUTPUT, null, BATCH],
  ['ft:o6-mini-2026-04-16:acme::BxQ1, output', 'ft:o6-mini-2026-04-16:acme::BxQ1', OUTPUT, null],
  ['ft:gpt-8-tiny:acme:näheres:1a', 'ft:gpt-8-tiny:acme:näheres:1a', null, null],
  ['gpt-8-tiny-2026-10-01, training', 'gpt-8-tiny-2026-10-01', null, null, { of: 'training' }],
  ['evals | gpt-8-tiny, input', 'gpt-8-tiny', INPUT, null, { of: 'evals' }],
  [`evals | ${TUNED}, output, long context`, TUNED, OUTPUT, null, { of: 'evals', ...LONG }],
  ['acme/open-120b, output', 'acme/open-120b', OUTPUT, null],
  ['zephyr, input', 'zephyr', INPUT, null],
  ['priority | zephyr, cached input', 'zephyr', CACHED, null, PRIORITY],
  ['O9, output', 'O9', OUTPUT, null],
  ['o8-mini-deep-research-2026-06-26, output', 'o8-mini-deep-research-2026-06-26', OUTPUT, null],
  ['codex-mini-latest, cached input', 'codex-mini-latest', CACHED, null],
  ['lyra-image-3 text, input', 'lyra-image-3', INPUT, 'text'],
  ['lyra-image-3 text, cached input', 'lyra-image-3', CACHED, 'text'],
  ['lyra-image-3 image, input', 'lyra-image-3', 'uncached_image_input_tokens', 'image'],
  ['lyra-image-3-2026-04-21 image, cached input', 'lyra-image-3-2026-04-21', 'cached_image_input_tokens', 'image'],
  ['lyra-image-3.5-flare image, output', 'lyra-image-3.5-flare', 'image_output_tokens', 'image'],
  ['batch | lyra-image-3 image, output', 'lyra-image-3', 'image_output_tokens', 'image', BATCH],
  ['lyra-image-3 image', 'lyra-image-3', null, 'image'],
  ['lyra-image-3, images', 'lyra-image-3', 'images', 'image'],
  ['lyra-audio-2025-12-15 audio, input', 'lyra-audio-2025-12-15', 'uncached_audio_input_tokens', 'audio'],
  ['lyra-audio-2025-12-15 audio, output', 'lyra-audio-2025-12-15', 'audio_output_tokens', 'audio'],
  ['lyra-realtime-4 audio, cached input', 'lyra-realtime-4', 'cached_audio_input_tokens', 'audio'],
  ['lyra-realtime-4 text, output', 'lyra-realtime-4', OUTPUT, 'text'],
  ['flex | lyra-9 audio, input, long context', 'lyra-9', 'uncached_audio_input_tokens', 'audio', { ...FLEX, ...LONG }],
  ['lyra-realtime-4, audio input', 'lyra-realtime-4', 'uncached_audio_input_tokens', 'audio'],
  ['lyra-realtime-4, cached image input', 'lyra-realtime-4', 'cached_image_input_tokens', 'image'],
  ['sora-4-pro video, output', 'sora-4-pro', OUTPUT, 'video'],
  ['sora-4-pro, seconds', 'sora-4-pro', 'seconds', null],
  ['tts-3-hd, characters', 'tts-3-hd', 'characters', null],
  ['whisper-2', 'whisper-2', null, null],
  ['text-embedding-5', 'text-embedding-5', null, null],
  ['gpt-8-search-preview, web search', 'gpt-8-search-preview', null, null, { of: 'web search' }],
  ...['Vector storage', 'tts hd', 'whisper', 'web search tool calls', 'assistants api | file search', 'Scale Tier'].map(
    (service): LineItemCase => [service, null, null, null, { of: service }],
  ),
];

/** What the columns of a row must say. */
export function readingOf([, model, tokenType, modality, { tier, context, of } = {}]: LineItemCase) {
  const costType = of ?? (tokenType?.endsWith('tokens') === true ? 'tokens' : tokenType);
  return { model, modality, costType, tokenType, serviceTier: tier ?? null, contextWindow: context ?? null };
}
