import { subtract, ZERO, type Decimal } from '../../domain/decimal.js';
import type { TokenType } from '../../domain/token-types.js';
import { CostsError } from '../../errors.js';
import type { UsagePart } from '../usage-lines.js';

/** The token counts of a completions row; what is absent counts as zero. */
export type TokenCounts = Partial<Record<string, Decimal>>;

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
  return [
    ...cut(uncached, 'uncached_input_tokens', {
      uncached_audio_input_tokens: of('input_audio_tokens'),
      uncached_image_input_tokens: of('input_image_tokens'),
    }),
    ...cut(cached, 'cached_input_tokens', {
      cached_audio_input_tokens: of('input_cached_audio_tokens'),
      cached_image_input_tokens: of('input_cached_image_tokens'),
    }),
    ...cut(written, 'cache_write_input_tokens', {
      cache_write_30m_input_tokens: of('input_cache_write_30m_tokens'),
      cache_write_12h_input_tokens: of('input_cache_write_12h_tokens'),
    }),
    ...cut(of('output_tokens'), 'output_tokens', {
      audio_output_tokens: of('output_audio_tokens'),
      image_output_tokens: of('output_image_tokens'),
    }),
  ].map(([tokenType, quantity]) => ({ tokenType, quantity }));
}

/** Parts with a name of their own, and the rest. Parts that exceed the whole are cut some other way: the whole stays one. */
function cut(whole: Decimal, rest: TokenType, parts: Partial<Record<TokenType, Decimal>>): [TokenType, Decimal][] {
  const left = Object.values(parts).reduce(subtract, whole);
  return left < 0n ? [[rest, whole]] : [[rest, left], ...(Object.entries(parts) as [TokenType, Decimal][])];
}
