/** Who made a model, by how it is named; the part in parentheses is its family. Routers put the maker in front: `maker/model`. */
const MAKERS: readonly [developer: string, words: RegExp][] = [
  ['Anthropic', /\b(claude)\b(?:.*?\b(opus|sonnet|haiku|instant)\b)?/],
  ['OpenAI', /\b(gpt-\d+(?:\.\d+)?o?|chatgpt|o[1-9]|text-embedding|whisper|tts|dall-e|sora|omni-moderation|codex)\b/],
  ['Google', /\b(gemini|gemma|imagen|veo)\b/],
  ['Meta', /\b(llama)\b/],
  ['Mistral AI', /\b(mistral|mixtral|ministral|codestral|devstral|pixtral|magistral)\b/],
  ['xAI', /\b(grok)\b/],
  ['DeepSeek', /\b(deepseek)\b/],
  ['Alibaba', /\b(qwen|qwq)/],
  ['Moonshot AI', /\b(kimi)\b/],
  ['Amazon', /\b(nova|titan)\b/],
  ['Cohere', /\b(command|embed|rerank)\b/],
];

/** The family and the developer of a model, as far as its name tells: `claude-sonnet` of Anthropic, `gpt-5` of OpenAI. */
export function readModelName(model: string): { family: string | null; developer: string | null } {
  const name = model.toLowerCase().replaceAll(/[ _]/g, '-');
  for (const [developer, words] of MAKERS) {
    const found = words.exec(name);
    if (found !== null) return { family: found.slice(1).filter(Boolean).join('-'), developer };
  }
  return { family: null, developer: null };
}
