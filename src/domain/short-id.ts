/** Fewer characters would soon be ambiguous in a store that grows. */
const LEAST = 8;
/** Ids that we made. Others, of older writers, are words that people know, and whose beginnings may be words, too. */
const OURS = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The shortest beginning, of one length for all, that tells every id of a list from the others; ids of others stay whole. */
export function shortIds(ids: readonly string[]): (id: string) => string {
  let length = LEAST;
  while (new Set(ids.map((id) => id.slice(0, length))).size < new Set(ids).size) length += 1;
  return (id) => (OURS.test(id) ? id.slice(0, length) : id);
}

/** Whether somebody means this id by its beginning. */
export function isShortFor(word: string, id: string): boolean {
  return word.length >= LEAST && OURS.test(id) && id.startsWith(word.toLowerCase());
}
