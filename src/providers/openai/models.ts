/**
 * Names that bills of OpenAI begin with. A dated or sized variant of one is a name of its own: `gpt-4o-2024-08-06`.
 * Families, not every release: the pattern below takes the variants along.
 */
const FAMILIES = [
  'gpt-\\d+(?:\\.\\d+)?o?',
  'chatgpt-\\d+o',
  'o\\d+',
  'gpt-image-\\d+(?:\\.\\d+)?',
  'gpt-realtime',
  'gpt-audio',
  'gpt-oss-\\d+b',
  'chat-latest',
  'text-embedding-3',
  'text-embedding-ada-002',
  'text-moderation',
  'omni-moderation',
  'whisper',
  'tts-\\d+',
  'dall-e-\\d+',
  'sora-\\d+',
  'codex-mini',
  'computer-use-preview',
  'davinci-002',
  'babbage-002',
  'ft:[\\w.:-]+?',
];
// Each alternative takes a step that no other takes, dates as three numbers: a second way would double the time a step.
const VARIANT =
  '(?:-(?:mini|nano|pro|turbo|instruct|preview|latest|audio|realtime|search|transcribe|diarize|tts|codex|max|spark|deep|research|api|chat|vision|hd|large|small|stable|medium|high|low|astra|\\d+k|\\d+))*';
const MODEL = new RegExp(`^(?:${FAMILIES.join('|')})${VARIANT}(?=$|[,\\s:])`);

/** The longest known model name a line item starts with, else null. The line item itself is never cut. */
export function modelOf(lineItem: string): string | null {
  return MODEL.exec(lineItem)?.[0] ?? null;
}
