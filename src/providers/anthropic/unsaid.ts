/** The first release of models that had another one later; every other release is told. Models since 2026 carry no date. */
const FIRST_RELEASES = new Set([
  'claude-3-5-sonnet-20240620',
  'claude-3-5-haiku-20241022',
  'claude-3-7-sonnet-20250219',
  'claude-3-haiku-20240307',
  'claude-3-opus-20240229',
  'claude-haiku-4-5-20251001',
  'claude-opus-4-1-20250805',
  'claude-opus-4-20250514',
  'claude-opus-4-5-20251101',
  'claude-sonnet-4-20250514',
  'claude-sonnet-4-5-20250929',
]);
const FIRST_RELEASED = new Set([...FIRST_RELEASES].map(withoutDate));
/** Told by words of the description, or, of the writes to a cache, the usual ones. */
const TOLD_TOKENS = new Set([
  'uncached_input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation.ephemeral_5m_input_tokens',
]);

/**
 * What the bill keeps apart and the description does not tell: how long a cache write lives unless 5 minutes, and which release
 * of a model it is unless the first. Cache writes of both kinds are `Claude Sonnet 4.5 Usage - Input Tokens, Cache Write`.
 */
export function unsaid(charge: {
  description: string | null;
  model: string | null;
  tokenType: string | null;
}): string[] {
  return [lifetimeOf(charge.tokenType), releaseOf(charge.model, charge.description ?? '')].filter(
    (value) => value !== null,
  );
}

function lifetimeOf(tokenType: string | null): string | null {
  if (tokenType === null || TOLD_TOKENS.has(tokenType)) return null;
  return /^cache_creation\.ephemeral_(\w+)_input_tokens$/.exec(tokenType)?.[1] ?? tokenType;
}

function releaseOf(model: string | null, description: string): string | null {
  if (model === null || FIRST_RELEASES.has(model)) return null;
  const name = withoutDate(model);
  if (!isTold(name, description)) return model;
  if (FIRST_RELEASED.has(name)) return model.slice(name.length + 1) || model;
  return name === model ? null : model.slice(name.length + 1);
}

function withoutDate(model: string): string {
  return model.replace(/-\d{8}$/, '');
}

/** Whether a description names the model: its words, and its version as a whole. */
function isTold(name: string, description: string): boolean {
  const parts = name.split('-');
  const words = new Set(description.toLowerCase().split(/[^a-z0-9.]+/));
  const version = parts.filter((part) => /^\d+$/.test(part)).join('.');
  return parts.every((part) => /^\d+$/.test(part) || words.has(part)) && (version === '' || words.has(version));
}
