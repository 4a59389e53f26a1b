/** What a quantity counts. Quantities of different units are never added. */
export const USAGE_UNITS = [
  'tokens',
  'requests',
  'images',
  'seconds',
  'characters',
  'bytes',
  'sessions',
  'dollars',
] as const;
export type UsageUnit = (typeof USAGE_UNITS)[number];

/** What usage counts: the last word says in which unit. Parts of a whole have names of their own, so that nothing is counted twice. */
export type TokenType =
  `${string}_${'tokens' | 'calls' | 'requests' | 'spend'}` | Exclude<UsageUnit, 'tokens' | 'dollars'>;

/** Last words that are no unit themselves. */
const UNIT_OF: Partial<Record<string, UsageUnit>> = { calls: 'requests', spend: 'dollars' };

/** What is counted, where its name tells. */
export function modalityOf(tokenType: string): string | null {
  return /audio|image/.exec(tokenType)?.[0] ?? null;
}

export function unitOf(tokenType: TokenType): UsageUnit {
  const word = tokenType.slice(tokenType.lastIndexOf('_') + 1);
  return UNIT_OF[word] ?? (word as UsageUnit);
}
