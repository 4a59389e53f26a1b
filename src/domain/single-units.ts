/** So many of a unit, as in `1000_tokens`. */
const COUNTED = /^(\d{1,9})[ _](?=\p{L})/u;

/** How many single units one of a unit is, and what they are called: of `1000_tokens`, 1000 `tokens`. */
export function singleUnit(unit: string): { count: bigint; name: string } {
  const [prefix = '', count = '1'] = COUNTED.exec(unit) ?? [];
  const name = unit.slice(prefix.length);
  return { count: BigInt(count), name: /^tokens?$/i.test(name) ? 'tokens' : name };
}
