import { subtract, ZERO, type Decimal } from '../../domain/decimal.js';
import type { TokenType } from '../../domain/token-types.js';
import { CostsError } from '../../errors.js';
import type { UsagePart } from '../usage-lines.js';

/** The token counts of a completions row; what is absent counts as zero. */
export type TokenCounts = Partial<Record<string, Decimal>>;

/** How the tokens of a row are cut: each whole has parts, counted by a field of their own; the rest of it has the name of the whole. */
const WHOLES = {
  uncached_input_tokens: {
    uncached_audio_input_tokens: 'input_audio_tokens',
    uncached_image_input_tokens: 'input_image_tokens',
  },
  cached_input_tokens: {
    cached_audio_input_tokens: 'input_cached_audio_tokens',
    cached_image_input_tokens: 'input_cached_image_tokens',
  },
  cache_write_input_tokens: {
    cache_write_30m_input_tokens: 'input_cache_write_30m_tokens',
    cache_write_12h_input_tokens: 'input_cache_write_12h_tokens',
  },
  output_tokens: {
    audio_output_tokens: 'output_audio_tokens',
    image_output_tokens: 'output_image_tokens',
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;
type Whole = keyof typeof WHOLES;
const CUTS = Object.entries(WHOLES).map(([whole, parts]) => ({
  whole: whole as Whole,
  parts: Object.entries(parts) as [TokenType, string][],
}));

export const SPLIT_TOKEN_TYPES = CUTS.flatMap(({ whole, parts }): TokenType[] => [
  whole,
  ...parts.map(([tokenType]) => tokenType),
]);

/** The fields of a completions row that count tokens. */
export const TOKEN_FIELDS = [
  'input_tokens',
  'input_cached_tokens',
  'input_cache_write_tokens',
  'output_tokens',
  ...CUTS.flatMap(({ parts }) => parts.map(([, field]) => field)),
  // What is left of a whole.
  'input_uncached_tokens',
  'input_text_tokens',
  'input_cached_text_tokens',
  'output_text_tokens',
];

/**
 * The tokens of a completions row in parts that add up to `input_tokens + output_tokens`. OpenAI reports the whole beside
 * several ways to cut it (cached or not; text, audio, image), so that adding what it sends would count a token many times.
 * @param path names the row in errors.
 * @throws CostsError `contract` when more tokens are cached or written to the cache than there are.
 */
export function splitTokens(counts: TokenCounts, path: string): UsagePart[] {
  const of = (name: string) => counts[name] ?? ZERO;
  const cached = of('input_cached_tokens');
  const written = of('input_cache_write_tokens');
  const uncached = subtract(subtract(of('input_tokens'), cached), written);
  if (uncached < 0n) {
    throw new CostsError(
      'contract',
      `OpenAI's answer is not what its contract says: ${path}.input_cached_tokens (more than input_tokens).`,
      {
        hint: 'Nothing of this window was changed.',
      },
    );
  }
  const wholes: Record<Whole, Decimal> = {
    uncached_input_tokens: uncached,
    cached_input_tokens: cached,
    cache_write_input_tokens: written,
    output_tokens: of('output_tokens'),
  };
  return CUTS.flatMap(({ whole, parts }) =>
    cut(
      { tokenType: whole, quantity: wholes[whole] },
      parts.map(([tokenType, field]) => ({ tokenType, quantity: of(field) })),
    ),
  );
}

/** Parts with a name of their own, and the rest. Parts that exceed the whole are cut some other way: the whole stays one. */
function cut(whole: UsagePart, parts: readonly UsagePart[]): UsagePart[] {
  const left = parts.reduce((rest, { quantity }) => subtract(rest, quantity), whole.quantity);
  return left < 0n ? [whole] : [{ ...whole, quantity: left }, ...parts];
}
